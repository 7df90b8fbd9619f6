/**
 * The contract of a streaming source. Anyone may write one; `millrace/testing` has the conformance suite (describeSource) that the built-in ones pass.
 *
 * A source is a set of partitions. A position in a partition is an opaque JSON value of the source's own; a SourceOffset maps partition → position.
 * The engine owns progress: it asks how far the source could be read now (`latestOffset`), journals the range, and reads exactly that range (`read`).
 *
 * # Contract
 * 1. `describe` is pure: no I/O, same answer for same arguments. Who checks: the suite.
 * 2. `read(start, end)` gives exactly the rows between, in order within a partition; if the source is `replayable`, the same rows every time, also after
 *    a restart. If broken: rows lost or doubled on replay.
 * 3. `latestOffset(start, limit)` never goes back, never passes the limit except by one record, and moves on when there is data (else the query stalls).
 * 4. `caughtUp` names a partition only if, at that moment, the source knows nothing beyond `end` in it. Idleness of watermarks is decided by it: a false
 *    answer makes rows late.
 * 5. `commit(end)` says that the engine will never read before `end` again; only now may the source forget or acknowledge.
 * 6. All methods stop promptly when `signal` is aborted; `close` may be called at any time, twice too.
 */
import type { Field, StructType } from '../../data/data-type.ts'
import type { Batch } from '../../data/vector.ts'
import type { Io } from '../../io/io.ts'
import type { Options } from '../nodes/relation.ts'
import type { OptionSpecs } from './options.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type PartitionId = string
/** Partition → position before which everything is read. A partition that is absent has not been begun. */
export type SourceOffset = Readonly<Record<PartitionId, Json>>

/** `replayable`: can be read again after a crash. `buffered`: acknowledged only after our append. `transient`: what was in flight is gone. */
export type SourceGuarantee = 'replayable' | 'buffered' | 'transient'

export type RecordFormat = 'json' | 'text'
export type ParseMode = 'PERMISSIVE' | 'DROPMALFORMED' | 'FAILFAST'
/** How the bytes of a record become columns. */
export interface DecoderSpec {
  readonly format: RecordFormat
  /** The columns to materialise, in order. The whole record is checked even where it is cut down. `text` makes one string column. */
  readonly schema: StructType
  /** The declared schema before it was cut down: under PERMISSIVE a value of a wrong type anywhere makes the record malformed, as in Spark. */
  readonly declared: StructType
  readonly mode: ParseMode
  /** The string column of `schema` that gets the raw record when it is malformed, or null. */
  readonly corruptRecordColumn: string | null
}

/** A column that is there without being in the schema: it resolves only by its name and only where no visible column has it. */
export interface HiddenColumn extends Field {
  /** What it is, for explain: `arrival` prints as `timestamp (arrival, hidden)`. */
  readonly note: string
}

export interface SourceDescription {
  /** The visible columns. */
  readonly schema: StructType
  readonly hidden: readonly HiddenColumn[]
  readonly guarantee: SourceGuarantee
  /** Null where the source gives ready columns. Columns of `schema` and `hidden` that are not in the decoder's schema are supplied by the source. */
  readonly decoder: DecoderSpec | null
  /** For explain: `localhost:9999`. */
  readonly title: string
}

export interface SourceProvider {
  /** The name for `format(…)`. */
  readonly format: string
  readonly options: OptionSpecs
  /** `required`, `optional` (it narrows or replaces a default) or `none`. */
  readonly userSchema: 'required' | 'optional' | 'none'
  /** Throws MISSING_OPTION, INVALID_OPTION, SCHEMA_REQUIRED. */
  describe(options: Options, schema: StructType | null): SourceDescription
  /** The explicit way to a schema: reads what is there now. Only where the format can. */
  inferSchema?(options: Options, io: Io): Promise<StructType>
  open(context: SourceContext): Promise<Source>
}

/** Only a type: it marks the row that a TypedSource gives. */
export declare const sourceRow: unique symbol
/** A source that is an object, with the type of its rows: `readStream.source(…)` takes it. The test kit's MemoryStream is one. */
export interface TypedSource<out Row> {
  readonly provider: SourceProvider
  readonly [sourceRow]?: Row
}

