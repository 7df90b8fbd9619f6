import { expect, test } from 'vitest'
import { type DataType, field, structType, windowType } from './data-type.ts'
import type { Datum } from './datum.ts'
import { jsonEncoder } from './json-encoder.ts'
import { batchFromDatums } from './vector-builder.ts'

const written = (type: DataType, datum: Datum): string => {
  const schema = structType([field('v', type)])
  return jsonEncoder(schema)(batchFromDatums(schema, [[datum]]), 0)
}

test.each<[DataType, Datum, string]>([
  [{ kind: 'int' }, -42, '{"v":-42}'],
  [{ kind: 'long', surface: 'number' }, 9223372036854775807n, '{"v":9223372036854775807}'],
  [{ kind: 'double' }, 42, '{"v":42}'],
  [{ kind: 'double' }, 1e21, '{"v":1e+21}'],
  [{ kind: 'double' }, -0, '{"v":-0}'],
  [{ kind: 'double' }, Number.NaN, '{"v":"NaN"}'],
  [{ kind: 'double' }, Number.NEGATIVE_INFINITY, '{"v":"-Infinity"}'],
  [{ kind: 'string' }, 'a"\n\ud800ö', '{"v":"a\\"\\n\\ud800ö"}'],
  [{ kind: 'boolean' }, false, '{"v":false}'],
  [{ kind: 'binary' }, Uint8Array.of(0, 255), '{"v":"AP8="}'],
  [{ kind: 'date' }, 20455, '{"v":"2026-01-02"}'],
  [{ kind: 'timestamp' }, 1767323045678000n, '{"v":"2026-01-02T03:04:05.678Z"}'],
  [{ kind: 'timestamp' }, 1767323045678001n, '{"v":"2026-01-02T03:04:05.678001Z"}'],
  [{ kind: 'null' }, null, '{}'],
  [windowType, [0n, null], '{"v":{"start":"1970-01-01T00:00:00.000Z"}}'],
  [windowType, null, '{}'],
])('%j %s', (type, datum, text) => {
  expect(written(type, datum)).toBe(text)
})

test('rows of one batch after the other', () => {
  const schema = structType([field('a"b', { kind: 'int' }), field('c', { kind: 'string' })])
  const encode = jsonEncoder(schema)
  const one = batchFromDatums(schema, [
    [1, null],
    [null, 'x'],
  ])
  const two = batchFromDatums(schema, [[3, 'y']])
  expect([encode(one, 1), encode(two, 0), encode(one, 0)]).toEqual(['{"c":"x"}', '{"a\\"b":3,"c":"y"}', '{"a\\"b":1}'])
})
