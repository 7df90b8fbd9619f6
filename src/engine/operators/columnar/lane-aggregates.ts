/**
 * Aggregates over lanes: each folds a batch's entries into the value columns of the state table, in place. An entry is a state row and the row of the arguments'
 * vectors that goes into it. Entries are folded in their order, as the row path folds them, so sums of doubles are the same to the last bit.
 *
 * What has no lanes (texts, first, last, arguments of type VOID) goes through the row path's Aggregator, datum by datum.
 */
import type { DataType } from '../../../data/data-type.ts'
import type { Vector } from '../../../data/vector.ts'
import type { BoundAggregate, BoundExpression } from '../../../plan/expressions/bound-expression.ts'
import type { AggregatePlan } from '../../../plan/nodes/resolved-plan.ts'
import type { Aggregator } from '../../compile/kernel.ts'
import type { LongColumn } from '../../state/long-column.ts'
import type { NumberColumn } from '../../state/number-column.ts'
import type { StateColumn } from '../../state/state-column.ts'
import type { AggregateCalls } from '../groups.ts'
import { CountLanes } from './count-lanes.ts'
import { DatumLanes, edgeResult, foldResult } from './datum-lanes.ts'
import { LongExtreme, NumberExtreme } from './extreme-lanes.ts'
import { LongSum, Mean, NumberSum } from './sum-lanes.ts'

export interface Entries {
  readonly count: number
  /** State rows. */
  readonly rows: Int32Array
  /** Rows of the arguments' vectors; null: the entries' own numbers. */
  readonly at: Int32Array | null
}
/** The first entry of a batch at which an aggregate failed; of two at one entry, the first aggregate's. The row path would have failed there. */
export class Failure {
  #entry = -1
  #error: unknown = null
  add(entry: number, error: unknown): void {
    if (this.#entry !== -1 && this.#entry <= entry) return
    this.#entry = entry
    this.#error = error
  }
  /** Throws the failure, if there was one. */
  raise(): void {
    if (this.#entry === -1) return
    this.#entry = -1
    throw this.#error
  }
}
export interface LaneAggregate {
  /** The arguments that `update` wants, as positions among the aggregate's. */
  readonly wants: readonly number[]
  /** Sets the state of the first of the rows, which were just made and whose columns are null. */
  init(rows: Int32Array, count: number): void
  update(entries: Entries, args: readonly Vector[], failure: Failure): void
  /** Of order-sensitive aggregates: the origin text of an argument row. Set before `update`. */
  originOf?: (row: number) => string
  result(rows: Int32Array): Vector
}

/** The aggregates of a plan over the value columns of its state, of which those before `from` are something else. */
export function laneAggregates(
  plan: AggregatePlan,
  { aggregators }: AggregateCalls,
  valueColumns: readonly StateColumn[],
  from = 0,
): readonly LaneAggregate[] {
  return plan.aggregates.map(({ aggregate }, index) => {
    const aggregator = aggregators[index] as Aggregator
    const columns = valueColumns.slice(from, from + aggregator.stateTypes.length)
    from += columns.length
    return laneAggregate(aggregate, aggregator, columns)
  })
}

/** The form of an aggregate whose state is in these columns. */
function laneAggregate(
  { function: name, arguments: args, type }: BoundAggregate,
  aggregator: Aggregator,
  columns: readonly StateColumn[],
): LaneAggregate {
  const all = args.map((_, index) => index)
  const first = columns[0] as StateColumn
  const argument = args[0]?.type.kind
  const hasLanes = !args.some((one) => one.type.kind === 'null')
  if (hasLanes) {
    switch (name) {
      case 'count':
        // A literal that is not null is not looked at: count(*) is count(1).
        return new CountLanes(
          first as LongColumn,
          all.filter((index) => !isPresentLiteral(args[index])),
          false,
        )
      case 'count_if':
        return new CountLanes(first as LongColumn, [0], true)
      case 'sum':
        return type.kind === 'double' ? new NumberSum(first as NumberColumn) : new LongSum(first as LongColumn)
      case 'avg':
        return new Mean(first as NumberColumn, columns[1] as LongColumn)
      case 'min':
      case 'max': {
        const isLong = argument === 'long' || argument === 'timestamp'
        if (isLong) return new LongExtreme(first as LongColumn, name === 'max')
        if (isNumber(args[0]?.type)) return new NumberExtreme(first as NumberColumn, name === 'max')
      }
    }
  }
  const result = name === 'first' || name === 'last' ? edgeResult(columns) : foldResult(name, columns, aggregator, type)
  return new DatumLanes(aggregator, columns, all, result)
}

const isPresentLiteral = (expression: BoundExpression | undefined): boolean =>
  expression?.kind === 'BoundLiteral' && expression.value !== null
const isNumber = (type: DataType | undefined): boolean =>
  type?.kind === 'int' || type?.kind === 'date' || type?.kind === 'double' || type?.kind === 'boolean'
