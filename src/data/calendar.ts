/**
 * Dates and times as Spark 4 reads and writes them: proleptic Gregorian calendar, years 1 to 9999, microseconds. Text that does not fit gives null; who calls
 * decides whether that is an error.
 */
import { DATE_MAX, DATE_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN } from './datum.ts'
import { floorDivide, type TimeZone, tryTimeZone } from './time-zone.ts'
import { trimControls } from './white-space.ts'

export const MICROS_PER_SECOND = 1_000_000n
export const MICROS_PER_DAY = 86_400_000_000n

export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

/** Days since 1970-01-01 of a date; months and days are taken as they are, so the caller checks them first. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 }
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const DATE = /^([+-]?)(\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})?)?)?/

/** `yyyy`, `yyyy-m`, `yyyy-m-d`, then nothing or a `T` or space and anything, as Spark's cast to date takes them. */
export function parseDate(text: string): number | null {
  const trimmed = trimControls(text)
  const match = DATE.exec(trimmed)
  if (match === null) return null
  const rest = trimmed.slice(match[0].length)
  if (rest !== '' && (match[4] === undefined || !/^[T ]/.test(rest))) return null
  if (/-$/.test(match[0])) return null
  const days = dateOf(match)
  return days !== null && days >= DATE_MIN && days <= DATE_MAX ? days : null
}

function dateOf(match: RegExpExecArray): number | null {
  const year = Number(`${match[1] === '-' ? '-' : ''}${match[2]}`)
  const month = Number(match[3] ?? 1)
  const day = Number(match[4] ?? 1)
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  return daysFromCivil(year, month, day)
}

const TIME = /^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?/

/** A timestamp text as Spark's cast takes it: a date, then optionally `T` or a space and `h[:m[:s[.fraction]]]`, then optionally a zone. */
export function parseTimestamp(text: string, zone: TimeZone): bigint | null {
  const trimmed = trimControls(text)
  const date = DATE.exec(trimmed)
  if (date === null || /-$/.test(date[0])) return null
  const days = dateOf(date)
  // A zone moves it by less than two days; far years are refused before one is asked for them.
  if (days === null || days < DATE_MIN - 2 || days > DATE_MAX + 2) return null
  const rest = trimmed.slice(date[0].length)
  if (rest === '') return inRange(zone.localToUtc(BigInt(days) * MICROS_PER_DAY))
  if (date[4] === undefined || !/^[T ]/.test(rest)) return null
  return timeAfter(rest.slice(1), days, zone)
}

function timeAfter(text: string, days: number, zone: TimeZone): bigint | null {
  if (text === '') return null
  const time = TIME.exec(text)
  if (time === null) return null
  const [hour, minute, second] = [Number(time[1]), Number(time[2] ?? 0), Number(time[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return null
  const micros = BigInt(`${(time[4] ?? '').slice(0, 6).padEnd(6, '0')}`)
  const named = text.slice(time[0].length).trim()
  const where = named === '' ? zone : tryTimeZone(named)
  if (where === null || (named !== '' && time[3] === undefined)) return null
  const local = BigInt(days) * MICROS_PER_DAY + BigInt(hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + micros
  return inRange(where.localToUtc(local))
}

const inRange = (micros: bigint): bigint | null => (micros >= TIMESTAMP_MIN && micros <= TIMESTAMP_MAX ? micros : null)

const two = (value: number): string => String(value).padStart(2, '0')
const dateText = ({ year, month, day }: CivilDate): string => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`

export function formatDate(days: number): string {
  return dateText(civilFromDays(days))
}

/** Spark's cast to string: `2026-01-01 00:00:00.123`, without trailing zeros of the fraction. */
export function formatTimestamp(micros: bigint, zone: TimeZone): string {
  const { date, time, fraction } = textParts(micros + zone.offsetMicros(micros))
  const digits = fraction.replace(/0+$/, '')
  return `${date} ${time}${digits === '' ? '' : `.${digits}`}`
}

/** ISO 8601 in UTC, with three digits of fraction, or six where they are needed: `2026-01-01T00:00:00.123Z`. */
export function isoTimestamp(micros: bigint): string {
  const { date, time, fraction } = textParts(micros)
  return `${date}T${time}.${fraction.endsWith('000') ? fraction.slice(0, 3) : fraction}Z`
}

function textParts(localMicros: bigint): { date: string; time: string; fraction: string } {
  const days = floorDivide(localMicros, MICROS_PER_DAY)
  const ofDay = localMicros - days * MICROS_PER_DAY
  const seconds = Number(ofDay / MICROS_PER_SECOND)
  return {
    date: formatDate(Number(days)),
    time: `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`,
    fraction: String(ofDay % MICROS_PER_SECOND).padStart(6, '0'),
  }
}
