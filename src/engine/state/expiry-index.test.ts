import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { ExpiryIndex } from './expiry-index.ts'
import { FIRST_ROWS } from './pages.ts'
import { StateMemory } from './state-memory.ts'

const rows = FIRST_ROWS * 2 - 1
/** Whole minutes, as windows end at; any microsecond; and what is no safe integer. */
const time = fc.oneof(
  fc.integer({ min: 28_333_333, max: 28_333_339 }).map((minutes) => minutes * 60_000_000),
  fc.integer({ min: -1000, max: 1000 }),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 53n + 9n }),
  fc.bigInt({ min: -(2n ** 57n) - 9n, max: -(2n ** 57n) }),
)
const row = fc.integer({ min: 1, max: rows })
const actions = fc.array(fc.tuple(row, fc.option(time, { freq: 3 })), { minLength: 200, maxLength: 400, size: 'max' })

test('knows the rows by time, after any moves, in the memory that they need', () => {
  fc.assert(
    fc.property(actions, time, (moves, limit) => {
      const memory = new StateMemory()
      const index = new ExpiryIndex(memory)
      index.grow(FIRST_ROWS)
      index.grow(2 * FIRST_ROWS)
      const model = new Map<number, number | bigint>()
      for (const [at, one] of moves) {
        if (one === null) {
          index.unlink(at)
          model.delete(at)
        } else {
          index.link(at, one)
          model.set(at, one)
        }
        const times = [...model.values()].map(BigInt)
        const earliest = index.earliest
        if (times.length === 0) expect(earliest).toBeNull()
        else if (earliest === null || times.some((other) => other < earliest) || !times.includes(BigInt(earliest))) expect.unreachable()
      }
      const expired = index.rowsUpTo(BigInt(limit))
      const timesOf = (given: readonly number[]): unknown[] => given.map((one) => model.get(one))
      const wanted = [...model.keys()].filter((one) => (model.get(one) as number) <= BigInt(limit))
      wanted.sort((a, b) => ((model.get(a) as number) < (model.get(b) as number) ? -1 : 1))
      expect(timesOf(expired)).toEqual(timesOf(wanted))
      expect(new Set(expired).size).toBe(wanted.length)
      expect(memory.bytes).toBe(56 * new Set(model.values()).size)
    }),
    propertyOptions(60),
  )
})
