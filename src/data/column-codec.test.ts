import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataType, datumOf } from '../../test/property/datum-arbitraries.ts'
import { propertyOptions } from '../../test/property/property-options.ts'
import { MillraceError } from '../error.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { COLUMN_ROWS_MAX, decodeBatch, decodeColumn, encodeBatch, encodeColumn } from './column-codec.ts'
import * as types from './data-type.ts'
import type { Datum } from './datum.ts'
import type { Batch, Vector } from './vector.ts'
import { batchFromDatums, datumRows, takeVector, vectorOf } from './vector-builder.ts'
import { readerOf } from './vector-reader.ts'

const typeAndDatums = dataType.chain((type) => fc.tuple(fc.constant(type), fc.array(datumOf(type), { maxLength: 40 })))
const datumsOf = (vector: Vector): Datum[] => Array.from({ length: vector.length }, (_, row) => readerOf(vector)(row))

function encoded(type: types.DataType, vector: Vector): Uint8Array {
  const writer = new ByteWriter()
  encodeColumn(writer, type, vector)
  return writer.finish().slice()
}
function decoded(type: types.DataType, length: number, bytes: Uint8Array): Vector {
  const reader = new ByteReader(bytes, 'a test')
  const vector = decodeColumn(reader, type, length)
  reader.end()
  return vector
}
/** The vector, null where the bytes were refused. Anything else that is thrown fails the test. */
function triedRead(type: types.DataType, length: number, bytes: Uint8Array): Vector | null {
  try {
    return decodeColumn(new ByteReader(bytes, 'a test'), type, length)
  } catch (error) {
    if (MillraceError.is(error, 'CHECKPOINT_DAMAGED')) return null
    throw error
  }
}

describe('columns', () => {
  test('come back as they were, wherever their bytes stand', () => {
    fc.assert(
      fc.property(typeAndDatums, fc.nat(7), ([type, datums], shift) => {
        const bytes = encoded(type, vectorOf(type, datums))
        const shifted = new Uint8Array(bytes.length + shift)
        shifted.set(bytes, shift)
        const vector = decoded(type, datums.length, shifted.subarray(shift))
        expect(datumsOf(vector)).toEqual(datums)
        // What was decoded is encoded to the same bytes: texts were codes before and are slices now.
        expect(encoded(type, vector)).toEqual(bytes)
      }),
      propertyOptions(500),
    )
  })

  test('may be rows taken from others, in any order', () => {
    fc.assert(
      fc.property(typeAndDatums, fc.array(fc.nat(), { maxLength: 30 }), ([type, datums], picks) => {
        fc.pre(datums.length > 0)
        const rows = Int32Array.from(picks, (pick) => pick % datums.length)
        const sliced = decoded(type, datums.length, encoded(type, vectorOf(type, datums)))
        const taken = decoded(type, rows.length, encoded(type, takeVector(sliced, rows)))
        expect(datumsOf(taken)).toEqual([...rows].map((row) => datums[row]))
      }),
      propertyOptions(200),
    )
  })

  test('share no memory with the bytes that they were read from', () => {
    const bytes = encoded(types.stringType, vectorOf(types.stringType, ['a', 'b']))
    const vector = decoded(types.stringType, 2, bytes)
    bytes.fill(0)
    expect(datumsOf(vector)).toEqual(['a', 'b'])
  })

  test('have no NaN but the canonical one, keep −0, and say nothing of what is under a null', () => {
    const odd = new Float64Array(1)
    new Uint32Array(odd.buffer).set([0xdeadbeef, 0xfff80001])
    const bytesOf = (values: Float64Array, validity: Uint8Array | null): Uint8Array =>
      encoded(types.doubleType, { kind: 'double', length: values.length, validity, values })
    expect(bytesOf(odd, null)).toEqual(bytesOf(Float64Array.of(Number.NaN), null))
    expect(bytesOf(odd, null).subarray(1)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f))
    expect(datumsOf(decoded(types.doubleType, 1, bytesOf(Float64Array.of(-0), null)))).toEqual([-0])
    expect(bytesOf(Float64Array.of(7, 1), Uint8Array.of(2))).toEqual(bytesOf(Float64Array.of(8, 1), Uint8Array.of(0xfe)))
  })

  test('of small integers take small space', () => {
    const sizeOf = (datums: bigint[]): number => encoded(types.longType, vectorOf(types.longType, datums)).length
    const many = Array.from({ length: 1000 }, (_, index) => BigInt(index))
    expect(sizeOf(many.map(() => 1_700_000_000_000_000n))).toBe(10)
    expect(sizeOf(many.map((one) => 1_700_000_000_000_000n + (one % 200n)))).toBe(1010)
    expect(sizeOf(many.map((one) => -one * 60n))).toBe(2010)
    expect(sizeOf(many.map((one) => one * 4_000_000n))).toBe(4010)
    expect(sizeOf(many.map((one) => one * 4_000_000_000n))).toBe(8002)
    expect(sizeOf(many.map((one) => one - 2n ** 60n))).toBe(8002)
  })

  test('have the bytes that format 1 says, for ever', () => {
    const struct = types.structType([types.field('x', types.longType), types.field('y', types.stringType)])
    const bytes = encoded(struct, vectorOf(struct, [[2n ** 53n, 'é'], null, [-1n, ''], [null, 'ab']]))
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '010d01051000000000000020000000000000000000ffffffffffffffff0000000000000000010d01000000000000000002000002c3a96162',
    )
  })
})

