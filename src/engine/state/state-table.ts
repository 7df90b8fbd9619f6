/**
 * State in memory: rows in columns of typed arrays, found through an open-addressing index per key group. Implements the StateStore contract but for
 * `commit`; memory-state.ts and durable-state.ts add that. A put is some hundred nanoseconds, a row some 60 bytes and its texts.
 *
 * Rows. A row is a number that stays the same while its key is kept. Row 0 is the probe: the key that is looked for is written into row 0 of the key columns.
 * Rows of removed keys are used again. Columns grow by pages of 16384 rows, indexes group by group, so nothing is ever copied or hashed anew as a whole.
 *
 * Epochs are in epoch-rows.ts: `seal`, `rollback` and `encodeChanges` cost what was changed.
 *
 * For generated code: write the key into row PROBE of `keyColumns`, call `findProbe` or `upsertProbe`, then read and write `valueColumns` at that row; where
 * `schema.expiry` is of the value, call `reschedule(row)` after it was written.
 */
import type { Datum } from '../../data/datum.ts'
import { HASH_SEED, KEY_GROUPS } from '../../data/hash.ts'
import { assert } from '../../error.ts'
import type { StateEntry, StateMetrics, StateSchema, StateStore } from './contract.ts'
import { EpochRows } from './epoch-rows.ts'
import { ExpiryIndex, expiryColumn } from './expiry-index.ts'
import { KeyIndex, NO_ROW, PROBE } from './key-index.ts'
import type { LongColumn } from './long-column.ts'
import { PAGE_ROWS } from './pages.ts'
import { RowList } from './row-list.ts'
import { RowSpace } from './row-space.ts'
import { columnsOf, type StateColumn } from './state-column.ts'
import { StateMemory } from './state-memory.ts'
import { readChanges, readGroup, writeChanges, writeGroup } from './table-codec.ts'

export { NO_ROW, PROBE } from './key-index.ts'
export { StateMemory } from './state-memory.ts'

export interface StateTableOptions {
  /** More bytes than these are refused; null: as many as there are. */
  readonly memoryBytesMax?: number | null
  /** A budget that tables share, in place of one of their own. */
  readonly memory?: StateMemory
}

export class StateTable implements Omit<StateStore, 'commit'> {
  readonly schema: StateSchema
  readonly keyColumns: readonly StateColumn[]
  readonly valueColumns: readonly StateColumn[]
  readonly #columns: readonly StateColumn[]
  readonly #memory: StateMemory
  readonly #index: KeyIndex
  readonly #expiry: ExpiryIndex | null
  readonly #expiryColumn: LongColumn | null
  readonly #expiryInValue: boolean
  readonly #space: RowSpace
  readonly #epoch: EpochRows
  #rows = 0
  #created = false

