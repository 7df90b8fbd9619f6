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
  /** Throws what is wrong with options or schema; no I/O. */
  check?(options: Options, schema: StructType, mode: OutputMode): void
  /** Milliseconds between epochs if the user set no trigger; absent = as soon as possible. */
  readonly defaultIntervalMs?: number
  open(context: SinkContext): Promise<Sink>
}
export interface SinkContext {
  readonly options: Options
  readonly schema: StructType
  readonly mode: OutputMode
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
}
/** What the journal keeps of a sink's commit; its own business. */
export type SinkToken = Json

export interface Sink {
  /** Shuts out any older runner; gives the token of the last commit that the sink knows, or null. Only sinks that are exactly-once have it. */
  fence?(runnerEpoch: number): Promise<SinkToken>
  begin(epoch: EpochInfo): Promise<void>
  write(batch: Batch): Promise<void>
  commit(epoch: EpochInfo): Promise<SinkToken>
  abort(epoch: EpochInfo): Promise<void>
  close(): Promise<void>
}
