/**
 * When rows expire. By row, where each may have a time of its own; or by window, where the time is that of a window that many rows have: then nothing is kept of
 * the row, but how many rows of each window live.
 */
import type { DataType } from '../../data/data-type.ts'
import type { StateExpiry, StateSchema } from './contract.ts'
import { ExpiryIndex } from './expiry-index.ts'
import { InternedColumn, NULL_ID } from './interned-column.ts'
import type { KeyIndex } from './key-index.ts'
import { LongColumn } from './long-column.ts'
import { RowList } from './row-list.ts'
import type { RowLanes } from './row-space.ts'
import type { StateColumn } from './state-column.ts'
import type { StateMemory } from './state-memory.ts'
import { StructColumn } from './struct-column.ts'
import type { Time } from './time-buckets.ts'

export interface RowTimes {
  /** What it keeps of each row, if anything. */
  readonly lanes: RowLanes | null
  readonly earliest: Time | null
  /** A row lives, whose key is set. */
  enter(row: number): void
  /** A row that lived does not any more. */
  leave(row: number): void
  /** A living row's value was written. */
  written(row: number): void
  /** Whether all rows of a section are known to be dead. */
  isOver(section: number): boolean
  /** The living rows whose time is at or before `upTo`, the earliest first unless order does not matter. Costs what it gives. */
  rowsUpTo(upTo: bigint, isOrdered: boolean): Int32Array
}

export interface TimedColumns {
  readonly keyColumns: readonly StateColumn[]
  readonly valueColumns: readonly StateColumn[]
  /** The key column that divides the index. */
  readonly section: InternedColumn | null
  readonly index: KeyIndex
  readonly isDead: (row: number) => boolean
}

export function rowTimes(expiry: StateExpiry | null, columns: TimedColumns, memory: StateMemory): RowTimes | null {
  if (expiry === null) return null
  const [first, ...path] = expiry.path
  const own = (expiry.of === 'key' ? columns.keyColumns : columns.valueColumns)[first as number]
  const time = descendant(own instanceof InternedColumn ? own.pool : own, path)
  if (time === null) return null
  if (expiry.of === 'key' && own instanceof InternedColumn && own === columns.section) return new SectionTimes(own, time, columns, memory)
  return new OwnTimes(time, own instanceof InternedColumn ? own : null, expiry.of === 'key', memory)
}

function descendant(column: StateColumn | undefined, path: readonly number[]): LongColumn | null {
  for (const index of path) column = column instanceof StructColumn ? column.children[index] : undefined
  return column instanceof LongColumn ? column : null
}

class OwnTimes implements RowTimes {
  readonly lanes: ExpiryIndex
  readonly #time: LongColumn
  readonly #interned: InternedColumn | null
  readonly #isKey: boolean

  constructor(time: LongColumn, interned: InternedColumn | null, isKey: boolean, memory: StateMemory) {
    this.lanes = new ExpiryIndex(memory)
    this.#time = time
    this.#interned = interned
    this.#isKey = isKey
  }
  get earliest(): Time | null {
    return this.lanes.earliest
  }
  enter(row: number): void {
    if (this.#isKey) this.#link(row)
  }
  leave(row: number): void {
    this.lanes.unlink(row)
  }
  isOver(): boolean {
    return false
  }
  written(row: number): void {
    // A time in the key stays what it is.
    if (!this.#isKey) this.#link(row)
  }
  rowsUpTo(upTo: bigint, isOrdered: boolean): Int32Array {
    return new Int32Array(this.lanes.rowsUpTo(upTo, isOrdered))
  }
  #link(row: number): void {
    const id = this.#interned === null ? row : this.#interned.idOf(row)
    const time = id === NULL_ID ? null : this.#time.numberAt(id)
    if (time === null) this.lanes.unlink(row)
    else this.lanes.link(row, time)
  }
}

class SectionTimes implements RowTimes {
  readonly lanes = null
  readonly #section: InternedColumn
  readonly #time: LongColumn
  readonly #columns: TimedColumns
  readonly #index: ExpiryIndex
  /** By section: rows that live. */
  readonly #living: number[] = []
  #capacity = 0

  constructor(section: InternedColumn, time: LongColumn, columns: TimedColumns, memory: StateMemory) {
    this.#section = section
    this.#time = time
    this.#columns = columns
    this.#index = new ExpiryIndex(memory)
  }
  get earliest(): Time | null {
    return this.#index.earliest
  }
  enter(row: number): void {
    const section = this.#section.idOf(row)
    const living = this.#living
    while (living.length <= section) living.push(0)
    living[section] = (living[section] as number) + 1
    if (living[section] === 1) this.#link(section)
  }
  leave(row: number): void {
    const section = this.#section.idOf(row)
    const living = (this.#living[section] as number) - 1
    this.#living[section] = living
    // A window that is null has no time, and was never linked.
    if (living === 0 && section < this.#capacity) this.#index.unlink(section)
  }
  written(): void {}
  isOver(section: number): boolean {
    return this.#living[section] === 0
  }
  rowsUpTo(upTo: bigint, isOrdered: boolean): Int32Array {
    const rows = new RowList(null)
    for (const section of this.#index.rowsUpTo(upTo, isOrdered)) this.#columns.index.rowsOf(section, rows)
    return rows.view().filter((row) => !this.#columns.isDead(row))
  }
  #link(section: number): void {
    const time = section === NULL_ID ? null : this.#time.numberAt(section)
    if (time === null) return
    while (this.#capacity <= section) this.#capacity = this.#index.growNext(this.#capacity)
    this.#index.link(section, time)
  }
}

/** The key column whose values have an index each: the one by which rows expire, else the first window. Alone it would have an index for each row. */
export function sectionOf({ expiry, keyTypes }: StateSchema, keyColumns: readonly StateColumn[]): InternedColumn | null {
  if (keyColumns.length < 2) return null
  const isTime = (index: number): boolean => keyTypes[index]?.kind === 'struct'
  const place = expiry?.of === 'key' && isTime(expiry.path[0] as number) ? (expiry.path[0] as number) : keyTypes.findIndex(isWindow)
  const column = keyColumns[place]
  return column instanceof InternedColumn ? column : null
}
const isWindow = (type: DataType): boolean =>
  type.kind === 'struct' && type.fields.length === 2 && type.fields.every((one) => one.type.kind === 'timestamp')
