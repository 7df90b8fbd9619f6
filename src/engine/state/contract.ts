/**
 * What a stateful operator keeps between epochs: rows under keys, in 128 key groups. In memory (memory-state.ts) where the query has no checkpoint, else in
 * memory with deltas and snapshots under it (durable-state.ts); disk providers implement the same contract.
 *
 * # Contract
 * 1. A key is a tuple of datums of `keyTypes`; two keys are the same when data/key-codec.ts encodes them the same (−0 = 0, NaN = NaN, null = null).
 * 2. Nothing of an epoch is durable before `commit(epoch)` and the journal's commit frame; `rollback()` takes back everything since the last commit.
 * 3. Iteration order is not defined; whoever shows order sorts. Iterating while changing is not allowed.
 * 4. The group of a key is keyGroup(key) of data/hash.ts, for ever: formats rely on it.
 * 5. `expired(upTo)` costs what it gives, not what is kept.
 * 6. A store that would pass its memory budget throws STATE_TOO_LARGE from `put`; the epoch is rolled back and nothing is lost.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'

export interface StateSchema {
  readonly operatorId: string
  readonly keyTypes: readonly DataType[]
  readonly valueTypes: readonly DataType[]
  /** Null: rows never expire. */
  readonly expiry: StateExpiry | null
}
/** Where the event time stands by which a row expires: a timestamp datum, or the field of a struct datum that `path` leads to. A null there never expires. */
export interface StateExpiry {
  readonly of: 'key' | 'value'
  /** The index of the datum, then of the field within it, …: `[0, 1]` is the end of a window that is the first key. */
  readonly path: readonly number[]
}
export interface StateEntry {
  readonly key: readonly Datum[]
  readonly value: readonly Datum[]
}
export interface StateMetrics {
  readonly rows: number
  readonly updatedRows: number
  readonly removedRows: number
  readonly memoryBytes: number
}
export interface StateStore {
  get(key: readonly Datum[]): readonly Datum[] | undefined
  put(key: readonly Datum[], value: readonly Datum[]): void
  remove(key: readonly Datum[]): void
  entries(): Iterable<StateEntry>
  /** The rows that were put since the last commit and are still there, each once. */
  changed(): Iterable<StateEntry>
  /** The rows whose event time is at or before `upTo`, µs, the earliest first. They stay until they are removed. */
  expired(upTo: bigint): readonly StateEntry[]
  /** A lower bound of the event times of all rows, exact when it matters: `expired(earliestExpiry)` gives at least one row. Null: none can expire. */
  readonly earliestExpiry: bigint | null
  /** Since the last commit: what an epoch changed. */
  readonly metrics: StateMetrics
  /** Ends the epoch: its changes are kept, and durable as far as the answer does not carry them in `inline`. */
  commit(epoch: number): Promise<StateCommit>
  rollback(): void
}
/** What the journal's commit frame keeps of a store's commit. */
export interface StateCommit {
  /** Where in which file the epoch's changes are; null where there are none, or they ride in the journal. Durable after the provider's `sync`. */
  readonly file: StateFilePart | null
  /** Small changes ride in the journal instead. */
  readonly inline: Uint8Array | null
  /** The first epoch whose files and inline changes are needed to make this state again. */
  readonly baseEpoch: number
}
export interface StateFilePart {
  readonly name: string
  readonly offset: number
  readonly sizeBytes: number
  readonly checksum: number
}
export const NO_STATE: StateCommit = Object.freeze({ file: null, inline: null, baseEpoch: 0 })

export interface StateProvider {
  /** Opens the store as of the last committed epoch. */
  open(schema: StateSchema): Promise<StateStore>
  /** Makes what the commits of all stores wrote to files durable. */
  sync(): Promise<void>
  close(): Promise<void>
}
