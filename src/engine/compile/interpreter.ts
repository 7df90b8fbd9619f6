/**
 * The interpreter: evaluates bound expressions row by row through the kernels. Plain and slow on purpose: it is what generated code is compared with.
 */
import type { Datum } from '../../data/datum.ts'
import type { Batch, Vector } from '../../data/vector.ts'
import { takeRows, vectorOf } from '../../data/vector-builder.ts'
import { type DatumReader, readerOf } from '../../data/vector-reader.ts'
import { assert } from '../../error.ts'
import type { BoundCall, BoundExpression } from '../../plan/expressions/bound-expression.ts'
import type { ContextSource, Executor } from './executor.ts'
import type { CallSite } from './kernel.ts'
import { scalarKernels } from './kernels/index.ts'

/** The row that evaluators look at. */
interface Cursor {
  readers: readonly DatumReader[]
  row: number
}
type Evaluator = () => Datum

export const interpreter: Executor = {
  name: 'interpreter',
  columnar: false,
  projection(expressions, context) {
    const cursor: Cursor = { readers: [], row: 0 }
    const columns = expressions.map((expression) => ({ expression, evaluate: evaluator(expression, cursor, context) }))
    return (given, rows) => {
      const batch = rows === undefined ? given : takeRows(given, rows)
      cursor.readers = batch.columns.map(readerOf)
      return columns.map(({ expression, evaluate }) =>
        expression.kind === 'BoundColumn'
          ? columnOf(batch, expression.index)
          : vectorOf(expression.type, evaluateAll(cursor, batch.length, evaluate)),
      )
    }
  },
  filter(condition, context) {
    const cursor: Cursor = { readers: [], row: 0 }
    const evaluate = evaluator(condition, cursor, context)
    return (batch) => {
      cursor.readers = batch.columns.map(readerOf)
      const kept: number[] = []
      for (cursor.row = 0; cursor.row < batch.length; cursor.row++) if (evaluate() === true) kept.push(cursor.row)
      return Int32Array.from(kept)
    }
  },
}

function evaluateAll(cursor: Cursor, length: number, evaluate: Evaluator): Datum[] {
  const datums = new Array<Datum>(length)
  for (cursor.row = 0; cursor.row < length; cursor.row++) datums[cursor.row] = evaluate()
  return datums
}

function columnOf(batch: Batch, index: number): Vector {
  const column = batch.columns[index]
  assert(column !== undefined, `a batch of ${batch.columns.length} columns has no column ${index}`)
  return column
}

function evaluator(expression: BoundExpression, cursor: Cursor, context: ContextSource): Evaluator {
  switch (expression.kind) {
    case 'BoundLiteral':
      return () => expression.value
    case 'BoundColumn':
      return () => (cursor.readers[expression.index] as DatumReader)(cursor.row)
    case 'BoundCall':
      return call(expression, cursor, context)
  }
}

/** One expression, row by row: for whoever mixes it with other ways to run. */
export function rowEvaluation(expression: BoundExpression, context: ContextSource): (columns: readonly Vector[]) => (row: number) => Datum {
  const cursor: Cursor = { readers: [], row: 0 }
  const evaluate = evaluator(expression, cursor, context)
  return (columns) => {
    cursor.readers = columns.map(readerOf)
    return (row) => {
      cursor.row = row
      return evaluate()
    }
  }
}

/** Where a call stands, as kernels want to know it. */
export function callSite(call: Pick<BoundCall, 'arguments' | 'type'>, context: ContextSource): CallSite {
  return {
    argumentTypes: call.arguments.map((argument) => argument.type),
    type: call.type,
    constants: call.arguments.map((argument) => (argument.kind === 'BoundLiteral' ? argument.value : undefined)),
    context,
  }
}

function call(expression: BoundCall, cursor: Cursor, context: ContextSource): Evaluator {
  const kernel = Object.hasOwn(scalarKernels, expression.function) ? scalarKernels[expression.function] : undefined
  assert(kernel !== undefined, `there is no kernel for the function ${expression.function}`)
  const args = expression.arguments.map((argument) => evaluator(argument, cursor, context))
  const site = callSite(expression, context)
  if (kernel.nulls === 'lazy') {
    const run = kernel.make(site)
    return () => run(args)
  }
  const run = kernel.make(site) as (...args: readonly Datum[]) => Datum
  return () => {
    const values: Datum[] = []
    for (const argument of args) {
      const value = argument()
      if (value === null) return null
      values.push(value)
    }
    return run(...values)
  }
}
