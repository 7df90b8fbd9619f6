/**
 * State in memory: rows in columns of typed arrays, found through an open-addressing index. Implements the StateStore contract but for `commit`;
 * memory-state.ts and durable-state.ts add that. A row that an epoch makes is some ten nanoseconds by generated code, and some 40 bytes; its texts are kept once
 * for all rows that have them.
 *
 * Rows. A row is a number that stays the same while its key is kept. Row 0 is the probe: the key that is looked for is written into row 0 of the key columns.
 * Rows of removed keys are used again. Columns grow by pages of 16384 rows, indexes one by one, so nothing is ever copied or hashed anew as a whole.
 *
 * Epochs are in epoch-rows.ts: `seal`, `rollback` and `encodeChanges` cost what was changed.
 *
 * For generated code: write the key into row PROBE of `keyColumns`, call `findProbe` or `upsertProbe`, then read and write `valueColumns` at that row; where
 * `schema.expiry` is of the value, call `reschedule(row)` after it was written.
 */
import type { Datum } from '../../data/datum.ts'
import { assert } from '../../error.ts'
import type { StateEntry, StateMetrics, StateSchema, StateStore } from './contract.ts'
import { EpochRows } from './epoch-rows.ts'
import type { InternedColumn } from './interned-column.ts'
import { KeyGroups, NO_GROUP } from './key-groups.ts'
import { KeyIndex, NO_ROW, PROBE } from './key-index.ts'
import { PAGE_ROWS } from './pages.ts'
import { RowAppender } from './row-appender.ts'
import { RowSpace } from './row-space.ts'
import { type RowTimes, rowTimes, sectionOf } from './row-times.ts'
import { columnsOf, keyColumnsOf, type StateColumn } from './state-column.ts'
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
  /** The key column whose values have an index each, if any: the windows. */
  readonly section: InternedColumn | null
  /** Makes many rows at once. */
  readonly appender: RowAppender
  readonly #columns: readonly StateColumn[]
  readonly #memory: StateMemory
  readonly #index: KeyIndex
  readonly #times: RowTimes | null
  readonly #space: RowSpace
  readonly #epoch: EpochRows
  readonly #groups: KeyGroups
  #rows = 0
  #created = false

  constructor(schema: StateSchema, { memoryBytesMax = null, memory = new StateMemory(memoryBytesMax) }: StateTableOptions = {}) {
    this.schema = schema
    this.#memory = memory.share()
    const keyColumns = keyColumnsOf(schema.keyTypes, this.#memory)
    const valueColumns = columnsOf(schema.valueTypes, this.#memory)
    const section = sectionOf(schema, keyColumns)
    const index = new KeyIndex(
      keyColumns.filter((one) => one !== section),
      this.#memory,
      section,
    )
    const isDead = (row: number): boolean => this.#epoch.isDead(row)
    this.keyColumns = keyColumns
    this.valueColumns = valueColumns
    this.#columns = [...keyColumns, ...valueColumns]
    this.section = section
    this.#index = index
    this.#times = rowTimes(schema.expiry, { keyColumns, valueColumns, section, index, isDead }, this.#memory)
    const lanes = this.#times?.lanes ?? null
    this.#space = new RowSpace(lanes === null ? this.#columns : [...this.#columns, lanes], this.#memory)
    this.#epoch = new EpochRows(this.#space, valueColumns, this.#memory)
    this.#groups = new KeyGroups(keyColumns, this.#space, this.#epoch, this.#memory)
    const enter = (row: number): void => this.#enter(row)
    this.appender = new RowAppender({ section, index, space: this.#space, epoch: this.#epoch, groups: this.#groups, enter })
  }

  get(key: readonly Datum[]): readonly Datum[] | undefined {
    const row = this.find(key)
    return row === NO_ROW ? undefined : this.valueAt(row)
  }

  put(key: readonly Datum[], value: readonly Datum[]): void {
    const { valueColumns } = this
    this.#probe(key)
    let row = this.#index.find(this.#index.hash(PROBE))
    // What can be refused comes before what changes something.
    this.#reserve(row)
    for (let index = 0; index < valueColumns.length; index++) (valueColumns[index] as StateColumn).reserve(value[index] ?? null)
    if (row === NO_ROW) row = this.#create()
    else if (this.#epoch.touch(row, false)) this.#enter(row)
    for (let index = 0; index < valueColumns.length; index++) (valueColumns[index] as StateColumn).set(row, value[index] ?? null)
    this.#times?.written(row)
  }

  remove(key: readonly Datum[]): void {
    const row = this.find(key)
    if (row !== NO_ROW) this.removeRow(row)
  }

  *entries(): Iterable<StateEntry> {
    for (const row of this.rows()) yield this.entryAt(row)
  }

  *changed(): Iterable<StateEntry> {
    for (const row of this.#epoch.puts()) yield this.entryAt(row)
  }

  expired(upTo: bigint): readonly StateEntry[] {
    return this.#times === null ? [] : Array.from(this.#times.rowsUpTo(upTo, true), (row) => this.entryAt(row))
  }
  get earliestExpiry(): bigint | null {
    const earliest = this.#times === null ? null : this.#times.earliest
    return earliest === null ? null : BigInt(earliest)
  }

  get metrics(): StateMetrics {
    const { updatedRows, removedRows } = this.#epoch
    return { rows: this.#rows, updatedRows, removedRows, memoryBytes: this.#memory.bytes }
  }

  // ── by rows

  /** The rows that are kept. */
  rows(): Int32Array {
    return this.#epoch.living()
  }
  /** The rows of `changed`, and those of `expired` in any order. */
  changedRows(): Int32Array {
    return this.#epoch.puts()
  }
  expiredRows(upTo: bigint): Int32Array {
    return this.#times === null ? new Int32Array(0) : this.#times.rowsUpTo(upTo, false)
  }
  /** The row of the key; NO_ROW where it is not kept. */
  find(key: readonly Datum[]): number {
    this.#probe(key)
    return this.findProbe()
  }
  /** The same for the key that stands in row PROBE of the key columns. */
  findProbe(): number {
    const row = this.#index.find(this.#index.hash(PROBE))
    return row === NO_ROW || this.#epoch.isDead(row) ? NO_ROW : row
  }
  /** The row of the key, made with null values where it was not there; what it was before the epoch is kept for `rollback`. See `created`. */
  upsert(key: readonly Datum[]): number {
    this.#probe(key)
    return this.upsertProbe()
  }
  upsertProbe(): number {
    const row = this.#index.find(this.#index.hash(PROBE))
    this.#reserve(row)
    if (row === NO_ROW) {
      this.#created = true
      return this.#create()
    }
    this.#created = this.#epoch.isDead(row)
    if (!this.#created) for (const column of this.valueColumns) column.reserveRow(row)
    this.#epoch.touch(row, !this.#created)
    if (this.#created) this.#enter(row)
    return row
  }
  /** A row for the probe's key, which has none. NO_ROW: it may have one, so that `upsertProbe` is to be asked. */
  appendProbe(): number {
    const section = this.section?.idOf(PROBE) ?? NO_ROW
    if (!this.#index.isAppending(section)) return NO_ROW
    this.#reserveKey()
    this.#index.reserveAppend(section)
    const row = this.#take()
    this.#index.append(section, row)
    return this.#started(row)
  }
  /** Whether the last `upsert` found no row. */
  get created(): boolean {
    return this.#created
  }
  removeRow(row: number): void {
    if (this.#epoch.remove(row)) this.#leave(row)
  }
  /** To be called when what `schema.expiry` points at was written by row. */
  reschedule(row: number): void {
    this.#times?.written(row)
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
    const rows = this.#groups.rowsOf(group).filter((row) => !this.#epoch.isDead(row))
    // In their order, which is that of memory.
    return writeGroup(this, group, rows.sort())
  }
  /** About how long `encodeGroup` will be: as long as the lanes and this group's share of the texts. */
  groupSizeBytes(group: number): number {
    const textBytes = this.#columns.reduce((sum, one) => sum + one.textBytes, 0)
    const perRow = this.#columns.reduce((sum, one) => sum + one.rowBytes, 0) + textBytes / Math.max(1, this.#rows)
    return Math.round(this.#groups.rowsOf(group).length * perRow)
  }

  /** The changes are committed: what was before them is forgotten. */
  seal(): void {
    this.#epoch.seal((row) => {
      const section = this.section?.idOf(row) ?? NO_ROW
      // The rows of a closed window go together.
      if (section !== NO_ROW && this.#times?.isOver(section) === true) this.#index.drop(section)
      else this.#index.remove(this.#index.hash(row), row)
      this.#giveBack(row)
    })
    const rowsMax = Math.max(PAGE_ROWS, this.#space.capacity >> 4)
    for (const column of this.#columns) column.tidy(rowsMax)
  }

  rollback(): void {
    this.#epoch.rollback(
      (row, wasDead) => {
        if (wasDead) this.#enter(row)
        this.#times?.written(row)
      },
      (row, wasDead) => {
        if (!wasDead) this.#leave(row)
        this.#forget(row)
      },
    )
  }

  /** Recovery: makes the changes of an epoch again. They are no changes of the current epoch. Where it throws, the table is to be thrown away. */
  applyChanges(bytes: Uint8Array): void {
    assert(this.#epoch.touched.length === 0, 'changes are applied between epochs only')
    readChanges(this, bytes, {
      row: (load) => void this.#load(load),
      removed: () => {
        const row = this.#index.find(this.#index.hash(PROBE))
        if (row === NO_ROW) return
        this.#leave(row)
        this.#forget(row)
      },
    })
  }

  /** Recovery: the rows of the group become exactly those. Where it throws, the table is to be thrown away. */
  replaceGroup(group: number, bytes: Uint8Array): void {
    assert(this.#epoch.touched.length === 0, 'a group is replaced between epochs only')
    for (const row of this.#groups.rowsOf(group).slice()) {
      this.#leave(row)
      this.#forget(row, group)
    }
    readGroup(this, group, bytes, (load) => {
      const found = this.#groups.groupOf(PROBE)
      if (found !== group) return `a key is of group ${found}`
      return this.#load(load, found) ? null : 'a key is there twice'
    })
  }

  /** Sets the row whose key is in the probe; whether it is new. */
  #load(loadValue: (row: number) => void, group = NO_GROUP): boolean {
    let row = this.#index.find(this.#index.hash(PROBE))
    const isNew = row === NO_ROW
    if (isNew) {
      this.#reserve(row, group)
      row = this.#insert(group)
      this.#epoch.restore(row)
      this.#enter(row)
    }
    loadValue(row)
    this.#times?.written(row)
    return isNew
  }

  #probe(key: readonly Datum[]): void {
    const { keyColumns } = this
    for (let index = 0; index < keyColumns.length; index++) (keyColumns[index] as StateColumn).set(PROBE, key[index] ?? null)
  }

  /** Makes sure of all that a put of the probe's key needs, but for the value's texts. Throws STATE_TOO_LARGE. */
  #reserve(row: number, group = NO_GROUP): void {
    if (row === NO_ROW) {
      this.#reserveKey(group)
      this.#index.reserve(PROBE, this.#index.hash(PROBE))
    } else this.#epoch.reserve()
  }
  #reserveKey(group = NO_GROUP): void {
    this.#epoch.reserve()
    const { keyColumns } = this
    for (let index = 0; index < keyColumns.length; index++) (keyColumns[index] as StateColumn).reserveRow(PROBE)
    if (this.#groups.isOpen) this.#groups.reserve(PROBE, group)
  }
  /** A row for the probe's key, which has none. */
  #insert(group = NO_GROUP): number {
    const row = this.#take(group)
    this.#index.insert(this.#index.hash(row), row)
    return row
  }
  #take(group = NO_GROUP): number {
    const row = this.#space.take()
    const { keyColumns } = this
    for (let index = 0; index < keyColumns.length; index++) (keyColumns[index] as StateColumn).copy(PROBE, row)
    if (this.#groups.isOpen) this.#groups.add(row, group)
    return row
  }
  #create(): number {
    return this.#started(this.#insert())
  }
  #started(row: number): number {
    this.#epoch.create(row)
    this.#enter(row)
    return row
  }
  /** The row lives, after it did not. */
  #enter(row: number): void {
    this.#rows++
    if (this.#times !== null) this.#times.enter(row)
  }
  #leave(row: number): void {
    this.#rows--
    if (this.#times !== null) this.#times.leave(row)
  }
  /** Takes a row out of the index and gives it back. */
  #forget(row: number, group = NO_GROUP): void {
    this.#index.remove(this.#index.hash(row), row)
    this.#giveBack(row, group)
  }
  /** Gives back a row that is in no index. */
  #giveBack(row: number, group = NO_GROUP): void {
    if (this.#groups.isOpen) this.#groups.remove(row, group)
    const columns = this.#columns
    for (let index = 0; index < columns.length; index++) (columns[index] as StateColumn).clear(row)
    this.#space.release(row)
  }
}
