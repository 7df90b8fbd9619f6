/** What TypeScript sees of a date: a day of the calendar, without time and zone. */
import { MillraceError } from '../error.ts'
import { civilFromDays, daysFromCivil, daysInMonth, formatDate, parseDate } from './calendar.ts'
import { DATE_MAX, DATE_MIN } from './datum.ts'

/**
 * A day of the proleptic Gregorian calendar, years 1 to 9999.
 *
 * @example
 * ```ts
 * import { LocalDate } from 'millrace'
 *
 * console.log(LocalDate.parse('2026-02-28').toString(), LocalDate.of(2026, 3, 1).toDays())
 * ```
 */
export class LocalDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number

  private constructor(year: number, month: number, day: number) {
    this.year = year
    this.month = month
    this.day = day
    Object.freeze(this)
  }
  /** Throws DATETIME_OVERFLOW where there is no such day. */
  static of(year: number, month: number, day: number): LocalDate {
    const whole = Number.isInteger(year) && Number.isInteger(month) && Number.isInteger(day)
    if (!whole || year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
      throw new MillraceError('DATETIME_OVERFLOW', `There is no day ${year}-${month}-${day} in the years 1 to 9999.`)
    }
    return new LocalDate(year, month, day)
  }
  /** Of days since 1970-01-01. Throws DATETIME_OVERFLOW. */
  static fromDays(days: number): LocalDate {
    if (!Number.isInteger(days) || days < DATE_MIN || days > DATE_MAX) {
      throw new MillraceError('DATETIME_OVERFLOW', `The day ${days} after 1970-01-01 is outside the years 1 to 9999.`)
    }
    const { year, month, day } = civilFromDays(days)
    return new LocalDate(year, month, day)
  }
  /** Of `yyyy-mm-dd`. Throws CAST_INVALID_INPUT. */
  static parse(text: string): LocalDate {
    const days = parseDate(text)
    if (days === null) throw new MillraceError('CAST_INVALID_INPUT', `'${text}' is not a date.`, { hint: "Write it as '2026-02-28'." })
    return LocalDate.fromDays(days)
  }
  toDays(): number {
    return daysFromCivil(this.year, this.month, this.day)
  }
  equals(other: LocalDate): boolean {
    return this.toDays() === other.toDays()
  }
  toString(): string {
    return formatDate(this.toDays())
  }
  toJSON(): string {
    return this.toString()
  }
}
