/**
 * Chooses the operator of an Aggregate node: by columns where the executor works so and the store is a table in memory, else by rows. The operator says from
 * which node it wants its input.
 */
import { type StructType, structType } from '../../data/data-type.ts'
import { walkBound } from '../../plan/expressions/bound-expression.ts'
import type { AggregatePlan, AssignWindowsPlan, ResolvedPlan } from '../../plan/nodes/resolved-plan.ts'
import type { ContextSource, Executor } from '../compile/executor.ts'
import { StateTable } from '../state/state-table.ts'
import { AggregateOperator, type AggregateParts } from './aggregate.ts'
import { ColumnAggregateOperator } from './columnar/column-aggregate.ts'
import { ColumnSessionOperator } from './columnar/column-sessions.ts'
import { isOrdered } from './groups.ts'
import type { StatefulOperator } from './operator.ts'
import { SessionAggregateOperator } from './session-aggregate.ts'

export interface Aggregation {
  readonly operator: StatefulOperator
  readonly input: ResolvedPlan
}

export function aggregation(parts: AggregateParts, executor: Executor, context: ContextSource): Aggregation {
  const { plan, store } = parts
  const { session, input } = plan
  if (!executor.columnar || !(store instanceof StateTable)) {
    const operator = session === null ? new AggregateOperator(parts) : new SessionAggregateOperator({ ...parts, session })
    return { operator, input }
  }
  if (session !== null) return { operator: new ColumnSessionOperator({ ...parts, store, session, executor, context }), input }
  const windows = input.kind === 'AssignWindows' && onlyKeyLooksAt(input, plan) ? { plan: input, schema: schemaOf(input) } : null
  const operator = new ColumnAggregateOperator({ ...parts, store, executor, context, windows })
  return { operator, input: windows === null ? input : windows.plan.input }
}

/** Numbers for times must leave room for sums; see columnar/window-panes.ts. */
const SIZE_MICROS_MAX = 2n ** 50n

/** Whether the windows are needed for nothing but one key. Order-sensitive aggregates number the rows that windows make, so they need them. */
function onlyKeyLooksAt({ output, sizeMicros }: AssignWindowsPlan, plan: AggregatePlan): boolean {
  const column = output.length - 1
  const places = plan.keys.flatMap((key, place) => (key.index === column ? [place] : []))
  const isArgument = plan.aggregates.some(({ aggregate }) =>
    aggregate.arguments.some((one) => [...walkBound(one)].some((node) => node.kind === 'BoundColumn' && node.index === column)),
  )
  const { eventTime } = plan
  const isTime = eventTime === null || (eventTime.isWindow && eventTime.column === places[0])
  return places.length === 1 && !isArgument && isTime && !isOrdered(plan) && sizeMicros < SIZE_MICROS_MAX
}

const schemaOf = (plan: ResolvedPlan): StructType => structType(plan.output.map(({ name, type, nullable }) => ({ name, type, nullable })))
