/** Kernels of dates and times. Whatever looks at a calendar works in the session's time zone. */
import { civilFromDays, daysFromCivil, daysInMonth, MICROS_PER_DAY, MICROS_PER_SECOND } from '../../../data/calendar.ts'
import { dateType, timestampType } from '../../../data/data-type.ts'
import { DATE_MAX, DATE_MIN, type Datum } from '../../../data/datum.ts'
import { floorDivide, type TimeZone } from '../../../data/time-zone.ts'
import { MillraceError } from '../../../error.ts'
import type { ScalarKernel } from '../kernel.ts'
import { castBetween, outsideYears, timestampInRange, timestampOfSeconds, zoneOf } from './casts.ts'
import { checkedLong } from './numbers.ts'

const strict = (run: (...args: never[]) => Datum): ScalarKernel => ({ nulls: 'propagate', make: () => run })
const zoned = (make: (zone: () => TimeZone) => (...args: never[]) => Datum): ScalarKernel => ({
  nulls: 'propagate',
  make: (site) => make(zoneOf(site)),
})

/** Local time of day and day of an instant. */
function local(micros: bigint, zone: TimeZone): { readonly days: number; readonly ofDay: bigint } {
  const there = micros + zone.offsetMicros(micros)
  const days = floorDivide(there, MICROS_PER_DAY)
  return { days: Number(days), ofDay: there - days * MICROS_PER_DAY }
}
const timePart = (unit: bigint, modulus: bigint): ScalarKernel =>
  zoned((zone) => (micros: bigint) => Number((local(micros, zone()).ofDay / unit) % modulus))

const datePart = (part: (days: number) => number): ScalarKernel => strict(part)

function dateInRange(days: number): number {
  if (days < DATE_MIN || days > DATE_MAX)
    throw new MillraceError('DATETIME_OVERFLOW', `The day ${days} after 1970-01-01 is outside the years 1 to 9999.`)
  return days
}

/** 1970-01-01 was a Thursday; Sunday is 1. */
const dayOfWeek = (days: number): number => ((((days + 4) % 7) + 7) % 7) + 1
/** Monday is 0. */
const isoDay = (days: number): number => (dayOfWeek(days) + 5) % 7
function isoWeek(days: number): number {
  const thursday = days - isoDay(days) + 3
  return Math.floor((thursday - daysFromCivil(civilFromDays(thursday).year, 1, 1)) / 7) + 1
}

const FIXED_UNITS: Readonly<Record<string, bigint>> = {
  microsecond: 1n,
  millisecond: 1000n,
  second: MICROS_PER_SECOND,
  minute: 60n * MICROS_PER_SECOND,
  hour: 3600n * MICROS_PER_SECOND,
}
const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 }
/** Other words that Spark takes for a unit in date_trunc. */
const UNIT_NAMES: Readonly<Record<string, string>> = { yyyy: 'year', yy: 'year', mon: 'month', mm: 'month', dd: 'day' }

function truncated(unit: string, micros: bigint, zone: TimeZone): bigint | null {
  const name = Object.hasOwn(UNIT_NAMES, unit) ? (UNIT_NAMES[unit] as string) : unit
  const { days, ofDay } = local(micros, zone)
  const fixed = Object.hasOwn(FIXED_UNITS, name) ? FIXED_UNITS[name] : undefined
  if (fixed !== undefined) {
    if (name !== 'hour' && name !== 'minute') return timestampInRange(floorDivide(micros, fixed) * fixed, micros)
    return timestampInRange(zone.localToUtc(BigInt(days) * MICROS_PER_DAY + (ofDay / fixed) * fixed), micros)
  }
  const day = truncatedDay(name, days)
  return day === null ? null : timestampInRange(zone.localToUtc(BigInt(day) * MICROS_PER_DAY), micros)
}
function truncatedDay(unit: string, days: number): number | null {
  const { year, month } = civilFromDays(days)
  switch (unit) {
    case 'day':
      return days
    case 'week':
      return days - isoDay(days)
    case 'month':
      return daysFromCivil(year, month, 1)
    case 'quarter':
      return daysFromCivil(year, month - ((month - 1) % 3), 1)
    case 'year':
      return daysFromCivil(year, 1, 1)
    default:
      return null
  }
}

