/**
 * Numbers that the generated code does not read in line: many digits, exponents. Exact to the last bit: at most 15 digits over a power of ten up to 10²² is
 * one correctly rounded division; everything else is read by the platform from its text.
 */
import { LONG_MAX, LONG_MIN } from '../../../data/datum.ts'
import { asciiText, skipNumber, skipWhole } from './byte-scan.ts'

/** Powers of ten that a double holds exactly. */
export const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
const DIGITS_MAX = 15

export class NumberReader {
  /** Of the last number read. */
  value = 0

  /** Reads the number at `at`; gives the position behind it, or a negative one. */
  real(bytes: Uint8Array, at: number, end: number): number {
    const behind = skipNumber(bytes, at, end)
    if (behind < 0) return -1
    let scaled = 0
    let digits = 0
    let scale = 0
    let inFraction = false
    for (let index = bytes[at] === 0x2d ? at + 1 : at; index < behind; index++) {
      const byte = bytes[index] as number
      if (byte === 0x2e) {
        inFraction = true
      } else if (byte > 0x39) {
        digits = DIGITS_MAX + 1
        break
      } else {
        scaled = scaled * 10 + (byte - 0x30)
        digits++
        if (inFraction) scale++
      }
    }
    if (digits > DIGITS_MAX) this.value = Number(asciiText(bytes, at, behind))
    else this.value = (bytes[at] === 0x2d ? -scaled : scaled) / (POWERS[scale] as number)
    return behind
  }

  /** Reads the whole number at `at`. The value is NaN where it has more than 15 digits. */
  whole(bytes: Uint8Array, at: number, end: number): number {
    const behind = skipWhole(bytes, at, end)
    if (behind < 0) return -1
    const negative = bytes[at] === 0x2d
    const from = negative ? at + 1 : at
    if (behind - from > DIGITS_MAX) {
      this.value = Number.NaN
      return behind
    }
    let value = 0
    for (let index = from; index < behind; index++) value = value * 10 + ((bytes[index] as number) - 0x30)
    this.value = negative ? 0 - value : value
    return behind
  }
}

/** A whole number that `whole` found too long; null where 64 bits do not hold it. */
export function longOf(bytes: Uint8Array, at: number, end: number): bigint | null {
  if (end - at > 20) return null
  const value = BigInt(asciiText(bytes, at, end))
  return value >= LONG_MIN && value <= LONG_MAX ? value : null
}
export const isLong = (bytes: Uint8Array, at: number, end: number): boolean => longOf(bytes, at, end) !== null
