/** Resolves the relations that become a Project: select, withColumns, withColumnsRenamed, drop. */
import { BoundColumn, type BoundExpression, type NamedExpression } from '../expressions/bound-expression.ts'
import type { Expression } from '../expressions/expression.ts'
import type { DropNode, ProjectNode, WithColumnsNode, WithColumnsRenamedNode } from '../nodes/relation.ts'
import type { Attribute, ProjectPlan, ResolvedPlan } from '../nodes/resolved-plan.ts'
import { bindExpression } from './binder.ts'
import { columnName } from './naming.ts'
import { checkDistinct, type Resolved, type Scope, scopeOf } from './scope.ts'
import { WindowCollector, watermarkOf } from './window-calls.ts'

/** A Project over `input`. Columns that are only passed on keep their watermark. */
export function projectPlan(input: ResolvedPlan, expressions: readonly NamedExpression[]): ProjectPlan {
  const output = expressions.map(
    ({ name, expression }): Attribute => ({
      name,
      type: expression.type,
      nullable: expression.nullable,
      watermark: watermarkOf(expression, input.output),
    }),
  )
  return { kind: 'Project', input, expressions, output }
}

const column = (scope: Scope, index: number): NamedExpression => {
  const bound = scope.column(index)
  return { name: bound.name, expression: bound }
}

/** The visible columns alone: where hidden ones end. */
export function visibleOnly(input: Resolved): ResolvedPlan {
  if (input.hidden === 0) return input.plan
  const scope = scopeOf(input, 'select')
  return projectPlan(
    input.plan,
    scope.visible.map((_, index) => column(scope, index)),
  )
}

export function resolveProject(node: ProjectNode, input: Resolved): ResolvedPlan {
  const scope = scopeOf(input, 'select')
  const windows = new WindowCollector(input, 'select')
  const expressions = node.expressions.flatMap((one): NamedExpression[] => {
    if (one.kind === 'UnresolvedStar') return scope.visible.map((_, index) => column(scope, index))
    return [{ name: columnName(one), expression: bindExpression(one, scope, windows.hook) }]
  })
  checkDistinct(
    expressions.map((one) => one.name),
    'select',
  )
  return projectPlan(windows.below(), expressions)
}

export function resolveWithColumns(node: WithColumnsNode, input: Resolved): ResolvedPlan {
  const scope = scopeOf(input, 'withColumn')
  const windows = new WindowCollector(input, 'withColumn')
  checkDistinct(
    node.columns.map((one) => one.name),
    'withColumns',
  )
  const bound = node.columns.map(({ name, expression }) => ({
    name,
    expression: bindExpression(expression, scope, windows.hook),
    replaces: indexOf(scope, name),
  }))
  const kept = scope.visible.map((_, index): NamedExpression => bound.find((one) => one.replaces === index) ?? column(scope, index))
  const added = bound.filter((one) => one.replaces === null)
  return projectPlan(
    windows.below(),
    [...kept, ...added].map(({ name, expression }) => ({ name, expression })),
  )
}

/** The visible column of this name. A hidden one is never replaced: the new column stands in front of it. */
function indexOf(scope: Scope, name: string): number | null {
  const index = scope.find(name)
  return index !== null && index < scope.visible.length ? index : null
}

export function resolveRenames(node: WithColumnsRenamedNode, input: Resolved): ResolvedPlan {
  const scope = scopeOf(input, 'withColumnRenamed')
  const names = scope.visible.map((attribute) => attribute.name)
  for (const { from, to } of node.renames) {
    const index = indexOf(scope, from)
    if (index === null) throw scope.unresolved(from)
    names[index] = to
  }
  checkDistinct(names, 'withColumnRenamed')
  return projectPlan(
    input.plan,
    names.map((name, index) => ({ name, expression: scope.column(index) })),
  )
}

export function resolveDrop(node: DropNode, input: Resolved): ResolvedPlan {
  const scope = scopeOf(input, 'drop')
  const dropped = node.columns.map((name) => {
    const index = indexOf(scope, name)
    if (index === null) throw scope.unresolved(name)
    return index
  })
  return projectPlan(
    input.plan,
    scope.visible.flatMap((_, index) => (dropped.includes(index) ? [] : [column(scope, index)])),
  )
}

/** The condition of a filter. Throws DATATYPE_MISMATCH through `check` where it is not a boolean. */
export function bindCondition(condition: Expression, input: Resolved, check: (bound: BoundExpression) => BoundExpression): BoundExpression {
  return check(bindExpression(condition, scopeOf(input, 'filter')))
}

export const passThrough = (attribute: Attribute, index: number): NamedExpression => ({
  name: attribute.name,
  expression: BoundColumn.create(index, attribute.name, attribute.type, attribute.nullable),
})
