/** Streams of values: those of Spark where it has them, and what a UUID must be. */
import { describe, expect, test } from 'vitest'
import type { Datum } from '../../../data/datum.ts'
import { readerOf } from '../../../data/vector-reader.ts'
import type { Seed } from '../kernel.ts'
import { randomKernels } from './random.ts'
import { seedOf } from './sfc32.ts'

const long = (seed: bigint): Seed => [Number(BigInt.asIntN(32, seed)), Number(BigInt.asIntN(32, seed >> 32n)), 0, 0]
function drawn(name: string, seed: Seed, ...lengths: readonly number[]): Datum[] {
  const next = randomKernels[name]?.(seed)
  return lengths.flatMap((length) => {
    const vector = next?.(length)
    return vector === undefined ? [] : Array.from({ length }, (_, row) => readerOf(vector)(row))
  })
}

describe('Spark 4.2 on one partition', () => {
  // SELECT rand(42), randn(42) FROM range(8)
  test('rand', () => {
    expect(drawn('rand', long(42n), 8)).toEqual([
      0.619189370225301, 0.5096018842446481, 0.8325259388871524, 0.26322809041172357, 0.6702867696264135, 0.5173283545794627,
      0.9991441647585968, 0.06993233728279169,
    ])
  })
  test('randn', () => {
    expect(drawn('randn', long(42n), 8)).toEqual([
      2.384479054241165, 0.1920934041293524, 0.7337336533286575, -0.5224480195716871, 2.060084179317831, 0.20963383826633825,
      -0.548526047771831, 1.907968332171668,
    ])
  })
  test('of the seed 0', () => {
    expect(drawn('rand', long(0n), 3)).toEqual([0.7604953758285915, 0.5234194256885571, 0.0953472826424725])
  })
})

test.each(Object.keys(randomKernels))('%s gives the same however rows are cut', (name) => {
  const seed = seedOf('any')
  expect(drawn(name, seed, 3, 0, 1, 60)).toEqual(drawn(name, seed, 64))
  expect(drawn(name, seedOf('anz'), 1)).not.toEqual(drawn(name, seed, 1))
})

test('uuid gives version 4 of RFC 9562, and each but once', () => {
  const many = ['a', 'b', 'aa', ''].flatMap((text) => drawn('uuid', seedOf(text), 5000)) as string[]
  for (const one of many) expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(many).size).toBe(many.length)
})

/** Each of the bits that are free is set in half of the UUIDs: of neighbouring seeds and of one stream. */
test('the bits of UUIDs are even', () => {
  const bits = (uuids: readonly string[]): number[] => {
    const counts = new Array<number>(128).fill(0)
    for (const one of uuids) {
      const value = BigInt(`0x${one.replaceAll('-', '')}`)
      for (let bit = 0; bit < 128; bit++) counts[bit] = (counts[bit] as number) + Number((value >> BigInt(bit)) & 1n)
    }
    return counts.filter((_, bit) => ![62, 63, 76, 77, 78, 79].includes(bit))
  }
  const size = 4000
  const first = Array.from({ length: size }, (_, number) => drawn('uuid', seedOf(`epoch ${number}`), 1)[0] as string)
  for (const counts of [bits(first), bits(drawn('uuid', seedOf('stream'), size) as string[])])
    for (const count of counts) expect(Math.abs(count - size / 2)).toBeLessThan(5 * Math.sqrt(size / 4))
})

test('rand is even and randn is normal', () => {
  const size = 20_000
  const uniform = drawn('rand', seedOf('even'), size) as number[]
  const deciles = new Array<number>(10).fill(0)
  for (const one of uniform) deciles[Math.floor(one * 10)] = (deciles[Math.floor(one * 10)] ?? 0) + 1
  for (const count of deciles) expect(Math.abs(count - size / 10)).toBeLessThan(5 * Math.sqrt(size / 10))
  const normal = drawn('randn', seedOf('normal'), size) as number[]
  const mean = normal.reduce((sum, one) => sum + one, 0) / size
  const variance = normal.reduce((sum, one) => sum + (one - mean) ** 2, 0) / size
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(size))
  expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / size))
})
