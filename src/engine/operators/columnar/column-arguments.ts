/** Which columns an aggregation wants of a batch: keys, then what its aggregates look at, each in its place. */
import type { Batch, Vector } from '../../../data/vector.ts'
import type { BoundExpression } from '../../../plan/expressions/bound-expression.ts'
import type { AggregatePlan } from '../../../plan/nodes/resolved-plan.ts'
import type { ContextSource, Executor, Projection } from '../../compile/executor.ts'
import type { AggregateCalls } from '../groups.ts'
import { isOrdered } from '../groups.ts'
import { type Origin, originOrder } from '../operator.ts'
import { type Entries, Failure, type LaneAggregate } from './lane-aggregates.ts'

export class ColumnArguments {
  readonly #project: Projection
  readonly #keys: number
  readonly #aggregates: readonly LaneAggregate[]
  readonly #places: readonly (readonly number[])[]
  readonly #calls: AggregateCalls
  readonly #ordered: boolean
  readonly #failure = new Failure()
  #args: readonly (readonly Vector[])[] = []

  constructor(
    plan: AggregatePlan,
    keys: readonly BoundExpression[],
    aggregates: readonly LaneAggregate[],
    calls: AggregateCalls,
    executor: Executor,
    context: ContextSource,
  ) {
    const expressions: BoundExpression[] = [...keys]
    this.#places = aggregates.map((one, index) =>
      one.wants.map((wanted) => expressions.push(plan.aggregates[index]?.aggregate.arguments[wanted] as BoundExpression) - 1),
    )
    this.#project = executor.projection(expressions, context)
    this.#keys = keys.length
    this.#aggregates = aggregates
    this.#calls = calls
    this.#ordered = isOrdered(plan)
  }

  /** Evaluates a batch's expressions, and gives those of the keys. */
  open(batch: Batch, origin: Origin): readonly Vector[] {
    const vectors = this.#project(batch)
    this.#args = this.#places.map((places) => places.map((place) => vectors[place] as Vector))
    if (this.#ordered) {
      const order = originOrder(origin)
      const { positions } = this.#calls
      const first = positions.next(order, batch.length)
      for (const one of this.#aggregates) if (one.originOf !== undefined) one.originOf = (row) => positions.text(order, first + row)
    }
    return vectors.slice(0, this.#keys)
  }
  /** Folds entries of the batch into the state. Throws what the row path would throw. */
  update(entries: Entries): void {
    for (let index = 0; index < this.#aggregates.length; index++)
      this.#aggregates[index]?.update(entries, this.#args[index] as readonly Vector[], this.#failure)
    this.#failure.raise()
  }
}
