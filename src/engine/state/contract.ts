/**
 * What a stateful operator keeps between epochs: rows under keys, in 128 key groups. In memory today (memory-state.ts); the journal's deltas and the disk
 * providers implement the same contract.
 *
 * # Contract
 * 1. A key is a tuple of datums of `keyTypes`; two keys are the same when data/key-codec.ts encodes them the same (−0 = 0, NaN = NaN, null = null).
 * 2. Nothing of an epoch is durable before `commit(epoch)`; `rollback()` takes back everything since the last commit.
 * 3. Iteration order is not defined; whoever shows order sorts. Iterating while changing is not allowed.
 * 4. The group of a key is keyGroup(key) of data/hash.ts, for ever: formats rely on it.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'

export interface StateSchema {
  readonly operatorId: string
  readonly keyTypes: readonly DataType[]
  readonly valueTypes: readonly DataType[]
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
  /** Since the last commit: what an epoch changed. */
  readonly metrics: StateMetrics
  commit(epoch: number): Promise<StateCommit>
  rollback(): void
}
/** What the journal's commit frame keeps of a store's commit (file names and checksums); nothing for memory. */
export type StateCommit = { readonly files: readonly { readonly name: string; readonly checksum: number }[] }

export interface StateProvider {
  /** Opens the store as of the last committed epoch. */
  open(schema: StateSchema): Promise<StateStore>
  close(): Promise<void>
}
