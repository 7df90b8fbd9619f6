import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../../test/property/property-options.ts'
import { WindowRing } from './window-ring.ts'

test('knows every row of a window that is not too far behind, and nothing of before it was cleared', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 20, arbitrary: fc.record({ code: fc.nat(200), window: fc.integer({ min: -20, max: 20 }) }) },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    ),
    { maxLength: 300, size: 'max' },
  )
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, 2 ** 40, -(2 ** 50)), (given, windows, from) => {
      const ring = new WindowRing(windows)
      expect(ring.size).toBeGreaterThanOrEqual(2 * windows)
      let rows = new Map<string, number>()
      let latest = new Map<number, number>()
      for (const [index, step] of given.entries()) {
        if (step === 'clear') {
          ring.clear()
          rows = new Map()
          latest = new Map()
          continue
        }
        const { code } = step
        const window = from + step.window
        ring.fit(code)
        const seen = Math.max(window, latest.get(code) ?? Number.NEGATIVE_INFINITY)
        latest.set(code, seen)
        const expected = window <= seen - ring.size ? -1 : (rows.get(`${code} ${window}`) ?? 0)
        expect(ring.get(code, window)).toBe(expected)
        if (expected !== 0) continue
        ring.set(code, window, index + 1)
        rows.set(`${code} ${window}`, index + 1)
      }
    }),
    propertyOptions(100),
  )
})
