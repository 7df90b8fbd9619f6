/**
 * Timestamps and dates in the usual ISO forms, from bytes, without strings or dates: `2026-01-01T00:00:00`, also with a space for the T, with one to nine
 * digits of fraction, with `Z` or an offset. Everything else, and what a double does not hold exactly, is left to the oracle.
 */
import { daysFromCivil, daysInMonth } from '../../../data/calendar.ts'
import type { TimeZone } from '../../../data/time-zone.ts'
import { NumberReader } from './number-reader.ts'

const DAY_MICROS = 86_400_000_000
const QUARTER_MICROS = 900_000_000
const QUARTER = BigInt(QUARTER_MICROS)
const QUARTERS_KEPT_MAX = 10_000
/** The zone moves a time by less than a day. */
const DAYS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / DAY_MICROS) - 2

/** Days that are known by their bytes: records around midnight have one or the other. A power of two. */
const DAYS_KEPT = 4
/** The words of no bytes at all: the last byte of the second word is the first one of the third. */
const NO_DAY = [0, 0, 1]

/** What generated code keeps of the last date: its ten bytes and what stands behind them as three words, and its midnight in UTC. */
export interface DayCache {
  /** Bytes 0–3, 4–7 and 7–10. */
  readonly words: Int32Array
  readonly midnight: Float64Array
}

export class TimeReader {
  readonly day: DayCache = { words: Int32Array.from(NO_DAY), midnight: new Float64Array(1) }
  readonly #known = Int32Array.from(Array.from({ length: DAYS_KEPT }, () => NO_DAY).flat())
  readonly #midnights = new Float64Array(DAYS_KEPT)
  #nextDay = 0
  /** Behind the last text read, its closing quote included. */
  end = 0
  readonly #zone: TimeZone
  readonly #numbers = new NumberReader()
  #dateKey = -1
  #days = 0
  #quarter = Number.NaN
  #quarterOffset = 0
  readonly #offsets = new Map<number, number>()

  constructor(zone: TimeZone) {
    this.#zone = zone
  }

  /** Microseconds of the text behind the quote at `at - 1`; NaN where the oracle must look. */
  timestamp(bytes: Uint8Array, at: number, end: number): number {
    if (at + 20 > end) return Number.NaN
    const days = this.#date(bytes, at)
    const between = bytes[at + 10]
    if (Number.isNaN(days) || Math.abs(days) > DAYS_MAX || (between !== 0x54 && between !== 0x20)) return Number.NaN
    const hour = two(bytes, at + 11)
    const minute = two(bytes, at + 14)
    const second = two(bytes, at + 17)
    // Comparisons with NaN are false.
    if (!(hour <= 23 && minute <= 59 && second <= 59) || bytes[at + 13] !== 0x3a || bytes[at + 16] !== 0x3a) return Number.NaN
    let micros = days * DAY_MICROS + (hour * 3600 + minute * 60 + second) * 1e6
    let next = at + 19
    if (bytes[next] === 0x2e) {
      let unit = 100_000
      const from = ++next
      for (; next < end && ((bytes[next] as number) - 0x30) >>> 0 < 10; next++) {
        micros += ((bytes[next] as number) - 0x30) * unit
        unit = unit === 1 ? 0 : unit / 10
      }
      if (next === from || next > from + 9) return Number.NaN
    }
    const zone = bytes[next]
    if (zone === 0x22) micros -= this.#offsetOf(micros)
    else if (zone === 0x5a) next++
    else {
      micros -= namedOffset(bytes, next)
      next += 6
    }
    if (Number.isNaN(micros) || next >= end || bytes[next] !== 0x22) return Number.NaN
    this.end = next + 1
    this.#remember(bytes, at, days)
    return micros
  }

  /** Days of the text behind the quote at `at - 1`, which is ten bytes and a quote; NaN where the oracle must look. */
  date(bytes: Uint8Array, at: number, end: number): number {
    if (at + 11 > end || bytes[at + 10] !== 0x22) return Number.NaN
    this.end = at + 11
    return this.#date(bytes, at)
  }

