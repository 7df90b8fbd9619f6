/** The values are those of Kafka's own Java client 4.3.1 (Utils.murmur2, BuiltInPartitioner.partitionForKey with 12 partitions). */
import { expect, test } from 'vitest'
import { murmur2, partitionOfKey } from './murmur2.ts'

const known: readonly (readonly [key: string, hash: number, partitionOf12: number])[] = [
  ['', 275646681, 9],
  ['a', -1563381124, 4],
  ['ab', 316155434, 2],
  ['abc', 479470107, 3],
  ['abcd', -1323649548, 8],
  ['21', -973932308, 0],
  ['foobar', -790332482, 6],
  ['a-little-bit-long-string', -985981536, 8],
  ['a-little-bit-longer-string', -1486304829, 11],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971, 5],
  ['Zażółć gęślą jaźń', 709663040, 8],
  ['\u0000ÿ', -1951946001, 11],
  ['u1234', 509000959, 7],
]

test.each(known)('%j', (key, hash, partition) => {
  const bytes = Buffer.from(`<${key}>`)
  expect(murmur2(Buffer.from(key))).toBe(hash)
  expect(murmur2(bytes, 1, bytes.length - 1)).toBe(hash)
  expect(partitionOfKey(Buffer.from(key), 12)).toBe(partition)
})

test('all bytes, in all lengths up to 256', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  let sum = 0
  for (let length = 0; length <= 256; length++) sum = (Math.imul(sum, 31) + murmur2(bytes, 0, length)) | 0
  expect(sum).toBe(-1303881595)
})
