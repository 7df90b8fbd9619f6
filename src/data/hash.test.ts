import { expect, test } from 'vitest'
import * as types from './data-type.ts'
import type { Datum } from './datum.ts'
import { hashDatums, keyGroup } from './hash.ts'

const struct = types.structType([types.field('a', types.intType), types.field('b', types.stringType)])
// The answers of Spark 4.2's hash(…).
const answers: readonly (readonly [types.DataType, Datum, number])[] = [
  [types.intType, 1, -559580957],
  [types.intType, -1, -1604776387],
  [types.longType, 1n, -1712319331],
  [types.longType, 9223372036854775807n, -1604625029],
  [types.booleanType, true, -559580957],
  [types.doubleType, 1.5, 1290763749],
  [types.doubleType, -0, -1670924195],
  [types.doubleType, 0, -1670924195],
  [types.doubleType, Number.NaN, -1281358385],
  [types.stringType, 'a', 1485273170],
  [types.stringType, 'abcd', -396302900],
  [types.stringType, 'abcde', 814637928],
  [types.stringType, '𝄞é', 2009761638],
  [types.binaryType, new TextEncoder().encode('xyz'), 753084083],
  [types.timestampType, 1767225600123000n, -1623273840],
  [types.dateType, 20454, -80271844],
  [types.intType, null, 42],
  [struct, [1, 'x'], -1305545736],
]

test.each(answers)('hash of %o %o is that of Spark', (type, datum, hash) => {
  expect(hashDatums([type], [datum])).toBe(hash)
})

test('several columns fold from left to right', () => {
  expect(hashDatums([types.intType, types.stringType], [1, 'a'])).toBe(-936062819)
  expect(hashDatums([types.stringType, types.intType], ['a', 1])).toBe(532252686)
})

test('key groups are 0 to 127, all used', () => {
  const groups = new Set(Array.from({ length: 5000 }, (_, n) => keyGroup([types.intType], [n - 2500])))
  expect(groups.size).toBe(128)
  expect(Math.min(...groups)).toBe(0)
  expect(Math.max(...groups)).toBe(127)
})
