/**
 * The contract of a sink. Anyone may write one; `millrace/testing` has the conformance suite (describeSink) that the built-in ones pass.
 *
 * Calls of one epoch: `begin` → `write`* → `commit`, or `abort` after `begin` when the epoch failed. Epochs come in order; after a restart the last one
 * may come again with the same id and, for planned epochs, the same rows.
 *
 * # Contract
 * 1. Nothing of an epoch is visible to readers before `commit`, if `delivery` is exactly-once; an epoch that comes again after its commit has no effect.
 * 2. `write` may keep the process waiting (that is the back-pressure) but must not keep the batch after its promise resolved.
 * 3. In complete mode every epoch replaces the whole result; in update mode rows with the same key replace each other; in append mode rows are added.
 * 4. A sink that cannot do what it is asked throws at `open` or before, never in the middle of an epoch without SINK_FAILED.
 */
import type { StructType } from '../../data/data-type.ts'
import type { Batch } from '../../data/vector.ts'
import type { Io } from '../../io/io.ts'
import type { Options } from '../nodes/relation.ts'
import type { OptionSpecs } from './options.ts'
import type { Json } from './source.ts'

export type OutputMode = 'append' | 'update' | 'complete'
export type Delivery = 'exactly-once' | 'at-least-once'

export interface SinkProvider {
  readonly format: string
  readonly options: OptionSpecs
  readonly modes: readonly OutputMode[]
  /** The strongest that it can give. */
  readonly delivery: Delivery
  /** Set: without a checkpoint the query is refused, unless it asks for at-least-once. */
  readonly needsCheckpoint?: boolean
  /** Throws what is wrong with options, schema or name; no I/O. */
  check?(options: Options, schema: StructType, mode: OutputMode, queryName?: string | null): void
  /** Milliseconds between epochs if the user set no trigger; absent = as soon as possible. */
  readonly defaultIntervalMs?: number
  open(context: SinkContext): Promise<Sink>
}
export interface SinkContext {
  readonly options: Options
  readonly schema: StructType
  readonly mode: OutputMode
  /** The same for each start from one checkpoint. */
  readonly queryId: string
  readonly queryName: string | null
  /** The session's zone: how timestamps are shown as text. */
  readonly timeZone: string
  readonly io: Io
  /** Aborted when the query stops. */
  readonly signal: AbortSignal
}
export interface EpochInfo {
  readonly epoch: number
  /** Milliseconds since 1970: the epoch's one clock reading. */
  readonly batchTimeMs: number
  /** 0, and one more after each rewind: output of an epoch under an older lineage beyond the rewound epoch is superseded. */
  readonly lineage: number
}
/** What a sink that is exactly-once stores with its output, atomically: which epoch it has, and a checksum of what the engine had planned for it. */
export interface EpochToken {
  readonly epoch: number
  readonly lineage: number
  /** Of the journal's begin frame. It is known only at the commit: a closed epoch begins in the journal when its reading has ended. */
  readonly beginChecksum: number
}
/** What the journal keeps of a sink's commit; its own business. */
export type SinkToken = Json

/** Who writes: a runner is one start of a query from its checkpoint. */
export interface RunnerInfo {
  /** Greater than that of every runner before. */
  readonly runnerEpoch: number
  readonly lineage: number
  /** The last epoch that stays when the query was rewound to it under this lineage; null where it never was. Later output of older lineages is superseded. */
  readonly rewoundTo: number | null
}

/** The last epoch that a sink of this format has committed with a token, as the journal has it. */
export interface CommittedOutput {
  readonly epoch: number
  readonly token: SinkToken
}

export interface Sink {
  /**
   * Shuts out every older runner, takes back what it had open, and gives the token of the last epoch that readers see (of any lineage that is not superseded),
   * or null where there is none. Called once, before `begin`, where the query has a checkpoint. Sinks that are exactly-once must have it.
   * An older runner that goes on gets QUERY_FENCED from its next call. A sink whose output outlives it throws OUTPUT_OLDER_THAN_CHECKPOINT, before it changes
   * anything, where that output lacks `committed`; the token says what it was written to, since a program may write elsewhere now.
   */
  fence?(runner: RunnerInfo, committed: CommittedOutput | null): Promise<EpochToken | null>
  begin(epoch: EpochInfo): Promise<void>
  write(batch: Batch): Promise<void>
  /** `token` is stored with the output, atomically, by sinks that have `fence`. */
  commit(epoch: EpochInfo, token: EpochToken): Promise<SinkToken>
  abort(epoch: EpochInfo): Promise<void>
  close(): Promise<void>
}
