import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../test/property/property-options.ts'
import { compareDatums } from './compare.ts'
import * as types from './data-type.ts'
import type { Datum } from './datum.ts'
import { encodeKey } from './key-codec.ts'
import type { StringSliceVector } from './vector.ts'
import { batchFromDatums, concatBatches, datumRows, takeRows, transferables, vectorOf } from './vector-builder.ts'
import { readerOf } from './vector-reader.ts'

const struct = types.structType([types.field('x', types.longType), types.field('y', types.stringType)])
const schema = types.structType([
  types.field('b', types.booleanType),
  types.field('i', types.intType),
  types.field('l', types.longType),
  types.field('d', types.doubleType),
  types.field('s', types.stringType),
  types.field('bin', types.binaryType),
  types.field('ts', types.timestampType),
  types.field('st', struct),
  types.field('n', types.nullType),
])
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 4 })
const long = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -100n, max: 100n }))
const row: fc.Arbitrary<Datum[]> = fc.tuple(
  optional(fc.boolean()),
  optional(fc.integer()),
  optional(long),
  optional(fc.double()),
  optional(fc.string({ unit: 'binary' })),
  optional(fc.uint8Array({ maxLength: 5 })),
  optional(long),
  optional(fc.tuple(optional(long), optional(fc.string({ maxLength: 3 })))),
  fc.constant(null),
)

test('a batch gives back the datums that it was made of, also after a transfer', () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const batch = batchFromDatums(schema, rows)
      expect(datumRows(batch)).toEqual(rows)
      const buffers = transferables(batch)
      const moved = structuredClone(batch, { transfer: buffers })
      expect(datumRows(moved)).toEqual(rows)
      expect(buffers.every((buffer) => buffer.byteLength === 0)).toBe(true)
    }),
  )
})

test('rows are taken in the order asked for', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), fc.array(fc.nat(), { maxLength: 20 }), (rows, picks) => {
      const indexes = Int32Array.from(picks, (pick) => pick % rows.length)
      const taken = takeRows(batchFromDatums(schema, rows), indexes)
      expect(datumRows(taken)).toEqual([...indexes].map((index) => rows[index]))
    }),
  )
})

test('batches are joined in order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(row, { maxLength: 5 }), { maxLength: 4 }), (parts) => {
      const joined = concatBatches(
        schema,
        parts.map((part) => batchFromDatums(schema, part)),
      )
      expect(datumRows(joined)).toEqual(parts.flat())
    }),
  )
})

test('a long column is a Float64 lane just while all values are safe integers', () => {
  expect(vectorOf(types.longType, [1n, null, 2n ** 53n - 1n])).toMatchObject({ values: expect.any(Float64Array) })
  expect(vectorOf(types.longType, [1n, null, 2n ** 53n])).toMatchObject({ values: expect.any(BigInt64Array) })
})

test('string slices are read as UTF-8, also when rows are taken', () => {
  const bytes = new TextEncoder().encode('a𝄞é')
  const vector: StringSliceVector = {
    kind: 'string',
    form: 'slices',
    length: 3,
    validity: null,
    bytes,
    offsets: Int32Array.of(0, 1, 5),
    lengths: Int32Array.of(1, 4, 2),
  }
  expect([0, 1, 2].map(readerOf(vector))).toEqual(['a', '𝄞', 'é'])
})

test('keys have one text exactly when they are one key', () => {
  const kinds = [types.doubleType, types.stringType, types.binaryType, struct, types.longType]
  const key = fc.tuple(
    optional(fc.constantFrom(0, -0, 1, Number.NaN, 1e21)),
    optional(fc.constantFrom('', 'a', '1:', '"', '~', '\ud800', '\ufffd')),
    optional(fc.constantFrom(new Uint8Array(0), Uint8Array.of(1), Uint8Array.of(255, 1))),
    optional(fc.tuple(optional(fc.constantFrom(1n, -1n)), optional(fc.constantFrom('}', '~')))),
    optional(fc.constantFrom(1n, 2n)),
  )
  fc.assert(
    fc.property(key, key, (a, b) => {
      const same = kinds.every((type, index) => compareDatums(type, a[index] as Datum, b[index] as Datum) === 0)
      expect(encodeKey(kinds, a) === encodeKey(kinds, b)).toBe(same)
    }),
    propertyOptions(2000),
  )
})

test('order is that of Spark: NaN greatest, strings by code point, binaries unsigned', () => {
  const order = (type: types.DataType, datums: Datum[]): Datum[] => [...datums].sort((a, b) => compareDatums(type, a, b))
  expect(order(types.doubleType, [Number.NaN, 1, Number.POSITIVE_INFINITY, null, -1])).toEqual([
    null,
    -1,
    1,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ])
  expect(order(types.stringType, ['𝄞', '\uFFFD', 'a', ''])).toEqual(['', 'a', '\uFFFD', '𝄞'])
  expect(order(types.binaryType, [Uint8Array.of(200), Uint8Array.of(1, 2), Uint8Array.of(1)])).toEqual([
    Uint8Array.of(1),
    Uint8Array.of(1, 2),
    Uint8Array.of(200),
  ])
})
