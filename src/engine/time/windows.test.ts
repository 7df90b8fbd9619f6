import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../data/datum.ts'
import { windowStarts } from './windows.ts'

test('a time stands in every window that holds it, and in no other', () => {
  const spec = fc
    .record({
      slide: fc.bigInt({ min: 1n, max: 1000n }),
      factor: fc.bigInt({ min: 0n, max: 5n }),
      extra: fc.bigInt({ min: 0n, max: 999n }),
      start: fc.bigInt({ min: -999n, max: 999n }),
    })
    .map(({ slide, factor, extra, start }) => ({
      slideMicros: slide,
      sizeMicros: slide * (factor + 1n) + (extra % slide),
      startMicros: start % slide,
    }))
  const time = fc.oneof(fc.bigInt({ min: -5000n, max: 5000n }), fc.constantFrom(TIMESTAMP_MIN, TIMESTAMP_MAX))
  fc.assert(
    fc.property(time, spec, (at, window) => {
      const starts = windowStarts(at, window)
      for (const start of starts) {
        expect(start <= at && at < start + window.sizeMicros).toBe(true)
        expect((((start - window.startMicros) % window.slideMicros) + window.slideMicros) % window.slideMicros).toBe(0n)
      }
      // As many as fit: the next window on either side does not hold the time.
      const [first, last] = [starts[0] as bigint, starts.at(-1) as bigint]
      expect(last + window.slideMicros > at).toBe(true)
      expect(first - window.slideMicros + window.sizeMicros <= at).toBe(true)
      expect(starts.length).toBe(Number((last - first) / window.slideMicros) + 1)
    }),
    propertyOptions(2000),
  )
})
