/**
 * What runs: a tree of operators made from the resolved plan. Data is pushed batch by batch from the sources; at the end of an epoch `finish` lets stateful
 * operators emit. One epoch: begin → push* → finish → commit, or rollback at any point after begin.
 */
import type { Batch } from '../../data/vector.ts'
import type { EvaluationContext } from '../compile/kernel.ts'
import type { StateCommit } from '../state/contract.ts'

/** What is fixed for one epoch. All of it is in the journal, so that a replay has the same. */
export interface EpochContext extends EvaluationContext {
  readonly epoch: number
  /** The query's identity, which it keeps over restarts. */
  readonly queryId: string
}
/** The source of rows that are in the plan itself. */
export const LOCAL_SOURCE = 'local'
/** Where a batch comes from: order-sensitive aggregates and per-partition watermarks need it. */
export interface Origin {
  readonly source: string
  readonly partition: string
}
/** A text that orders origins: by source, then by partition, where whole numbers count as numbers. */
export function originOrder({ source, partition }: Origin): string {
  return `${source}\u0000${/^\d{1,20}$/.test(partition) ? partition.padStart(20, '0') : partition}`
}
export type Emit = (batch: Batch, origin: Origin) => void

/** Turns batches into batches, without memory. */
export interface StageOperator {
  push(batch: Batch, origin: Origin, emit: Emit): void
}
export interface LateRows {
  readonly count: number
  /** At most 5. */
  readonly samples: readonly Batch[]
}
/** Keeps state between batches and epochs. */
export interface StatefulOperator {
  readonly id: string
  /** The watermarks that hold for this epoch. */
  begin(epoch: number, watermark: OperatorWatermark): void
  push(batch: Batch, origin: Origin): void
  /** The end of the epoch's input: emits what the output mode lets out, and drops closed groups. */
  finish(emit: Emit): void
  commit(epoch: number): Promise<StateCommit>
  rollback(): void
  /** Whether `finish` would close a group if `evict` were this watermark: then an epoch without data is worth running. */
  closesAt(evict: bigint): boolean
  readonly late: LateRows
  readonly metrics: {
    readonly name: string
    readonly rowsTotal: number
    readonly rowsUpdated: number
    readonly rowsRemoved: number
    readonly memoryBytes: number
    readonly updatesTimeMs: number
    readonly removalsTimeMs: number
  }
}
/**
 * Event time in µs, or null where no watermark is defined yet. As in Spark since 3.5, so that chained stateful operators are right:
 * `evict` is the watermark that held when the epoch began: groups whose event time (window end) is at or below it are closed by `finish`.
 * `late` is the `evict` of the epoch before: rows at or below it belong to groups that are closed already, and are dropped.
 */
export interface OperatorWatermark {
  readonly late: bigint | null
  readonly evict: bigint | null
}
