import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plannedEnds } from './offset-planning.ts'

const at = (name: string, available: number, bytesPerOffset = 1, start = 0) => ({ name, start, available, bytesPerOffset })
const NO_LIMIT = { maxBytes: Number.MAX_SAFE_INTEGER, maxOffsets: null, all: false }

test('without limits everything is planned', () => {
  expect([...plannedEnds([at('a', 5), at('b', 0)], NO_LIMIT)]).toEqual([
    ['a', 5],
    ['b', 0],
  ])
})

test('limits are shared by how far partitions are behind', () => {
  const backlogs = [at('a', 1000), at('b', 100), at('c', 0), at('d', 1)]
  expect([...plannedEnds(backlogs, { ...NO_LIMIT, maxOffsets: 110 }).values()]).toEqual([99, 9, 0, 1])
  expect([...plannedEnds(backlogs, { ...NO_LIMIT, maxBytes: 550 }).values()]).toEqual([499, 49, 0, 1])
  expect([...plannedEnds(backlogs, { maxBytes: 1, maxOffsets: 1, all: true }).values()]).toEqual([1000, 100, 0, 1])
})

test('no plan passes what is there, goes back, or stands still where there is something', () => {
  const backlog = fc.record({ start: fc.nat(1000), behind: fc.nat(1e6), bytesPerOffset: fc.integer({ min: 1, max: 1e6 }) })
  const limits = fc.record({
    maxBytes: fc.integer({ min: 1, max: 1e9 }),
    maxOffsets: fc.option(fc.integer({ min: 1, max: 1e6 })),
    all: fc.constant(false),
  })
  fc.assert(
    fc.property(fc.array(backlog, { maxLength: 8 }), limits, (given, limit) => {
      const backlogs = given.map(({ start, behind, bytesPerOffset }, index) => at(String(index), start + behind, bytesPerOffset, start))
      const ends = plannedEnds(backlogs, limit)
      let taken = 0
      for (const { name, start, available, bytesPerOffset } of backlogs) {
        const end = ends.get(name) ?? -1
        expect(end).toBeGreaterThanOrEqual(start)
        expect(end).toBeLessThanOrEqual(available)
        expect(end > start).toBe(available > start)
        if (end > start + 1) taken += (end - start) * bytesPerOffset
      }
      expect(taken).toBeLessThanOrEqual(limit.maxBytes * 1.000001)
    }),
  )
})
