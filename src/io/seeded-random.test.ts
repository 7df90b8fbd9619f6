import { expect, test } from 'vitest'
import { SeededRandom } from './seeded-random.ts'

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number): number[] => {
    const random = new SeededRandom(seed)
    return Array.from({ length: 50 }, () => random.uint32())
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
})

test('next is uniform in [0, 1)', () => {
  const random = new SeededRandom(1)
  const buckets = new Array<number>(10).fill(0)
  for (let i = 0; i < 10_000; i++) {
    const x = random.next()
    expect(x >= 0 && x < 1).toBe(true)
    const bucket = Math.floor(x * 10)
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150)
})

test('uuid has the form of version 4', () => {
  const random = new SeededRandom(3)
  const made = new Set(Array.from({ length: 100 }, () => random.uuid()))
  expect(made.size).toBe(100)
  for (const uuid of made) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