  /** Microseconds of the seconds that stand as a whole number at `at`; NaN where the oracle must look. */
  seconds(bytes: Uint8Array, at: number, end: number): number {
    this.end = this.#numbers.whole(bytes, at, end)
    const micros = this.#numbers.value * 1e6
    return this.end >= 0 && Math.abs(micros) <= Number.MAX_SAFE_INTEGER ? micros + 0 : Number.NaN
  }

  #date(bytes: Uint8Array, at: number): number {
    const year = two(bytes, at) * 100 + two(bytes, at + 2)
    const month = two(bytes, at + 5)
    const day = two(bytes, at + 8)
    if (bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d) return Number.NaN
    const key = (year * 16 + month) * 32 + day
    if (key === this.#dateKey) return this.#days
    if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return Number.NaN
    this.#dateKey = key
    this.#days = daysFromCivil(year, month, day)
    return this.#days
  }

  /** Makes the day whose bytes these are the one in `day`, if it is known; false where its text has to be read. */
  turn(view: DataView, at: number): boolean {
    const a = view.getInt32(at, true)
    const b = view.getInt32(at + 4, true)
    const c = view.getInt32(at + 7, true)
    const known = this.#known
    for (let slot = 0; slot < DAYS_KEPT; slot++) {
      if (known[3 * slot] !== a || known[3 * slot + 1] !== b || known[3 * slot + 2] !== c) continue
      this.#setDay(a, b, c, this.#midnights[slot] as number)
      return true
    }
    return false
  }
  #setDay(a: number, b: number, c: number, midnight: number): void {
    const { words } = this.day
    words[0] = a
    words[1] = b
    words[2] = c
    this.day.midnight[0] = midnight
  }

  /** Of a day that is read for the first time in a while. */
  #remember(bytes: Uint8Array, at: number, days: number): void {
    const [a, b, c] = [word(bytes, at), word(bytes, at + 4), word(bytes, at + 7)]
    const { words } = this.day
    if (words[0] === a && words[1] === b && words[2] === c) return
    this.#setDay(a, b, c, days * DAY_MICROS)
    const slot = this.#nextDay++ & (DAYS_KEPT - 1)
    this.#known.set(words, 3 * slot)
    this.#midnights[slot] = days * DAY_MICROS
  }

  /**
   * What the session's zone is ahead of UTC at a local time. Offsets change on quarters of an hour at the finest; where one is itself no multiple of that
   * (before standard time), the oracle must look.
   */
  #offsetOf(localMicros: number): number {
    const quarter = Math.floor(localMicros / QUARTER_MICROS)
    if (quarter === this.#quarter) return this.#quarterOffset
    let offset = this.#offsets.get(quarter)
    if (offset === undefined) {
      offset = this.#offsetOfQuarter(BigInt(quarter) * QUARTER)
      if (this.#offsets.size >= QUARTERS_KEPT_MAX) this.#offsets.clear()
      this.#offsets.set(quarter, offset)
    }
    this.#quarter = quarter
    this.#quarterOffset = offset
    return offset
  }
  #offsetOfQuarter(local: bigint): number {
    const zone = this.#zone
    const around = [local - 96n * QUARTER, local + 96n * QUARTER].map((at) => zone.offsetMicros(at))
    return around.every((one) => one % QUARTER === 0n) ? Number(local - zone.localToUtc(local)) : Number.NaN
  }
}
const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)

/** Two digits, or NaN. */
function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 0x30
  const ones = (bytes[at + 1] as number) - 0x30
  return tens >>> 0 < 10 && ones >>> 0 < 10 ? tens * 10 + ones : Number.NaN
}

/** `+hh:mm`, at most 18 hours, in microseconds. */
function namedOffset(bytes: Uint8Array, at: number): number {
  const sign = bytes[at]
  const hours = two(bytes, at + 1)
  const minutes = two(bytes, at + 4)
  if ((sign !== 0x2b && sign !== 0x2d) || bytes[at + 3] !== 0x3a || !(minutes <= 59) || !(hours * 60 + minutes <= 18 * 60))
    return Number.NaN
  return (sign === 0x2d ? -1 : 1) * (hours * 60 + minutes) * 60e6
}