function added(unit: string, amount: bigint, micros: bigint, zone: TimeZone): bigint {
  const fixed = Object.hasOwn(FIXED_UNITS, unit) ? FIXED_UNITS[unit] : undefined
  if (fixed !== undefined) return timestampInRange(micros + amount * fixed, micros)
  const { days, ofDay } = local(micros, zone)
  const months = Object.hasOwn(MONTHS, unit) ? MONTHS[unit] : undefined
  const limit = 10_000_000n
  if (amount > limit || amount < -limit)
    throw new MillraceError('DATETIME_OVERFLOW', `${amount} ${unit}s lead outside the years 1 to 9999.`)
  const day = months === undefined ? days + Number(amount) * (unit === 'week' ? 7 : 1) : addedMonths(days, Number(amount) * months)
  // A zone moves it by less than two days; far years are refused before one is asked for them, since the platform's calendar does not have them.
  if (day < DATE_MIN - 2 || day > DATE_MAX + 2) throw outsideYears(micros)
  return timestampInRange(zone.localToUtc(BigInt(day) * MICROS_PER_DAY + ofDay), micros)
}
function addedMonths(days: number, months: number): number {
  const { year, month, day } = civilFromDays(days)
  const total = year * 12 + month - 1 + months
  const [newYear, newMonth] = [Math.floor(total / 12), (((total % 12) + 12) % 12) + 1]
  return daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}

export const timeKernels: Readonly<Record<string, ScalarKernel>> = {
  year: datePart((days) => civilFromDays(days).year),
  quarter: datePart((days) => Math.floor((civilFromDays(days).month - 1) / 3) + 1),
  month: datePart((days) => civilFromDays(days).month),
  dayofmonth: datePart((days) => civilFromDays(days).day),
  dayofweek: datePart(dayOfWeek),
  dayofyear: datePart((days) => days - daysFromCivil(civilFromDays(days).year, 1, 1) + 1),
  weekofyear: datePart(isoWeek),
  hour: timePart(3600n * MICROS_PER_SECOND, 24n),
  minute: timePart(60n * MICROS_PER_SECOND, 60n),
  second: timePart(MICROS_PER_SECOND, 60n),
  date_add: strict((days: number, amount: number) => dateInRange(days + amount)),
  date_sub: strict((days: number, amount: number) => dateInRange(days - amount)),
  datediff: strict((end: number, start: number) => end - start),
  date_trunc: zoned((zone) => (unit: string, micros: bigint) => truncated(unit.toLowerCase(), micros, zone())),
  timestampadd: zoned((zone) => (unit: string, amount: bigint, micros: bigint) => added(unit.toLowerCase(), amount, micros, zone())),
  to_timestamp: zoned((zone) => castBetween({ kind: 'string' }, timestampType, zone) as (text: string) => Datum),
  to_date: zoned((zone) => castBetween({ kind: 'string' }, dateType, zone) as (text: string) => Datum),
  unix_seconds: strict((micros: bigint) => floorDivide(micros, MICROS_PER_SECOND)),
  unix_millis: strict((micros: bigint) => floorDivide(micros, 1000n)),
  unix_micros: strict((micros: bigint) => micros),
  timestamp_seconds: strict((value: number | bigint) => {
    if (typeof value === 'bigint') return timestampInRange(value * MICROS_PER_SECOND, value)
    return Number.isFinite(value) ? timestampOfSeconds(value) : null
  }),
  timestamp_millis: strict((value: bigint) => timestampInRange(checkedLong('The product', value * 1000n, value), value)),
  timestamp_micros: strict((value: bigint) => timestampInRange(value, value)),
  current_timestamp: { nulls: 'propagate', make: (site) => () => site.context().batchTimeMicros },
  current_date: {
    nulls: 'propagate',
    make: (site) => {
      const zone = zoneOf(site)
      return () => local(site.context().batchTimeMicros, zone()).days
    },
  },
  window_time: strict((window: readonly Datum[]) => (window[1] as bigint) - 1n),
}
