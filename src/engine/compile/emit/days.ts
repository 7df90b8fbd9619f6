/** Fields of a date by its days since 1970-01-01, without an object: the arithmetic of data/calendar.ts, one field a function, for the hot loops. */
import { daysFromCivil } from '../../../data/calendar.ts'

/** Days since 1 March of the year 0, within their era of 400 years: [0, 146096]. */
const dayOfEra = (days: number): number => days + 719468 - Math.floor((days + 719468) / 146097) * 146097
function yearOfEra(ofEra: number): number {
  return Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365)
}
function dayOfMarchYear(ofEra: number): number {
  const year = yearOfEra(ofEra)
  return ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
}

export function yearOf(days: number): number {
  const ofEra = dayOfEra(days)
  const era = Math.floor((days + 719468) / 146097)
  return yearOfEra(ofEra) + era * 400 + (dayOfMarchYear(ofEra) >= 306 ? 1 : 0)
}
export function monthOf(days: number): number {
  const shifted = Math.floor((5 * dayOfMarchYear(dayOfEra(days)) + 2) / 153)
  return shifted < 10 ? shifted + 3 : shifted - 9
}
export function dayOfMonth(days: number): number {
  const ofYear = dayOfMarchYear(dayOfEra(days))
  return ofYear - Math.floor((153 * Math.floor((5 * ofYear + 2) / 153) + 2) / 5) + 1
}
export const quarterOf = (days: number): number => Math.floor((monthOf(days) - 1) / 3) + 1
export const dayOfYear = (days: number): number => days - daysFromCivil(yearOf(days), 1, 1) + 1
/** Sunday is 1. */
export const dayOfWeek = (days: number): number => ((((days + 4) % 7) + 7) % 7) + 1
/** Monday is 0. */
const isoDay = (days: number): number => (dayOfWeek(days) + 5) % 7
export function isoWeek(days: number): number {
  const thursday = days - isoDay(days) + 3
  return Math.floor((thursday - daysFromCivil(yearOf(thursday), 1, 1)) / 7) + 1
}

/** The function with a memory of one day: rows that follow each other are mostly of one. */
export function remembering(part: (days: number) => number): (days: number) => number {
  let [last, value] = [Number.NaN, 0]
  return (days) => {
    if (days !== last) [last, value] = [days, part(days)]
    return value
  }
}

export const weekStart = (days: number): number => days - isoDay(days)
export const monthStart = (days: number): number => days - dayOfMonth(days) + 1
export const quarterStart = (days: number): number => daysFromCivil(yearOf(days), (quarterOf(days) - 1) * 3 + 1, 1)
export const yearStart = (days: number): number => daysFromCivil(yearOf(days), 1, 1)
