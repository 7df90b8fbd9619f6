/**
 * Makes columns of what is drawn by chance: each call of rand, randn or uuid becomes a column that a Draw node below appends. What stands above only reads it.
 * So a value is drawn once for each row that reaches the operation, whichever branch or side is then taken; expressions stay pure, so that executors may
 * evaluate them again, and rules may move and merge them; and no rule moves a Draw, or a filter past it, which would give rows other values.
 */
import { boundText } from '../bound-text.ts'
import { BoundCall, BoundColumn, type BoundExpression, walkBound } from '../expressions/bound-expression.ts'
import { lookUpFunction } from '../functions/registry.ts'
import type { Attribute, Draw, DrawPlan, ResolvedPlan } from '../nodes/resolved-plan.ts'
import { rewriteUp } from '../rules/rewrite.ts'
import { passThrough, projectPlan } from './projection.ts'

/** Whether something in the expression is drawn by chance. */
export const isDrawn = (expression: BoundExpression): boolean =>
  [...walkBound(expression)].some((one) => one.kind === 'BoundCall' && isDraw(one))
const isDraw = (call: BoundCall): boolean => lookUpFunction(call.function)?.kind === 'random'

/** Draws are numbered in plan order. A call is known by its identity: a column that is used twice has the same values in both places. */
export function pullOutDraws(plan: ResolvedPlan): ResolvedPlan {
  const numbers = new Map<BoundCall, number>()
  return rewriteUp(plan, (node) => withDraws(node, numbers))
}

function withDraws(node: ResolvedPlan, numbers: Map<BoundCall, number>): ResolvedPlan {
  switch (node.kind) {
    case 'Project': {
      const draws = new Draws(node.input, numbers)
      const expressions = node.expressions.map(({ name, expression }) => ({ name, expression: draws.replaced(expression) }))
      return draws.isEmpty ? node : { ...node, input: draws.plan, expressions }
    }
    case 'Filter': {
      const draws = new Draws(node.input, numbers)
      const condition = draws.replaced(node.condition)
      return draws.isEmpty ? node : draws.leftOut({ ...node, input: draws.plan, condition, output: draws.plan.output })
    }
    case 'AssignWindows': {
      const draws = new Draws(node.input, numbers)
      const time = draws.replaced(node.time)
      const window = node.output.at(-1) as Attribute
      return draws.isEmpty ? node : draws.leftOut({ ...node, input: draws.plan, time, output: [...draws.plan.output, window] })
    }
    case 'Aggregate': {
      if (node.session === null) return node
      const draws = new Draws(node.input, numbers)
      const time = draws.replaced(node.session.time)
      return draws.isEmpty ? node : { ...node, input: draws.plan, session: { ...node.session, time } }
    }
    default:
      return node
  }
}

/** The draws of one operation. */
class Draws {
  readonly #input: ResolvedPlan
  readonly #numbers: Map<BoundCall, number>
  readonly #found = new Map<BoundCall, Draw>()

  constructor(input: ResolvedPlan, numbers: Map<BoundCall, number>) {
    this.#input = input
    this.#numbers = numbers
  }

  get isEmpty(): boolean {
    return this.#found.size === 0
  }
  get plan(): DrawPlan {
    const draws = [...this.#found.values()]
    const columns = draws.map(({ name, type }): Attribute => ({ name, type, nullable: false, watermark: null }))
    return { kind: 'Draw', input: this.#input, draws, output: [...this.#input.output, ...columns] }
  }

  /** The expression with columns for what is drawn. */
  replaced(expression: BoundExpression): BoundExpression {
    if (expression.kind !== 'BoundCall' || !isDrawn(expression)) return expression
    if (isDraw(expression)) return this.#column(expression)
    const args = expression.arguments.map((argument) => this.replaced(argument))
    return BoundCall.create(expression.function, args, expression.type, expression.nullable)
  }

  /** The node above, without the drawn columns: nothing but its expression asks for them. */
  leftOut(above: ResolvedPlan): ResolvedPlan {
    const from = this.#input.output.length
    const isKept = (index: number): boolean => index < from || index >= from + this.#found.size
    return projectPlan(
      above,
      above.output.flatMap((one, index) => (isKept(index) ? [passThrough(one, index)] : [])),
    )
  }

  #column(call: BoundCall): BoundColumn {
    const draw = this.#found.get(call) ?? this.#drawOf(call)
    this.#found.set(call, draw)
    const place = [...this.#found.keys()].indexOf(call)
    return BoundColumn.create(this.#input.output.length + place, draw.name, draw.type, false)
  }
  #drawOf(call: BoundCall): Draw {
    const number = this.#numbers.get(call) ?? this.#numbers.size
    this.#numbers.set(call, number)
    const [seed] = call.arguments
    return {
      name: `${boundText(call)}#${number}`,
      function: call.function,
      seed: seed?.kind === 'BoundLiteral' ? ((seed.value as bigint | null) ?? 0n) : null,
      number,
      type: call.type,
    }
  }
}