  constructor(schema: StateSchema, { memoryBytesMax = null, memory = new StateMemory(memoryBytesMax) }: StateTableOptions = {}) {
    this.schema = schema
    this.#memory = memory.share()
    this.keyColumns = columnsOf(schema.keyTypes, this.#memory)
    this.valueColumns = columnsOf(schema.valueTypes, this.#memory)
    this.#columns = [...this.keyColumns, ...this.valueColumns]
    this.#index = new KeyIndex(this.keyColumns, this.#memory)
    this.#expiryColumn = expiryColumn(schema.expiry, this.keyColumns, this.valueColumns)
    this.#expiry = this.#expiryColumn === null ? null : new ExpiryIndex(this.#memory)
    this.#expiryInValue = schema.expiry?.of === 'value'
    this.#space = new RowSpace(this.#expiry === null ? this.#columns : [...this.#columns, this.#expiry], this.#memory)
    this.#epoch = new EpochRows(this.#space, this.valueColumns, this.#memory)
  }

  get(key: readonly Datum[]): readonly Datum[] | undefined {
    const row = this.find(key)
    return row === NO_ROW ? undefined : this.valueAt(row)
  }

  put(key: readonly Datum[], value: readonly Datum[]): void {
    const { valueColumns } = this
    const hash = this.#probe(key)
    let row = this.#index.find(hash)
    // What can be refused comes before what changes something.
    this.#reserve(row, hash)
    for (let index = 0; index < valueColumns.length; index++) (valueColumns[index] as StateColumn).reserve(value[index] ?? null)
    // A time in the key stays what it is.
    let isTimed = this.#expiryInValue
    if (row === NO_ROW) {
      row = this.#create(hash)
      isTimed = true
    } else if (this.#epoch.touch(row, false)) {
      this.#rows++
      isTimed = true
    }
    for (let index = 0; index < valueColumns.length; index++) (valueColumns[index] as StateColumn).set(row, value[index] ?? null)
    if (isTimed) this.reschedule(row)
  }

  remove(key: readonly Datum[]): void {
    const row = this.find(key)
    if (row !== NO_ROW) this.removeRow(row)
  }

  *entries(): Iterable<StateEntry> {
    const rows = new RowList(null)
    for (let group = 0; group < KEY_GROUPS; group++) {
      rows.clear()
      this.#index.rowsOf(group, rows)
      for (let at = 0; at < rows.length; at++) {
        const row = rows.at(at)
        if (!this.#epoch.isDead(row)) yield this.entryAt(row)
      }
    }
  }

  *changed(): Iterable<StateEntry> {
    for (const row of this.#epoch.puts()) yield this.entryAt(row)
  }

  expired(upTo: bigint): readonly StateEntry[] {
    return this.#expiry === null ? [] : this.#expiry.rowsUpTo(upTo).map((row) => this.entryAt(row))
  }
  get earliestExpiry(): bigint | null {
    const earliest = this.#expiry === null ? null : this.#expiry.earliest
    return earliest === null ? null : BigInt(earliest)
  }

  get metrics(): StateMetrics {
    const { updatedRows, removedRows } = this.#epoch
    return { rows: this.#rows, updatedRows, removedRows, memoryBytes: this.#memory.bytes }
  }

  // ── by rows

  /** The rows that are kept. */
  rows(): Int32Array {
    const all = new RowList(null)
    for (let group = 0; group < KEY_GROUPS; group++) this.#index.rowsOf(group, all)
    return all.view().filter((row) => !this.#epoch.isDead(row))
  }
  /** The rows of `changed`, and those of `expired` in any order. */
  changedRows(): Int32Array {
    return this.#epoch.puts()
  }
  expiredRows(upTo: bigint): Int32Array {
    return this.#expiry === null ? new Int32Array(0) : new Int32Array(this.#expiry.rowsUpTo(upTo, false))
  }
  /** The row of the key; NO_ROW where it is not kept. */
  find(key: readonly Datum[]): number {
    return this.#living(this.#index.find(this.#probe(key)))
  }
  /** The same for the key that stands in row PROBE of the key columns. */
  findProbe(): number {
    return this.#living(this.#index.find(this.#hash(PROBE)))
  }
  /** The row of the key, made with null values where it was not there; what it was before the epoch is kept for `rollback`. See `created`. */
  upsert(key: readonly Datum[]): number {
    this.#probe(key)
    return this.upsertProbe()
  }
  upsertProbe(): number {
    const hash = this.#hash(PROBE)
    const row = this.#index.find(hash)
    this.#reserve(row, hash)
    if (row !== NO_ROW) {
      this.#created = this.#epoch.isDead(row)
      if (!this.#created) for (const column of this.valueColumns) column.reserveRow(row)
      this.#epoch.touch(row, !this.#created)
      if (this.#created) {
        this.#rows++
        if (!this.#expiryInValue) this.reschedule(row)
      }
      return row
    }
    const made = this.#create(hash)
    this.#created = true
    if (!this.#expiryInValue) this.reschedule(made)
    return made
  }
  /** Whether the last `upsert` found no row. */
  get created(): boolean {
    return this.#created
  }
  removeRow(row: number): void {
    if (!this.#epoch.remove(row)) return
    this.#rows--
    this.#expiry?.unlink(row)
  }
  /** To be called when what `schema.expiry` points at was written by row. */
  reschedule(row: number): void {
    const [expiry, column] = [this.#expiry, this.#expiryColumn]
    if (expiry === null || column === null) return
    const time = column.numberAt(row)
    if (time === null) expiry.unlink(row)
    else expiry.link(row, time)
  }
  keyAt(row: number): readonly Datum[] {
    return this.keyColumns.map((one) => one.get(row))
  }
  valueAt(row: number): readonly Datum[] {
    return this.valueColumns.map((one) => one.get(row))
  }
  entryAt(row: number): StateEntry {
    return { key: this.keyAt(row), value: this.valueAt(row) }
  }

  // ── the end of an epoch, and recovery

  /** The rows put and the keys removed since the last seal. */
  encodeChanges(): Uint8Array {
    return writeChanges(this, this.#epoch.puts(), this.#epoch.removals())
  }
  /** All rows of a key group as they are now. */
  encodeGroup(group: number): Uint8Array {
    const all = new RowList(null)
    this.#index.rowsOf(group, all)
    const rows = all.view().filter((row) => !this.#epoch.isDead(row))
    // In their order, which is that of memory.
    return writeGroup(this, group, rows.sort())
  }
  /** About how long `encodeGroup` will be: as long as the lanes and this group's share of the texts. */
  groupSizeBytes(group: number): number {
    const textBytes = this.#columns.reduce((sum, one) => sum + one.textBytes, 0)
    const perRow = this.#columns.reduce((sum, one) => sum + one.rowBytes, 0) + textBytes / Math.max(1, this.#rows)
    return Math.round(this.#index.count(group) * perRow)
  }

  /** The changes are committed: what was before them is forgotten. */
  seal(): void {
    this.#epoch.seal((row) => this.#forget(row))
    const rowsMax = Math.max(PAGE_ROWS, this.#space.capacity >> 4)
    for (const column of this.#columns) column.tidy(rowsMax)
  }

  rollback(): void {
    // Times come back with values, so every touched row leaves the order of times first.
    const { touched } = this.#epoch
    for (let at = 0; at < touched.length; at++) this.#expiry?.unlink(touched.at(at))
    this.#rows += this.#epoch.rollback(
      (row) => this.reschedule(row),
      (row) => this.#forget(row),
    )
  }

  /** Recovery: makes the changes of an epoch again. They are no changes of the current epoch. Where it throws, the table is to be thrown away. */
  applyChanges(bytes: Uint8Array): void {
    assert(this.#epoch.touched.length === 0, 'changes are applied between epochs only')
    readChanges(this, bytes, {
      row: (load) => void this.#load(this.#hash(PROBE), load),
      removed: () => {
        const row = this.#index.find(this.#hash(PROBE))
        if (row === NO_ROW) return
        this.#expiry?.unlink(row)
        this.#rows--
        this.#forget(row)
      },
    })
  }

  /** Recovery: the rows of the group become exactly those. Where it throws, the table is to be thrown away. */
  replaceGroup(group: number, bytes: Uint8Array): void {
    assert(this.#epoch.touched.length === 0, 'a group is replaced between epochs only')
    const old = new RowList(null)
    this.#index.rowsOf(group, old)
    this.#index.clear(group)
    this.#rows -= old.length
    for (let at = 0; at < old.length; at++) {
      this.#expiry?.unlink(old.at(at))
      this.#drop(old.at(at))
    }
    readGroup(this, group, bytes, (load) => {
      const hash = this.#hash(PROBE)
      if ((hash & (KEY_GROUPS - 1)) !== group) return `a key is of group ${hash & (KEY_GROUPS - 1)}`
      return this.#load(hash, load) ? null : 'a key is there twice'
    })
  }

  /** Sets the row whose key is in the probe; whether it is new. */
  #load(hash: number, loadValue: (row: number) => void): boolean {
    let row = this.#index.find(hash)
    const isNew = row === NO_ROW
    if (isNew) {
      this.#reserve(row, hash)
      row = this.#insert(hash)
      this.#epoch.restore(row)
      this.#rows++
    }
    loadValue(row)
    if (isNew || this.#expiryInValue) this.reschedule(row)
    return isNew
  }

  #probe(key: readonly Datum[]): number {
    const { keyColumns } = this
    for (let index = 0; index < keyColumns.length; index++) (keyColumns[index] as StateColumn).set(PROBE, key[index] ?? null)
    return this.#hash(PROBE)
  }
  #hash(row: number): number {
    const { keyColumns } = this
    let hash = HASH_SEED
    for (let index = 0; index < keyColumns.length; index++) hash = (keyColumns[index] as StateColumn).hash(row, hash)
    return hash
  }

  #living(row: number): number {
    return row === NO_ROW || this.#epoch.isDead(row) ? NO_ROW : row
  }

  /** Makes sure of all that a put of the probe's key needs, but for the value's texts. Throws STATE_TOO_LARGE. */
  #reserve(row: number, hash: number): void {
    this.#epoch.reserve()
    if (row !== NO_ROW) return
    this.#index.reserve(hash)
    const { keyColumns } = this
    for (let index = 0; index < keyColumns.length; index++) (keyColumns[index] as StateColumn).reserveRow(PROBE)
  }
  /** A row for the probe's key, which has none. */
  #insert(hash: number): number {
    const row = this.#space.take()
    const { keyColumns } = this
    for (let index = 0; index < keyColumns.length; index++) (keyColumns[index] as StateColumn).copy(PROBE, row)
    this.#index.insert(hash, row)
    return row
  }
  #create(hash: number): number {
    const row = this.#insert(hash)
    this.#epoch.create(row)
    this.#rows++
    return row
  }
  /** Takes a row out of the index and gives it back. */
  #forget(row: number): void {
    this.#index.remove(this.#hash(row), row)
    this.#drop(row)
  }
  /** Gives back a row that no index has. */
  #drop(row: number): void {
    const columns = this.#columns
    for (let index = 0; index < columns.length; index++) (columns[index] as StateColumn).clear(row)
    this.#space.release(row)
  }
}
