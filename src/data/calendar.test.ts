import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { civilFromDays, daysFromCivil, formatDate, formatTimestamp, isoTimestamp, parseDate, parseTimestamp } from './calendar.ts'
import { DATE_MAX, DATE_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN } from './datum.ts'
import { timeZone } from './time-zone.ts'

const utc = timeZone('UTC')

describe("texts as Spark 4.2's cast reads them", () => {
  // Each answer is that of Spark (session time zone UTC); null where Spark says null.
  const answers: readonly (readonly [string, bigint | null, string | null])[] = [
    ['2026', 1767225600000000n, '2026-01-01'],
    ['2026-1', 1767225600000000n, '2026-01-01'],
    ['2026-1-2', 1767312000000000n, '2026-01-02'],
    ['2026-01-02T', null, '2026-01-02'],
    ['2026-01-02 ', 1767312000000000n, '2026-01-02'],
    ['2026-01-02 3', 1767322800000000n, '2026-01-02'],
    ['2026-01-02 3:4', 1767323040000000n, '2026-01-02'],
    ['2026-01-02T03:04:05.1234567', 1767323045123456n, '2026-01-02'],
    ['2026-01-02 03:04:05Z', 1767323045000000n, '2026-01-02'],
    ['2026-01-02 03:04:05 UTC', 1767323045000000n, '2026-01-02'],
    ['2026-01-02 03:04:05+1', 1767319445000000n, '2026-01-02'],
    ['2026-01-02 03:04:05+01:30', 1767317645000000n, '2026-01-02'],
    ['2026-01-02 03:04:05 Europe/Berlin', 1767319445000000n, '2026-01-02'],
    ['2026-01-02 03:04:05.', 1767323045000000n, '2026-01-02'],
    ['2026-13-01', null, null],
    ['2026-02-30', null, null],
    ['0001-01-01', -62135596800000000n, '0001-01-01'],
    ['9999-12-31 23:59:59.999999', 253402300799999999n, '9999-12-31'],
    ['+2026-01-01', 1767225600000000n, '2026-01-01'],
    ['  2026-01-01\t', 1767225600000000n, '2026-01-01'],
    ['2026-01-02x', null, null],
    ['2026-01-02 24:00:00', null, '2026-01-02'],
    ['2026-01-02 03:04:05 +01:00', 1767319445000000n, '2026-01-02'],
    ['2026-01-02 03Z', null, '2026-01-02'],
    ['2026-01-02 03:04Z', null, '2026-01-02'],
    ['2026-01-02T03:04:05 America/New_York', 1767341045000000n, '2026-01-02'],
    ['20260102', null, null],
    ['2026-01-2T1:2:3', 1767315723000000n, '2026-01-02'],
    ['2026-01-02 03:04:05.123456789Z', 1767323045123456n, '2026-01-02'],
    ['2026-01-02-', null, null],
    ['2026-', null, null],
    ['2026-01-', null, null],
    ['', null, null],
  ]
  test.each(answers)('%j', (text, timestamp, date) => {
    expect(parseTimestamp(text, utc)).toBe(timestamp)
    const days = parseDate(text)
    expect(days === null ? null : formatDate(days)).toBe(date)
  })
})

test('years outside 1 to 9999 are refused', () => {
  for (const text of ['0000-12-31', '10000-01-01', '-0001-01-01']) {
    expect(parseDate(text)).toBeNull()
    expect(parseTimestamp(text, utc)).toBeNull()
  }
  expect(parseTimestamp('9999-12-31 23:59:59 -01:00', utc)).toBeNull()
})

test('days and civil dates are each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: DATE_MIN, max: DATE_MAX }), (days) => {
      const { year, month, day } = civilFromDays(days)
      expect(daysFromCivil(year, month, day)).toBe(days)
      const date = new Date(days * 86_400_000)
      expect([year, month, day]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()])
    }),
  )
})

test('what is written is read again, in any zone', () => {
  const zones = ['UTC', '+05:30', '-11:00', 'Asia/Kolkata'].map(timeZone)
  fc.assert(
    fc.property(
      fc.bigInt({ min: TIMESTAMP_MIN + 86_400_000_000n, max: TIMESTAMP_MAX - 86_400_000_000n }),
      fc.constantFrom(...zones),
      (micros, zone) => {
        if (zone.name === 'Asia/Kolkata' && micros < 0n) return // its older offsets have overlaps, where a local time means two instants
        expect(parseTimestamp(formatTimestamp(micros, zone), zone)).toBe(micros)
        expect(parseTimestamp(isoTimestamp(micros), utc)).toBe(micros)
      },
    ),
  )
})

test('ISO texts have three digits, or six where they are needed', () => {
  expect(isoTimestamp(1767225600123000n)).toBe('2026-01-01T00:00:00.123Z')
  expect(isoTimestamp(-1n)).toBe('1969-12-31T23:59:59.999999Z')
  expect(formatTimestamp(1767225600120000n, utc)).toBe('2026-01-01 00:00:00.12')
})

test('gaps and overlaps are resolved as java.time does', () => {
  const berlin = timeZone('Europe/Berlin')
  // 02:30 does not exist on 2026-03-29: the offset before the jump counts, 01:30 UTC.
  expect(parseTimestamp('2026-03-29 02:30:00', berlin)).toBe(parseTimestamp('2026-03-29 01:30:00Z', utc))
  // 02:30 is twice on 2026-10-25: the earlier one counts, 00:30 UTC.
  expect(parseTimestamp('2026-10-25 02:30:00', berlin)).toBe(parseTimestamp('2026-10-25 00:30:00Z', utc))
  expect(formatTimestamp(1767225600000000n, berlin)).toBe('2026-01-01 01:00:00')
})

test('an unknown zone is refused in words', () => {
  for (const name of ['Mars/Olympus', '+19:00', '', '2']) expect(() => timeZone(name)).toThrow(/INVALID_OPTION.*is not a time zone/)
})
