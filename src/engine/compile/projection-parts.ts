/** How a projection is cut: columns that are passed on as they are, groups of expressions that share a generated function, and what is interpreted. */
import { type BoundExpression, walkBound } from '../../plan/expressions/bound-expression.ts'
import { isPath } from './paths.ts'

/** Beyond these an expression is interpreted: the machine's own compiler leaves functions of that size alone, and they are then slower than the interpreter. */
const NODES_MAX = 1000
const DEPTH_MAX = 100
/** Nodes of one generated function: larger ones are optimised late. */
const GROUP_NODES_MAX = 300

/** By positions among the expressions. */
export interface ProjectionParts {
  readonly paths: readonly number[]
  readonly groups: readonly (readonly number[])[]
  readonly refused: readonly { readonly index: number; readonly reason: string }[]
}

export function partsOf(expressions: readonly BoundExpression[]): ProjectionParts {
  const paths: number[] = []
  const groups: number[][] = []
  const refused: { index: number; reason: string }[] = []
  let nodes = Number.POSITIVE_INFINITY
  for (const [index, expression] of expressions.entries()) {
    const reason = refusal(expression)
    if (isPath(expression)) paths.push(index)
    else if (reason !== null) refused.push({ index, reason })
    else {
      const size = nodesOf(expression)
      if (nodes + size > GROUP_NODES_MAX) {
        groups.push([])
        nodes = 0
      }
      groups.at(-1)?.push(index)
      nodes += size
    }
  }
  return { paths, groups, refused }
}

/** Why the expression is interpreted; null where it is not. */
export function refusal(expression: BoundExpression): string | null {
  const nodes = nodesOf(expression)
  if (nodes > NODES_MAX) return `the expression has ${nodes} nodes, more than ${NODES_MAX}`
  return depthOf(expression) > DEPTH_MAX ? `the expression is nested more than ${DEPTH_MAX} deep` : null
}

/** Constants cost nothing: an IN may have thousands of them. */
function nodesOf(expression: BoundExpression): number {
  let nodes = 0
  for (const one of walkBound(expression)) if (one.kind !== 'BoundLiteral') nodes++
  return nodes
}
const depthOf = (expression: BoundExpression): number =>
  expression.kind === 'BoundCall' ? expression.arguments.reduce((depth, one) => Math.max(depth, 1 + depthOf(one)), 1) : 1
