/**
 * The generated functions of expressions over batches of one shape: one loop over the rows that evaluates all of them, with results written to lanes
 * (projection) or the kept rows collected (filter). Emitters (emit/) write what stands in the loop.
 */

import type { TimeZone } from '../../data/time-zone.ts'
import type { Vector } from '../../data/vector.ts'
import type { BoundExpression } from '../../plan/expressions/bound-expression.ts'
import type { VectorShape } from './batch-shape.ts'
import { vectorValue } from './emit/columns.ts'
import { Emission, type Lanes } from './emit/emission.ts'
import { emitCall } from './emit/index.ts'
import { output } from './emit/outputs.ts'
import { every, negated } from './emit/value.ts'
import type { ContextSource } from './executor.ts'
import { CannotGenerate, CodeWriter } from './generated-code.ts'
import type { EvaluationContext } from './kernel.ts'

/** `length`: rows that come out; `rows`: where they stand in the vectors, where not all do. */
export type ProjectLoop = (
  columns: readonly Vector[],
  length: number,
  context: EvaluationContext,
  zone: TimeZone,
  rows: Int32Array | null,
) => Vector[]
export type FilterLoop = (columns: readonly Vector[], length: number, context: EvaluationContext, zone: TimeZone) => Int32Array

export interface LoopShape {
  /** By column; only those that are read. */
  readonly columns: ReadonlyMap<number, VectorShape>
  readonly lanes: Lanes
  readonly fixedZone: boolean
  /** Whether rows are given. */
  readonly selected: boolean
}

const PARAMETERS = ['columns', 'length', 'context', 'zone', 'rows']

function emissionFor(shape: LoopShape, context: ContextSource, code: CodeWriter): Emission {
  return new Emission({
    code,
    context,
    lanes: shape.lanes,
    fixedZone: shape.fixedZone,
    column: (index, type, emission) => {
      const column = shape.columns.get(index)
      if (column === undefined) throw new CannotGenerate('a column is read that the shape does not have')
      return vectorValue(emission, type, column, `columns[${index}]`, 'row')
    },
    call: (emission, call) => emitCall(emission, call, 'row'),
  })
}

/** Code, and the functions whose kernels it calls. */
export interface LoopCode {
  readonly code: CodeWriter
  readonly kernels: ReadonlySet<string>
}

export function projectCode(expressions: readonly BoundExpression[], shape: LoopShape, context: ContextSource): LoopCode {
  const code = new CodeWriter()
  const emission = emissionFor(shape, context, code)
  const vectors = expressions.map((expression) => output(emission, emission.value(expression), shape.selected ? 'at' : 'row'))
  code.add(...emission.prologue)
  if (shape.selected) code.add('for (let at = 0; at < length; at++) {', 'const row = rows[at]')
  else code.add('for (let row = 0; row < length; row++) {')
  code.add(...emission.body, '}', `return [${vectors.join(', ')}]`)
  return { code, kernels: emission.kernels }
}

export function filterCode(condition: BoundExpression, shape: LoopShape, context: ContextSource): LoopCode {
  const code = new CodeWriter()
  const emission = emissionFor(shape, context, code)
  const value = emission.value(condition)
  code.add(...emission.prologue, 'const kept = new Int32Array(length)', 'let count = 0', 'for (let row = 0; row < length; row++) {')
  code.add(...emission.body, `if (${every(negated(value.isNull), emission.text(value))}) kept[count++] = row`, '}')
  code.add('return kept.subarray(0, count)')
  return { code, kernels: emission.kernels }
}

export const compileProject = ({ code }: LoopCode): ProjectLoop => code.compile<ProjectLoop>(PARAMETERS)
export const compileFilter = ({ code }: LoopCode): FilterLoop => code.compile<FilterLoop>(PARAMETERS.slice(0, 4))
