/** The rows of the state table that a batch's keys lead to: what key-rows.ts and window-rows.ts share. */
import type { Vector } from '../../../data/vector.ts'
import type { StateColumn } from '../../state/state-column.ts'
import { PROBE, type StateTable } from '../../state/state-table.ts'
import { loadKey } from './key-load.ts'
import type { LaneAggregate } from './lane-aggregates.ts'

/** More codes than these are forgotten, and given anew. */
export const CODES_MAX = 1 << 20

export class GroupRows {
  readonly table: StateTable
  readonly #aggregates: readonly LaneAggregate[]

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
    if (table.created) for (const one of this.#aggregates) one.init(row)
    return row
  }
}

/** A lane of at least so many entries. */
export const lane = (old: Int32Array, length: number): Int32Array => (old.length >= length ? old : new Int32Array(2 * length))
