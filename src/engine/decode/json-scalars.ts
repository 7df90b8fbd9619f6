/**
 * Which JSON scalars a type takes, as Spark 4's JSON source takes them, and the datums that they become. Undefined = the type does not take this value.
 * Strings and structs are not here: a string takes every value, a struct is walked through by json-records.ts.
 */
import { Buffer } from 'node:buffer'
import { MICROS_PER_SECOND, parseDate, parseTimestamp } from '../../data/calendar.ts'
import type { DataType } from '../../data/data-type.ts'
import { type Datum, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../data/datum.ts'
import type { TimeZone } from '../../data/time-zone.ts'

/** A number token; `whole` if it has neither fraction nor exponent. */
export function datumOfNumber(type: DataType, token: string, whole: boolean): Datum | undefined {
  if (type.kind === 'double') return Number(token)
  if (!whole || token.length > 20) return undefined
  const value = BigInt(token)
  switch (type.kind) {
    case 'int':
      return value >= INT_MIN && value <= INT_MAX ? Number(value) : undefined
    case 'long':
      return value >= LONG_MIN && value <= LONG_MAX ? value : undefined
    case 'timestamp': {
      const micros = value * MICROS_PER_SECOND
      return micros >= TIMESTAMP_MIN && micros <= TIMESTAMP_MAX ? micros : undefined
    }
    default:
      return undefined
  }
}

const SPECIAL_DOUBLES: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ...['Infinity', '+Infinity', '+INF'].map((name) => [name, Number.POSITIVE_INFINITY] as const),
  ...['-Infinity', '-INF'].map((name) => [name, Number.NEGATIVE_INFINITY] as const),
])
/** Texts of dates and times beyond this are refused unread; the longest sensible ones have some 60 characters. */
const CALENDAR_TEXT_LIMIT = 1000

export function datumOfText(type: DataType, text: string, zone: TimeZone): Datum | undefined {
  switch (type.kind) {
    case 'double':
      return SPECIAL_DOUBLES.get(text)
    case 'timestamp':
      return text.length > CALENDAR_TEXT_LIMIT ? undefined : timestampOf(text, zone)
    case 'date':
      return text.length > CALENDAR_TEXT_LIMIT ? undefined : (parseDate(text) ?? undefined)
    case 'binary':
      return bytesOfBase64(text)
    default:
      return undefined
  }
}

function timestampOf(text: string, zone: TimeZone): bigint | undefined {
  try {
    return parseTimestamp(text, zone) ?? undefined
  } catch (error) {
    // The platform's zone data refuses years beyond 275760, which a text can name.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Base64 with its padding and nothing around it. */
function bytesOfBase64(text: string): Uint8Array | undefined {
  const digits = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits)) return undefined
  return new Uint8Array(Buffer.from(digits, 'base64'))
}
