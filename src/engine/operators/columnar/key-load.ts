/** Writes keys from vectors into rows of the state table's key columns, in the form that the row path gives them: −0 as 0, each NaN as the canonical one. */
import type { DoubleVector, StructVector, Vector } from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'
import { InternedColumn } from '../../state/interned-column.ts'
import { PROBE } from '../../state/key-index.ts'
import type { LongColumn } from '../../state/long-column.ts'
import { NumberColumn } from '../../state/number-column.ts'
import { PAGE_BITS, PAGE_MASK } from '../../state/pages.ts'
import type { StateColumn } from '../../state/state-column.ts'
import type { StateTable } from '../../state/state-table.ts'
import { StructColumn } from '../../state/struct-column.ts'

export function loadKey(column: StateColumn, row: number, vector: Vector, index: number): void {
  if (column instanceof InternedColumn) loadInterned(column, row, vector, index)
  else if (column instanceof StructColumn) loadStruct(column, row, vector as StructVector, index)
  else if (column instanceof NumberColumn && column.type.kind === 'double' && isValid(vector.validity, index)) {
    const value = (vector as DoubleVector).values[index] as number
    column.set(row, value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value)
  } else column.load(row, vector, index)
}

function loadInterned(column: InternedColumn, row: number, vector: Vector, index: number): void {
  if (!isValid(vector.validity, index)) {
    column.clear(row)
    return
  }
  loadKey(column.pool, PROBE, vector, index)
  column.seek(row)
}

function loadStruct(column: StructColumn, row: number, vector: StructVector, index: number): void {
  if (!isValid(vector.validity, index)) {
    column.clear(row)
    return
  }
  column.present.set(row)
  const { children } = column
  for (let at = 0; at < children.length; at++) loadKey(children[at] as StateColumn, row, vector.children[at] as Vector, index)
}

/** Sets a long or timestamp to a safe integer. */
export function setSafe(column: LongColumn, row: number, value: number): void {
  if (column.wide === null) {
    ;(column.narrow[row >>> PAGE_BITS] as Float64Array)[row & PAGE_MASK] = value
    column.present.set(row)
  } else column.set(row, BigInt(value))
}

export function setAllZero(column: LongColumn, rows: Int32Array, count: number): void {
  const { narrow, present } = column
  if (column.wide !== null) {
    for (let at = 0; at < count; at++) column.set(rows[at] as number, 0n)
    return
  }
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number
    const slot = row & PAGE_MASK
    ;(narrow[row >>> PAGE_BITS] as Float64Array)[slot] = 0
    const bits = present.pages[row >>> PAGE_BITS] as Uint8Array
    bits[slot >> 3] = (bits[slot >> 3] as number) | (1 << (slot & 7))
  }
}

/** Sets the probe of a key column of windows. */
export class WindowKey {
  readonly #column: InternedColumn
  readonly #struct: StructColumn
  readonly #start: LongColumn
  readonly #end: LongColumn

  constructor(column: StateColumn) {
    this.#column = column as InternedColumn
    this.#struct = this.#column.pool as StructColumn
    this.#start = this.#struct.children[0] as LongColumn
    this.#end = this.#struct.children[1] as LongColumn
  }
  isSectionOf({ section }: StateTable): boolean {
    return section === this.#column
  }
  /** Gives the window's number, which holds for the epoch. */
  set(start: number, end: number): number {
    this.#struct.present.set(PROBE)
    setSafe(this.#start, PROBE, start)
    setSafe(this.#end, PROBE, end)
    this.#column.seek(PROBE)
    this.#column.reserveRow(PROBE)
    return this.#column.idOf(PROBE)
  }
  point(id: number): void {
    this.#column.point(id)
  }
}