describe('batches', () => {
  const schema = types.structType([types.field('l', types.longType), types.field('s', types.stringType), types.field('n', types.nullType)])

  test('of any length come back', () => {
    for (const length of [0, 1, COLUMN_ROWS_MAX, COLUMN_ROWS_MAX + 1, 3 * COLUMN_ROWS_MAX]) {
      const rows = Array.from({ length }, (_, row) => [BigInt(row), row % 3 === 0 ? null : `text ${row}`, null])
      expect(datumRows(decodeBatch(schema, encodeBatch(batchFromDatums(schema, rows))))).toEqual(rows)
    }
  })
  test('without columns have their length', () => {
    const batch: Batch = { schema: types.structType([]), length: 100_000, columns: [] }
    expect(decodeBatch(batch.schema, encodeBatch(batch))).toEqual(batch)
  })
  test('that end early or late, or are of another format, are damaged', () => {
    const bytes = encodeBatch(
      batchFromDatums(schema, [
        [1n, 'a', null],
        [null, 'bc', null],
      ]),
    )
    for (let end = 0; end < bytes.length; end++) expect(() => decodeBatch(schema, bytes.subarray(0, end))).toThrow('CHECKPOINT_DAMAGED')
    expect(() => decodeBatch(schema, Uint8Array.of(...bytes, 0))).toThrow('CHECKPOINT_DAMAGED')
    expect(() => decodeBatch(schema, Uint8Array.of(2, ...bytes.subarray(1)), 'the spool')).toThrow(
      '[CHECKPOINT_DAMAGED] The bytes of the spool cannot be read: it has format 2, and this version reads format 1.',
    )
  })
  test('that promise billions of rows in a few bytes cost nothing', () => {
    const before = process.memoryUsage().arrayBuffers
    for (const nulls of [0, 1, 2])
      for (const width of [0, 1, 8, 16])
        expect(() => decodeBatch(schema, Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff, nulls, width, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))).toThrow(
          'CHECKPOINT_DAMAGED',
        )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20)
  })
})

describe('damage', () => {
  test('of any kind is refused as such, or gives values that can be read', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(typeAndDatums, fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(), ([type, datums], changes, cut) => {
        const bytes = encoded(type, vectorOf(type, datums))
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const vector = triedRead(type, datums.length, cut % 3 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes)
        if (vector !== null) expect(datumsOf(vector)).toHaveLength(datums.length)
      }),
      propertyOptions(2000),
    )
  })

  test('also when nothing of it was ever a column', () => {
    const start = fc.constantFrom([0], [1], [0, 0], [0, 1], [0, 4], [0, 8], [0, 16], [2], [1, 255, 0, 1])
    fc.assert(
      fc.property(dataType, fc.nat(COLUMN_ROWS_MAX + 1), start, fc.uint8Array({ maxLength: 200 }), (type, length, head, tail) => {
        const vector = triedRead(type, length, Uint8Array.of(...head, ...tail))
        if (vector !== null) expect(datumsOf(vector)).toHaveLength(length)
      }),
      propertyOptions(2000),
    )
  })

  test('that makes a text begin within a character is found', () => {
    const bytes = encoded(types.stringType, vectorOf(types.stringType, ['é', 'ab', 'x']))
    // The lengths 2, 2, 1 become 1, 3, 1.
    const at = bytes.length - 5 - 3
    expect([...bytes.subarray(at, at + 3)]).toEqual([1, 1, 0])
    bytes.set([0, 2, 0], at)
    expect(() => decoded(types.stringType, 3, bytes)).toThrow('a text is not UTF-8')
  })
})
