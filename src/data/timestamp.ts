/** What TypeScript sees of a timestamp: a Date that also carries its microseconds. */
import { isoTimestamp } from './calendar.ts'
import { floorDivide } from './time-zone.ts'

/**
 * A point in time to the microsecond. It is a `Date` (to the millisecond, rounded down), so everything that takes a Date takes it.
 *
 * @example
 * ```ts
 * import { Timestamp } from 'millrace'
 *
 * const at = Timestamp.fromMicros(1_767_225_600_000_123n)
 * console.log(at.toJSON()) // 2026-01-01T00:00:00.000123Z
 * ```
 */
export class Timestamp extends Date {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly micros: bigint

  constructor(micros: bigint) {
    super(Number(floorDivide(micros, 1000n)))
    this.micros = micros
  }
  static fromMicros(micros: bigint): Timestamp {
    return new Timestamp(micros)
  }
  /** Of a Date, to the millisecond; of a Timestamp, to the microsecond. */
  static fromDate(date: Date): Timestamp {
    return new Timestamp(microsOf(date))
  }
  override toISOString(): string {
    return isoTimestamp(this.micros)
  }
  override toJSON(): string {
    return isoTimestamp(this.micros)
  }
  equals(other: Date): boolean {
    return microsOf(other) === this.micros
  }
}

/** The microseconds of any Date. A date that has been changed by its setters counts as changed. */
export function microsOf(date: Date): bigint {
  const millis = BigInt(date.getTime())
  if (date instanceof Timestamp && floorDivide(date.micros, 1000n) === millis) return date.micros
  return millis * 1000n
}
