/**
 * What explain('codegen') shows: for each operator that evaluates expressions the source text of its generated functions, and what is not generated and why.
 * Before there is a batch its shape is not known, so the text is that for the usual one: longs that are safe integers, strings by dictionary, nulls where the
 * schema allows them. Hoisted values are named by kind: their content is data, and never part of the text.
 */
import { timeZone } from '../../data/time-zone.ts'
import { MillraceError } from '../../error.ts'
import { boundText } from '../../plan/bound-text.ts'
import { nodeText } from '../../plan/explain.ts'
import type { BoundExpression } from '../../plan/expressions/bound-expression.ts'
import { type Attribute, inputsOf, type ResolvedPlan, walkPlan } from '../../plan/nodes/resolved-plan.ts'
import { usualShape, type VectorShape } from './batch-shape.ts'
import { CannotGenerate } from './generated-code.ts'
import { filterCode, type LoopCode, type LoopShape, projectCode } from './loops.ts'
import { partsOf, refusal } from './projection-parts.ts'

export interface ReportOptions {
  readonly timeZone: string
  /** Why nothing is generated at all; null where it is. */
  readonly interpretedBecause: string | null
}

export function codeReport(plan: ResolvedPlan, { timeZone: zone, interpretedBecause }: ReportOptions): string {
  if (interpretedBecause !== null) return `== Generated Code ==\nNone: ${interpretedBecause}. All expressions are interpreted.\n`
  const parents = new Map([...walkPlan(plan)].flatMap((node) => inputsOf(node).map((input) => [input, node] as const)))
  const sections = [...walkPlan(plan)].flatMap((node) => {
    const text = new NodeReport(node, zone, isSelected(node)).text
    return text === ''
      ? []
      : [
          `-- ${nodeText(node)}${parents.get(node)?.kind === 'Project' && node.kind === 'Filter' ? ' (in one stage with the projection above)' : ''}\n${text}`,
        ]
  })
  return `== Generated Code ==\n${sections.length === 0 ? 'None: no operator evaluates expressions.\n' : sections.join('\n')}`
}

/** Whether the projection reads the rows that a filter kept (operators/stages.ts). */
const isSelected = (node: ResolvedPlan): boolean => node.kind === 'Project' && node.input.kind === 'Filter'

class NodeReport {
  readonly #node: ResolvedPlan
  readonly #shape: LoopShape

  constructor(node: ResolvedPlan, zone: string, selected: boolean) {
    this.#node = node
    const output: readonly Attribute[] = inputsOf(node)[0]?.output ?? []
    const columns = new Map<number, VectorShape>(output.map(({ type, nullable }, index) => [index, usualShape(type, nullable)]))
    this.#shape = { columns, lanes: 'float64', fixedZone: timeZone(zone).fixedMicros !== null, selected }
  }

  get text(): string {
    const node = this.#node
    switch (node.kind) {
      case 'Project':
        return this.#projection(node.expressions.map((one) => one.expression))
      case 'Filter':
        return this.#filter(node.condition)
      case 'AssignWindows':
        return this.#projection([node.time])
      case 'Aggregate': {
        const time = node.session === null ? [] : [node.session.time]
        return this.#projection([...node.keys, ...time, ...node.aggregates.flatMap((one) => one.aggregate.arguments)])
      }
      default:
        return ''
    }
  }

  #filter(condition: BoundExpression): string {
    const reason = refusal(condition)
    return reason === null ? this.#generated((shape) => filterCode(condition, shape, unasked)) : `interpreted: ${reason}\n`
  }
  #projection(expressions: readonly BoundExpression[]): string {
    const { paths, groups, refused } = partsOf(expressions)
    const at = (index: number): BoundExpression => expressions[index] as BoundExpression
    const lines = paths.length === 0 ? [] : [`passed on as they are: ${paths.map((index) => boundText(at(index))).join(', ')}\n`]
    for (const group of groups) lines.push(this.#generated((shape) => projectCode(group.map(at), shape, unasked)))
    for (const { index, reason } of refused) lines.push(`interpreted: ${shortened(boundText(at(index)))}: ${reason}\n`)
    return lines.join('')
  }

  #generated(make: (shape: LoopShape) => LoopCode): string {
    const reasons: string[] = []
    for (const lanes of ['float64', 'bigint64'] as const) {
      try {
        const { code, kernels } = make({ ...this.#shape, lanes })
        const hoisted = code.hoisted.map(({ name, kind }) => `${name} ${kind}`)
        const called = kernels.size === 0 ? '' : `by their kernels: ${[...kernels].sort().join(', ')}\n`
        return `generated, longs on ${lanes} lanes:\n${code.text}\n${hoisted.length === 0 ? '' : `hoisted: ${hoisted.join(', ')}\n`}${called}`
      } catch (error) {
        // A constant that its function refuses, such as no regular expression, is said as the query will say it.
        if (!(error instanceof CannotGenerate) && !MillraceError.is(error)) throw error
        reasons.push(error.message)
      }
    }
    return `interpreted: ${[...new Set(reasons)].join('; ')}\n`
  }
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** Kernels are made and not called. */
function unasked(): never {
  throw new CannotGenerate('explain has no epoch')
}
