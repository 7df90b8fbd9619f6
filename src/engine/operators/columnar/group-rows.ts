/** The rows of the state table that a batch's keys lead to: what key-rows.ts and window-rows.ts share. */
import type { Vector } from '../../../data/vector.ts'
import type { StateColumn } from '../../state/state-column.ts'
import { NO_ROW, PROBE, type StateTable } from '../../state/state-table.ts'
import { loadKey } from './key-load.ts'
import type { LaneAggregate } from './lane-aggregates.ts'

/** More codes than these are forgotten, and given anew. */
export const CODES_MAX = 1 << 20

export class GroupRows {
  readonly table: StateTable
  readonly #aggregates: readonly LaneAggregate[]
  readonly #one = new Int32Array(1)

  constructor(table: StateTable, aggregates: readonly LaneAggregate[]) {
    this.table = table
    this.#aggregates = aggregates
  }
  /** Writes a row's values of some key columns into the probe. */
  load(columns: readonly StateColumn[], vectors: readonly Vector[], row: number): void {
    for (let index = 0; index < columns.length; index++) loadKey(columns[index] as StateColumn, PROBE, vectors[index] as Vector, row)
  }
  /** The row of the key in the probe, readied for changes. */
  upsert(): number {
    const { table } = this
    const row = table.upsertProbe()
    if (table.created) this.#initOne(row)
    return row
  }
  /** The same for a key that is known to have no row; NO_ROW where the table cannot do so. */
  append(): number {
    const row = this.table.appendProbe()
    if (row !== NO_ROW) this.#initOne(row)
    return row
  }

  /** Sets the state of the first of the rows, which were just made. */
  init(rows: Int32Array, count: number): void {
    const aggregates = this.#aggregates
    for (let index = 0; index < aggregates.length; index++) (aggregates[index] as LaneAggregate).init(rows, count)
  }
  #initOne(row: number): void {
    this.#one[0] = row
    this.init(this.#one, 1)
  }
}

/** A lane of at least so many entries. */
export const lane = (old: Int32Array, length: number): Int32Array => (old.length >= length ? old : new Int32Array(2 * length))
