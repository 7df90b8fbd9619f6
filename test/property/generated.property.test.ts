/** The generator gives what the interpreter gives: values, vectors by their laws, kept rows and errors, over all functions, types and forms of vectors. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { simpleString } from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import type { Batch, Vector } from '../../src/data/vector.ts'
import { readerOf } from '../../src/data/vector-reader.ts'
import type { Executor } from '../../src/engine/compile/executor.ts'
import { generated } from '../../src/engine/compile/generator.ts'
import { generatorStatistics } from '../../src/engine/compile/generator-statistics.ts'
import { interpreter } from '../../src/engine/compile/interpreter.ts'
import { isPath } from '../../src/engine/compile/paths.ts'
import { MillraceError } from '../../src/error.ts'
import { boundText } from '../../src/plan/bound-text.ts'
import { type BoundExpression, walkBound } from '../../src/plan/expressions/bound-expression.ts'
import { functionSignatures } from '../../src/plan/functions/registry.ts'
import { boundExpression, boundSchema, callOf, kindNames, ways } from './bound-arbitraries.ts'
import { batches } from './bound-datums.ts'
import { propertyOptions } from './property-options.ts'

const zones = fc.oneof(
  { weight: 3, arbitrary: fc.constant('UTC') },
  { weight: 1, arbitrary: fc.constantFrom('+05:30', 'America/New_York') },
)
const contextIn = (timeZone: string) => () => ({ batchTimeMicros: 1_767_225_600_123_456n, timeZone, randomSeed: 7 })

const anyExpression = fc.constantFrom(...kindNames).chain((kind) => boundExpression(kind, 3))
/** Rows in order, as a filter gives them. */
const chosenRows = (length: number): fc.Arbitrary<Int32Array | undefined> =>
  fc.option(
    fc
      .array(fc.nat(Math.max(0, length - 1)), { maxLength: length })
      .map((rows) => Int32Array.from([...new Set(rows)].sort((a, b) => a - b))),
    { nil: undefined, freq: 2 },
  )

const cases = batches(boundSchema, 20).chain((batch) => fc.record({ batch: fc.constant(batch), rows: chosenRows(batch.length) }))
/** Made once: a batch of twenty columns takes longer to make than to run. */
const { seed } = propertyOptions(1)
const given = fc.constantFrom(...fc.sample(cases, { numRuns: 400, ...(seed === undefined ? {} : { seed }) }))

function outcome<T>(run: () => T): T | Record<string, unknown> {
  try {
    return run()
  } catch (error) {
    if (!MillraceError.is(error)) throw error
    return { code: error.code, message: error.message, details: error.details }
  }
}
const datumsOf = (vectors: readonly Vector[]): Datum[][] =>
  vectors.map((vector) => Array.from({ length: vector.length }, (_, row) => readerOf(vector)(row)))

function project(executor: Executor, expressions: readonly BoundExpression[], batch: Batch, rows: Int32Array | undefined, zone: string) {
  return outcome(() => executor.projection(expressions, contextIn(zone))(batch, rows))
}

const counts = new Map<string, number>()
let raised = 0
let runs = 0

function agree(expressions: readonly BoundExpression[], batch: Batch, rows: Int32Array | undefined, zone: string): void {
  for (const expression of expressions)
    for (const one of walkBound(expression)) if (one.kind === 'BoundCall') counts.set(one.function, (counts.get(one.function) ?? 0) + 1)
  const expected = project(interpreter, expressions, batch, rows, zone)
  const actual = project(generated, expressions, batch, rows, zone)
  runs++
  const words = expressions.map(boundText).join('; ')
  if (!Array.isArray(expected)) {
    raised++
    expect(actual, words).toEqual(expected)
    return
  }
  if (!Array.isArray(actual)) throw new Error(`${words} raised: ${JSON.stringify(actual)}`)
  expect(datumsOf(actual), words).toEqual(datumsOf(expected))
  for (const [index, vector] of actual.entries()) keepsLaws(vector, rows?.length ?? batch.length, expressions[index] as BoundExpression)
}

/** The laws of data/vector.ts. Columns and their fields keep their lanes, whichever rows are taken. */
function keepsLaws(vector: Vector, length: number, expression: BoundExpression): void {
  const { type } = expression
  expect(vector.length).toBe(length)
  expect(vector.kind, simpleString(type)).toBe(type.kind)
  if (vector.validity !== null) {
    expect(vector.validity.length).toBe((length + 7) >> 3)
    if (length % 8 !== 0) expect((vector.validity.at(-1) as number) >> (length % 8)).toBe(0)
  }
  if ('values' in vector) {
    expect(vector.values.length).toBe(length)
    if (vector.values instanceof BigInt64Array && !isPath(expression))
      expect([...vector.values].some((value) => !Number.isSafeInteger(Number(value)))).toBe(true)
    if (vector.kind === 'long' && vector.values instanceof Float64Array)
      expect([...vector.values].every((value) => !Object.is(value, -0))).toBe(true)
  }
  if ('codes' in vector) expect(vector.codes.length).toBe(length)
  if ('offsets' in vector) expect([vector.offsets.length, vector.lengths.length]).toEqual([length, length])
}
test('projections over all ways to call all functions', () => {
  for (const one of ways) {
    fc.assert(
      fc.property(callOf(one, 1), given, zones, (expression, { batch, rows }, zone) => agree([expression], batch, rows, zone)),
      propertyOptions(15),
    )
  }
  expect(functionSignatures.filter(({ kind, name }) => kind === 'scalar' && (counts.get(name) ?? 0) < 15).map(({ name }) => name)).toEqual(
    [],
  )
})

test('projections of random expression trees', () => {
  const before = { ...generatorStatistics }
  raised = 0
  runs = 0
  fc.assert(
    fc.property(fc.array(anyExpression, { minLength: 1, maxLength: 4 }), given, zones, (expressions, { batch, rows }, zone) =>
      agree(expressions, batch, rows, zone),
    ),
    propertyOptions(3000),
  )
  expect(raised / runs).toBeLessThan(0.6)
  expect(generatorStatistics.disagreements).toBe(before.disagreements)
  expect(generatorStatistics.interpreted).toBe(before.interpreted)
  expect(generatorStatistics.batches - before.batches).toBeGreaterThan(runs / 4)
})

test('filters by random conditions', () => {
  const before = { ...generatorStatistics }
  fc.assert(
    fc.property(boundExpression('boolean', 3), given, zones, (condition, { batch }, zone) => {
      const run = (executor: Executor) => outcome(() => [...executor.filter(condition, contextIn(zone))(batch)])
      expect(run(generated), boundText(condition)).toEqual(run(interpreter))
    }),
    propertyOptions(2000),
  )
  expect(generatorStatistics.disagreements).toBe(before.disagreements)
  expect(generatorStatistics.batches).toBeGreaterThan(before.batches)
})
