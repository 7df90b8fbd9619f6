/**
 * Filters sink towards the sources: two become one, through renaming Projects, into the sides of a Union. They never pass a Watermark, since rows that are
 * filtered out move the watermark too, nor an Aggregate, nor windows.
 */
import { booleanType } from '../../data/data-type.ts'
import { BoundCall, type BoundExpression, mapColumns, walkBound } from '../expressions/bound-expression.ts'
import type { FilterPlan, ProjectPlan, ResolvedPlan } from '../nodes/resolved-plan.ts'
import { rewriteUp } from './rewrite.ts'

export function pushFilters(plan: ResolvedPlan): ResolvedPlan {
  return rewriteUp(plan, (node) => (node.kind === 'Filter' ? sink(node) : node))
}

function sink(filter: FilterPlan): ResolvedPlan {
  const { input, condition } = filter
  if (input.kind === 'Filter') {
    const both = BoundCall.create('and', [input.condition, condition], booleanType, input.condition.nullable || condition.nullable)
    return sink({ ...input, condition: both })
  }
  if (input.kind === 'Project' && readsPlainColumns(condition, input)) {
    const below = mapColumns(condition, (column) => input.expressions[column.index]?.expression ?? column)
    return { ...input, input: sink({ kind: 'Filter', input: input.input, condition: below, output: input.input.output }) }
  }
  if (input.kind === 'Union') {
    return { ...input, inputs: input.inputs.map((side) => sink({ kind: 'Filter', input: side, condition, output: side.output })) }
  }
  return filter
}

/** Whether the condition needs no column that the Project computes: else it would be computed twice. */
const readsPlainColumns = (condition: BoundExpression, project: ProjectPlan): boolean =>
  [...walkBound(condition)].every((one) => one.kind !== 'BoundColumn' || project.expressions[one.index]?.expression.kind === 'BoundColumn')
