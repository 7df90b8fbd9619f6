import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordsOf } from '../../../test/record-batches.ts'
import { field, stringType, structType } from '../../data/data-type.ts'
import type { Vector } from '../../data/vector.ts'
import { readerOf } from '../../data/vector-reader.ts'
import { decoderFor } from './decoder.ts'

const schema = structType([field('value', stringType)])
const decoder = decoderFor({ format: 'text', schema, declared: schema, mode: 'PERMISSIVE', corruptRecordColumn: null }, 'UTC')
const column = (records: readonly (string | Uint8Array)[]): Vector => decoder.decode(recordsOf(records)).columns[0] as Vector
const textsOf = (vector: Vector): unknown[] => Array.from({ length: vector.length }, (_, row) => readerOf(vector)(row))

describe('records of text', () => {
  test('valid UTF-8 shares the bytes of the source', () => {
    const records = recordsOf(['one', '', 'zwölf', '🙂'])
    const vector = decoder.decode(records).columns[0] as Vector
    expect(vector).toMatchObject({ form: 'slices', bytes: records.bytes })
    expect(textsOf(vector)).toEqual(['one', '', 'zwölf', '🙂'])
  })

  test('a byte order mark is part of the text, as Spark has it', () => {
    expect(textsOf(column(['\ufeffx']))).toEqual(['\ufeffx'])
  })

  test('a record that ends inside a character is not valid, also where the bytes as a whole are', () => {
    const bytes = Buffer.from('aéb')
    const cut = { bytes, starts: Int32Array.of(0, 2), ends: Int32Array.of(2, 4), origin: 'test' }
    const vector = decoder.decode(cut).columns[0] as Vector
    expect(textsOf(vector)).toEqual(['a\ufffd', '\ufffdb'])
  })

  test('no column wanted, no column made', () => {
    const none = structType([])
    const counting = decoderFor({ format: 'text', schema: none, declared: schema, mode: 'FAILFAST', corruptRecordColumn: null }, 'UTC')
    expect(counting.decode(recordsOf(['a', 'b']))).toEqual({
      records: 2,
      columns: [],
      kept: null,
      sharesBytes: false,
      malformed: { count: 0, samples: [] },
    })
  })

  test('any bytes become what the platform decodes them to', () => {
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 5 }).map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (records) => {
        expect(textsOf(column(records))).toEqual(records.map((bytes) => utf8.decode(bytes)))
      }),
    )
  })
})
