/**
 * Random schemas: names of any characters, every type, structs within structs, in random cuts and partitions. Columns that are chosen, reordered and renamed
 * hold what went in; groups by any column, computed or not, are those of a plain recount.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as types from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import {
  AliasNode,
  type Expression,
  LiteralNode,
  UnresolvedAttributeNode,
  UnresolvedExtractValueNode,
  UnresolvedFunctionNode,
} from '../../src/plan/expressions/expression.ts'
import { AggregateNode, FilterNode, ProjectNode } from '../../src/plan/nodes/relation.ts'
import { doubles, ints, longs, strings } from './expression-arbitraries.ts'
import { propertyOptions, sorted } from './property-options.ts'
import { runScript, script } from './query-runner.ts'

const partitions = ['0', '1']

const names = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a.b',
    'with space',
    '`',
    '',
    '*',
    '__proto__',
    'constructor',
    'toString',
    'count(1)',
    'ß',
    '𝄞',
    'timestamp',
    'window',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
)
const scalars: fc.Arbitrary<types.DataType> = fc.constantFrom(
  types.booleanType,
  types.intType,
  types.longType,
  types.doubleType,
  types.stringType,
  types.binaryType,
  types.timestampType,
  types.dateType,
)
const ofType = (type: fc.Arbitrary<types.DataType>, minLength: number): fc.Arbitrary<types.StructType> =>
  fc
    .uniqueArray(fc.tuple(names, type, fc.boolean()), { minLength, maxLength: 5, selector: ([name]) => name.toLowerCase() })
    .map((fields) => types.structType(fields.map(([name, kind, nullable]) => types.field(name, kind, nullable))))
const schemas = ofType(fc.oneof({ weight: 5, arbitrary: scalars }, { weight: 1, arbitrary: ofType(scalars, 1) }), 1)

function datums(type: types.DataType): fc.Arbitrary<Datum> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean()
    case 'int':
      return ints
    case 'long':
      return longs
    case 'double':
      return doubles
    case 'string':
      return strings
    case 'binary':
      return fc.uint8Array({ maxLength: 3 })
    case 'timestamp':
      return fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })
    case 'date':
      return fc.integer({ min: -719_162, max: 2_932_896 })
    case 'struct':
      return rowOf(type)
    default:
      return fc.constant(null)
  }
}
const rowOf = (schema: types.StructType): fc.Arbitrary<Datum[]> =>
  fc.tuple(...schema.fields.map((one): fc.Arbitrary<Datum> => (one.nullable ? fc.option(datums(one.type), { freq: 4 }) : datums(one.type))))

interface Case {
  readonly schema: types.StructType
  readonly epochs: readonly (readonly { readonly partition: string; readonly values: readonly Datum[] }[])[]
  readonly chosen: readonly number[]
}
const cases: fc.Arbitrary<Case> = schemas.chain((schema) =>
  fc.record({
    schema: fc.constant(schema),
    epochs: fc.array(fc.array(fc.record({ partition: fc.constantFrom(...partitions), values: rowOf(schema) }), { maxLength: 8 }), {
      minLength: 1,
      maxLength: 4,
    }),
    chosen: fc.array(fc.nat(schema.fields.length - 1), { minLength: 1, maxLength: 6 }),
  }),
)

const column = (schema: types.StructType, index: number): Expression =>
  UnresolvedAttributeNode.create(types.quoteName(schema.fields[index]?.name ?? ''))
const rowsOf = ({ epochs }: Case): readonly (readonly Datum[])[] =>
  epochs.flatMap((epoch) => partitions.flatMap((partition) => epoch.filter((one) => one.partition === partition).map((one) => one.values)))

test('columns of any name and type are chosen, renamed and filtered', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { schema, epochs, chosen } = given
      const [first = 0] = chosen
      const expressions = chosen.map((index, position) => AliasNode.create(column(schema, index), `c${position}`))
      const condition = UnresolvedFunctionNode.create('isnotnull', [column(schema, first)])
      const plan = ProjectNode.create({ input: FilterNode.create({ input: script, condition }), expressions })
      const outcome = await runScript({ schema, partitions, epochs }, plan, 'append')
      const expected = rowsOf(given)
        .filter((row) => row[first] !== null)
        .map((row) => chosen.map((index) => row[index] ?? null))
      expect(outcome.rows).toEqual(expected)
    }),
    propertyOptions(200),
  )
})

test('groups by columns of any name and type, and by fields of structs', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { schema, epochs } = given
      const [index = 0] = given.chosen
      const type = schema.fields[index]?.type
      const whole = column(schema, index)
      const key = type?.kind === 'struct' ? UnresolvedExtractValueNode.create(whole, type.fields[0]?.name ?? '') : whole
      const rows = AliasNode.create(UnresolvedFunctionNode.create('count', [LiteralNode.create(1n, types.longType)]), 'n')
      const plan = AggregateNode.create({ input: script, groupings: [AliasNode.create(key, 'key')], aggregates: [rows] })
      const outcome = await runScript({ schema, partitions, epochs }, plan, 'complete')
      const counts = new Map<string, bigint>()
      for (const row of rowsOf(given)) {
        const value = row[index] ?? null
        const text = keyText(type?.kind === 'struct' && value !== null ? ((value as readonly Datum[])[0] ?? null) : value)
        counts.set(text, (counts.get(text) ?? 0n) + 1n)
      }
      const result = (outcome.epochs.at(-1) ?? []).map(([value, n]) => [keyText(value ?? null), n])
      expect(sorted(result)).toEqual(sorted([...counts]))
    }),
    propertyOptions(200),
  )
})

/** What tells a key from another, in the model: −0 is 0, NaN is itself, binaries are their bytes. */
function keyText(value: Datum): string {
  if (value instanceof Uint8Array) return `bytes ${value.join()}`
  return typeof value === 'number' ? `n ${Object.is(value, -0) ? 0 : value}` : `${typeof value} ${String(value)}`
}
