/** An aggregate that has no lanes: the row path's Aggregator on the datums of the state columns, entry by entry. */
import type { DataType } from '../../../data/data-type.ts'
import type { Datum } from '../../../data/datum.ts'
import type { Vector } from '../../../data/vector.ts'
import { vectorOf } from '../../../data/vector-builder.ts'
import { readerOf } from '../../../data/vector-reader.ts'
import type { Aggregator } from '../../compile/kernel.ts'
import type { StateColumn } from '../../state/state-column.ts'
import type { Entries, Failure, LaneAggregate } from './lane-aggregates.ts'

type Result = (rows: Int32Array) => Vector

/** Of first and last: their origin stands before the value. */
export function edgeResult(columns: readonly StateColumn[]): Result {
  const column = columns[1] as StateColumn
  return (rows) => column.gather(rows)
}
/** Of aggregates whose state is their result, and of any other through the Aggregator. */
export function foldResult(name: string, columns: readonly StateColumn[], aggregator: Aggregator, type: DataType): Result {
  const column = columns[0] as StateColumn
  if (columns.length === 1 && ['count', 'count_if', 'sum', 'min', 'max'].includes(name)) return (rows) => column.gather(rows)
  return (rows) =>
    vectorOf(
      type,
      Array.from(rows, (row) => aggregator.result(columns.map((one) => one.get(row)))),
    )
}

export class DatumLanes implements LaneAggregate {
  readonly wants: readonly number[]
  readonly result: Result
  originOf: (row: number) => string = () => ''
  readonly #aggregator: Aggregator
  readonly #columns: readonly StateColumn[]

  constructor(aggregator: Aggregator, columns: readonly StateColumn[], wants: readonly number[], result: Result) {
    this.#aggregator = aggregator
    this.#columns = columns
    this.wants = wants
    this.result = result
  }
  init(rows: Int32Array, count: number): void {
    const { initial } = this.#aggregator
    for (const [index, column] of this.#columns.entries())
      for (let at = 0; at < count; at++) column.set(rows[at] as number, initial[index] ?? null)
  }
  update({ count, rows, at }: Entries, args: readonly Vector[], failure: Failure): void {
    const readers = args.map(readerOf)
    for (let entry = 0; entry < count; entry++) {
      const from = at === null ? entry : (at[entry] as number)
      const row = rows[entry] as number
      try {
        const state = this.#columns.map((one) => one.get(row))
        const next = this.#aggregator.update(
          state,
          readers.map((read) => read(from)),
          this.originOf(from),
        )
        if (next !== state) this.#set(row, next)
      } catch (error) {
        failure.add(entry, error)
        return
      }
    }
  }
  #set(row: number, state: readonly Datum[]): void {
    // What can be refused comes before what changes something.
    for (const [index, column] of this.#columns.entries()) column.reserve(state[index] ?? null)
    for (const [index, column] of this.#columns.entries()) column.set(row, state[index] ?? null)
  }
}
