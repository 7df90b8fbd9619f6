/**
 * Names and constants that would break out of generated text: quotes, backticks, template holes, comment ends, line separators, names of Object.prototype, lone
 * surrogates. Both executors give the same, nothing of it is executed or stands in the text, and no prototype changes. Here 20,000 names and as many
 * constants; nightly runs have twenty times as many (MILLRACE_TEST_RUNS).
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as types from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import { batchFromDatums } from '../../src/data/vector-builder.ts'
import { readerOf } from '../../src/data/vector-reader.ts'
import { codeReport } from '../../src/engine/compile/code-report.ts'
import type { Executor } from '../../src/engine/compile/executor.ts'
import { generated } from '../../src/engine/compile/generator.ts'
import { generatorStatistics } from '../../src/engine/compile/generator-statistics.ts'
import { interpreter } from '../../src/engine/compile/interpreter.ts'
import { MillraceError } from '../../src/error.ts'
import { BoundCall, BoundColumn, type BoundExpression, BoundLiteral } from '../../src/plan/expressions/bound-expression.ts'
import { propertyOptions } from './property-options.ts'

const pieces = [
  ...[
    "'",
    '"',
    '`',
    '${',
    '}',
    '*/',
    '/*',
    '//',
    '\\',
    '\\u0027',
    '\n',
    '\r',
    '\u2028',
    '\u2029',
    '\u0000',
    '<!--',
    '-->',
    '%',
    '_',
    ';',
    ')',
    '(',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'h0',
    'row',
    'columns',
    'arguments',
    'eval',
    '\ud800',
    '\udfff',
    'é',
    '𝄞',
  ],
  ...[
    "';globalThis.canary=1;'",
    '`;globalThis.canary=1;`',
    `\${globalThis.canary=1}`,
    '*/globalThis.canary=1/*',
    '\u2028globalThis.canary=1\u2028',
  ],
  ...['"];globalThis.canary=1;["', "');globalThis.canary=1;('", 'Object.prototype.canary=1', '\\\u2028', '\\`'],
]
const text = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
)

/** Names and constants of one run, each. */
const WIDTH = 20
const RUNS = 1000

const call = (name: string, args: readonly BoundExpression[], type: types.DataType): BoundCall => BoundCall.create(name, args, type, true)
const string = (value: string): BoundExpression => BoundLiteral.create(value, types.stringType)

/** Each constant where it is looked at in its own way: by bytes, by dictionary, by pattern, as a result, as a name of a field. */
function expressionsOf(names: readonly string[], constants: readonly string[]): BoundExpression[] {
  return names.map((name, index) => {
    const constant = constants[index] ?? ''
    const column = BoundColumn.create(index, name, types.stringType, true)
    const ways = [
      () => call('=', [column, string(constant)], types.booleanType),
      () => call('like', [column, string(constant)], types.booleanType),
      () => call('in', [column, string(constant), string(name)], types.booleanType),
      () => call('concat', [column, string(constant)], types.stringType),
      () => call('coalesce', [column, string(constant)], types.stringType),
      () => call('startswith', [column, string(constant)], types.booleanType),
      () => call('replace', [column, string(constant), string(name)], types.stringType),
      () => call('regexp_replace', [column, string('a'), string(constant)], types.stringType),
      () => call('<', [column, string(constant)], types.booleanType),
      () => {
        const struct = types.structType([types.field(constant, types.stringType), types.field(name, types.stringType)])
        const made = call('named_struct', [string(constant), column, string(name), string(constant)], struct)
        return index % 2 === 0 ? made : call('get_field', [made, BoundLiteral.create(1, types.intType)], types.stringType)
      },
    ]
    return (ways[index % ways.length] as () => BoundExpression)()
  })
}

function outcome(executor: Executor, expressions: readonly BoundExpression[], batch: ReturnType<typeof batchFromDatums>): unknown {
  try {
    const project = executor.projection(expressions, () => ({ batchTimeMicros: 0n, timeZone: 'UTC', randomSeed: 0 }))
    return project(batch).map((vector) => Array.from({ length: vector.length }, (_, row) => readerOf(vector)(row)))
  } catch (error) {
    if (!MillraceError.is(error)) throw error
    return error.message
  }
}

/** What stands in generated text whatever the plan says. */
const PLAIN = /^[\w\s()[\]{}.,:;'?!<>=&|+\-*/%~]*$/

/** The text takes as long to make as the function itself, so that one of some is looked at. */
function expectPlain(schema: types.StructType, expressions: readonly BoundExpression[]): void {
  const plan = {
    kind: 'Project',
    output: [],
    expressions: expressions.map((expression, index) => ({ name: schema.fields[index]?.name ?? '', expression })),
    input: { kind: 'LocalScan', output: schema.fields.map((one) => ({ ...one, watermark: null })), batches: [] },
  } as const
  const code = codeReport(plan, { timeZone: 'UTC', interpretedBecause: null }).split('\ngenerated, ').at(-1) ?? ''
  expect(code).toContain('for (let row')
  expect(code).toMatch(PLAIN)
  expect(code).not.toMatch(/canary|proto/)
}

test('hostile names and constants are data', () => {
  const prototype = Object.getOwnPropertyNames(Object.prototype).sort()
  const before = { ...generatorStatistics }
  let names = 0
  fc.assert(
    fc.property(
      fc.array(text, { minLength: WIDTH, maxLength: WIDTH }),
      fc.array(text, { minLength: WIDTH, maxLength: WIDTH }),
      (columns, constants) => {
        const schema = types.structType(columns.map((name) => types.field(name, types.stringType)))
        const rows: Datum[][] = [
          [...constants],
          [...columns],
          columns.map(() => null),
          columns.map((_, index) => constants[index + 1] ?? ''),
        ]
        const batch = batchFromDatums(schema, rows)
        const expressions = expressionsOf(columns, constants)
        expect(outcome(generated, expressions, batch)).toEqual(outcome(interpreter, expressions, batch))
        names += columns.length
        if (names % (8 * WIDTH) === 0) expectPlain(schema, expressions)
        expect(Reflect.get(globalThis, 'canary')).toBeUndefined()
      },
    ),
    propertyOptions(RUNS),
  )
  expect(names).toBeGreaterThanOrEqual(WIDTH * Number(propertyOptions(RUNS).numRuns))
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototype)
  expect(Reflect.get({}, 'canary')).toBeUndefined()
  expect(generatorStatistics.disagreements).toBe(before.disagreements)
  expect(generatorStatistics.batches).toBeGreaterThan(before.batches)
})