export interface SourceContext {
  readonly options: Options
  /** The same for each start from one checkpoint. */
  readonly queryId: string
  readonly description: SourceDescription
  /** The columns that the source must supply itself, in this order, in every SourceBatch. */
  readonly supplied: StructType
  readonly io: Io
  /** Aborted when the query stops. */
  readonly signal: AbortSignal
  /** The source's own durable log under the checkpoint: what it has to remember beyond its position. Null where the query has no checkpoint. */
  readonly log: SourceLog | null
  /** Reports something that does not stop the query (a reconnect, a skipped file); shown in progress and events. */
  readonly report: (event: SourceEvent) => void
}
/**
 * An append-only log of a source, kept under the checkpoint. Entries are numbered from 0 and never change. After a rewind of the query the log may hold more
 * than the position that the source is asked to go on from: what is beyond is still true (files that were found, records that arrived).
 */
export interface SourceLog {
  /** How many entries were ever appended. */
  readonly length: number
  /** The first entry that is still kept. */
  readonly first: number
  /** Durable when it resolves. Either all of the entries are there after a crash, or none. */
  append(entries: readonly Uint8Array[]): Promise<void>
  read(from: number, to: number): AsyncIterable<Uint8Array>
  /** Entries before it are not needed any more; they may stay for a while. */
  dropBefore(index: number): Promise<void>
}
export interface SourceEvent {
  readonly kind: 'connected' | 'disconnected' | 'retrying' | 'skipped' | 'warning'
  readonly message: string
}

export interface ReadLimit {
  /** Bytes that one epoch may take from this source, roughly. */
  readonly maxBytes: number
  /** Everything that is there, whatever limits the source's own options set (trigger once). */
  readonly all?: boolean
}
export interface SourceLatest {
  readonly end: SourceOffset
  /** Partitions in which nothing is known beyond `end`. */
  readonly caughtUp: readonly PartitionId[]
  /** The last position known, also beyond the limit: for `latestOffset` in progress. */
  readonly latest: SourceOffset
}

/**
 * Rows of one partition, in order.
 *
 * - `columns`: ready columns.
 * - `records`: raw records for the engine's decoder; record i is `bytes[starts[i] … ends[i])`, and `supplied` has the columns that the source makes itself, a row a
 *   record.
 * - `lines`: the same where each line is a record, and the source has not looked where they end: the decoder finds that out as it reads. `bytes` are whole lines,
 *   each with its end (`\n`, `\r` or `\r\n`), and the one row of `supplied` stands for all of them.
 *
 * `release` is called, once at most, when nothing refers to the bytes any more: the source may then write over them. Where it is not called they are the engine's
 * for good.
 */
export type SourceBatch =
  | { readonly kind: 'columns'; readonly partition: PartitionId; readonly batch: Batch }
  | {
      readonly kind: 'records'
      readonly partition: PartitionId
      readonly bytes: Uint8Array
      readonly starts: Int32Array
      readonly ends: Int32Array
      readonly supplied: Batch
      /** Where record 0 comes from, for error records: `file.json:17`, `offset 12`. */
      readonly origin: string
      readonly release?: () => void
    }
  | {
      readonly kind: 'lines'
      readonly partition: PartitionId
      readonly bytes: Uint8Array
      readonly supplied: Batch
      /** Where the lines come from, for error records: `file.json`. They are counted from batch to batch, from 1 where one is the first of its origin. */
      readonly origin: string
      readonly isFirst: boolean
      readonly release?: () => void
    }

export interface Source {
  /** Where a query without checkpoint begins. */
  initialOffset(): Promise<SourceOffset>
  latestOffset(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest>
  read(start: SourceOffset, end: SourceOffset): AsyncIterable<SourceBatch>
  commit(end: SourceOffset): Promise<void>
  /** Resolves when there may be something beyond the last `latestOffset`. Without it the engine polls. */
  waitForData?(signal: AbortSignal): Promise<void>
  /** From now on `latestOffset` never passes what is there at this moment. */
  prepareAvailableNow?(): Promise<void>
  /** Facts for progress, as texts: how far it is behind, and the like. */
  metrics?(): Readonly<Record<string, string>>
  close(): Promise<void>
}
