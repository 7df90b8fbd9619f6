/** Two Projects in a row become one where nothing would be computed twice, and a Project that changes nothing goes. */
import { type BoundExpression, mapColumns, walkBound } from '../expressions/bound-expression.ts'
import type { ProjectPlan, ResolvedPlan } from '../nodes/resolved-plan.ts'
import { rewriteUp } from './rewrite.ts'

export function mergeProjects(plan: ResolvedPlan): ResolvedPlan {
  return rewriteUp(plan, (node) => {
    if (node.kind !== 'Project') return node
    const merged = node.input.kind === 'Project' && computesOnce(node, node.input) ? mergeInto(node, node.input) : node
    return changesNothing(merged) ? merged.input : merged
  })
}

function mergeInto(outer: ProjectPlan, inner: ProjectPlan): ProjectPlan {
  const expressions = outer.expressions.map(({ name, expression }) => ({
    name,
    expression: mapColumns(expression, (column): BoundExpression => inner.expressions[column.index]?.expression ?? column),
  }))
  return { ...outer, input: inner.input, expressions }
}

function computesOnce(outer: ProjectPlan, inner: ProjectPlan): boolean {
  const uses = new Map<number, number>()
  for (const { expression } of outer.expressions)
    for (const one of walkBound(expression)) if (one.kind === 'BoundColumn') uses.set(one.index, (uses.get(one.index) ?? 0) + 1)
  return inner.expressions.every(({ expression }, index) => expression.kind !== 'BoundCall' || (uses.get(index) ?? 0) <= 1)
}

const changesNothing = ({ input, expressions }: ProjectPlan): boolean =>
  expressions.length === input.output.length &&
  expressions.every(
    ({ name, expression }, index) => expression.kind === 'BoundColumn' && expression.index === index && input.output[index]?.name === name,
  )
