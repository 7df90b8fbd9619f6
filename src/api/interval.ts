/** Lengths of time as users write them. A literal text is checked by the compiler, a computed one by `interval(text)` at run time. */
import { MillraceError } from '../error.ts'
import { durationText } from '../plan/bound-text.ts'
import { intervalMicros } from '../plan/interval.ts'

type Unit = 'microsecond' | 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'week'
/** A length of time as parts, which add up. */
export interface IntervalParts {
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly milliseconds?: number
}
/** A length of time that is the same on every day: `'10 seconds'`, `'1 minute'`, `{ minutes: 5 }`, or `interval(text)` for a computed text. */
export type FixedInterval = `${number} ${Unit}` | `${number} ${Unit}s` | IntervalParts

const millis = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000, milliseconds: 1 } as const

/**
 * A length of time from a text that is known only at run time.
 *
 * @throws MillraceError INVALID_INTERVAL
 * @example
 * ```ts
 * import { interval } from 'millrace'
 *
 * console.log(interval('1 hour 30 minutes').milliseconds) // 5400000
 * ```
 */
export function interval(text: string): IntervalParts {
  return { milliseconds: Number(intervalMicros(text)) / 1000 }
}

/** The text that plans carry. Throws INVALID_INTERVAL. */
export function intervalText(length: FixedInterval): string {
  if (typeof length === 'string') {
    intervalMicros(length)
    return length
  }
  let total = 0
  for (const [name, count] of partsOf(length)) total += count * millis[name]
  return durationText(BigInt(Math.round(total * 1000)))
}

type PartName = keyof typeof millis

/** Untyped code may give anything: a bare number, a part that is misspelt. None of it may mean "no time at all". */
function partsOf(length: unknown): [PartName, number][] {
  const parts = typeof length === 'object' && length !== null ? Object.entries(length).filter(([, count]) => count !== undefined) : []
  const known = parts.every(([name, count]) => Object.hasOwn(millis, name) && Number.isFinite(count))
  if (parts.length > 0 && known) return parts as [PartName, number][]
  const given = typeof length === 'object' && length !== null ? JSON.stringify(length) : String(length)
  throw new MillraceError('INVALID_INTERVAL', `${given} is not a length of time.`, {
    hint: `Write a number and a unit, such as '10 seconds' or '1 minute', or parts such as { minutes: 5 }. The parts are: ${Object.keys(millis).join(', ')}.`,
    details: { interval: given },
  })
}
