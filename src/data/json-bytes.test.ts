/** The writer of bytes = the writer of texts, for any rows in any form of vectors. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { datumOf } from '../../test/property/datum-arbitraries.ts'
import { propertyOptions } from '../../test/property/property-options.ts'
import * as types from './data-type.ts'
import type { Datum } from './datum.ts'
import { DATE_MAX, DATE_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN } from './datum.ts'
import { JsonLines } from './json-bytes.ts'
import { jsonEncoder } from './json-encoder.ts'
import type { Batch, Vector } from './vector.ts'
import { batchFromDatums } from './vector-builder.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'a"b\\', '\u0000\n\u001f\u007f', 'zwölf 🙂\u2028', '\ud800', 'x'.repeat(100)),
)
const double = fc.oneof(
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e21,
    1e-7,
    0.1 + 0.2,
    21474836.47,
    21474836.48,
    -21474836.48,
    5e-324,
    0.01,
    -0.01,
    0.005,
  ),
  fc.integer().map((value) => value / 100),
  fc.integer({ min: -999_999, max: 999_999 }).map((value) => value / 10),
  fc.integer({ min: -(2 ** 31), max: 2 ** 32 }),
)
const timestamp = fc.oneof(
  fc.bigInt(TIMESTAMP_MIN, TIMESTAMP_MAX),
  fc.bigInt(-(2n ** 52n), 2n ** 52n),
  fc.bigInt(1767225600000n, 1767225700000n).map((millis) => millis * 1000n),
)
const leaves: readonly (readonly [types.DataType, fc.Arbitrary<Datum>])[] = [
  [types.intType, datumOf(types.intType)],
  [types.bigintType, datumOf(types.bigintType)],
  [types.doubleType, fc.option(double, { freq: 9 })],
  [types.stringType, fc.option(text, { freq: 5 })],
  [types.booleanType, datumOf(types.booleanType)],
  [types.timestampType, fc.option(timestamp, { freq: 9 })],
  [types.dateType, fc.option(fc.integer({ min: DATE_MIN, max: DATE_MAX }))],
  [types.binaryType, datumOf(types.binaryType)],
  [types.nullType, fc.constant(null)],
]
const inner = types.structType(leaves.map(([type], index) => types.field(`f${index}`, type)))
const schema = types.structType([...inner.fields, types.field('"\\é\u2028', inner), types.field('__proto__', types.structType([]))])
const leaf = fc.tuple(...leaves.map(([, datum]) => datum))
const row = fc.tuple(leaf, fc.option(leaf)).map(([own, nested]): Datum[] => [...own, nested, []])

/** The same texts as slices. */
function sliced(vector: Vector): Vector {
  if (vector.kind === 'struct') return { ...vector, children: vector.children.map(sliced) }
  if (vector.kind !== 'string' || vector.form !== 'dictionary') return vector
  const texts = Array.from(vector.codes, (code) => Buffer.from(vector.dictionary[code] ?? ''))
  const lengths = Int32Array.from(texts, ({ length }) => length)
  const offsets = Int32Array.from(texts, (_, index) => texts.slice(0, index).reduce((sum, { length }) => sum + length, 3))
  return {
    kind: 'string',
    form: 'slices',
    length: vector.length,
    validity: vector.validity,
    bytes: Buffer.concat([Buffer.from('~~~'), ...texts]),
    offsets,
    lengths,
  }
}

test('any rows are written as the encoder of texts writes them', () => {
  const lines = new JsonLines(schema)
  const encode = jsonEncoder(schema)
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), fc.boolean(), (rows, asSlices) => {
      const made = batchFromDatums(schema, rows)
      const batch: Batch = asSlices ? { ...made, columns: made.columns.map(sliced) } : made
      lines.add(batch)
      expect(Buffer.from(lines.take()).toString()).toBe(rows.map((_, index) => `${encode(batch, index)}\n`).join(''))
    }),
    propertyOptions(300),
  )
})

test('doubles are written as JSON.stringify writes them', () => {
  const only = types.structType([types.field('v', types.doubleType)])
  const lines = new JsonLines(only, '')
  fc.assert(
    fc.property(fc.array(double, { minLength: 50, maxLength: 200 }), (values) => {
      const some = values.filter((value) => Number.isFinite(value) && !Object.is(value, -0))
      lines.add(
        batchFromDatums(
          only,
          some.map((value) => [value]),
        ),
      )
      expect(Buffer.from(lines.take()).toString()).toBe(some.map((v) => JSON.stringify({ v })).join(''))
    }),
    propertyOptions(100),
  )
})
