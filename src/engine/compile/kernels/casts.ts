/** Kernels of casts, by Spark's ANSI rules. `try_cast` is the same cast with null in place of its errors. */
import { formatDate, formatTimestamp, MICROS_PER_DAY, parseDate, parseTimestamp } from '../../../data/calendar.ts'
import { type DataType, nullType, simpleString } from '../../../data/data-type.ts'
import { type Datum, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../../data/datum.ts'
import { formatDouble, parseDouble } from '../../../data/double-text.ts'
import { floorDivide, type TimeZone, timeZone } from '../../../data/time-zone.ts'
import { trimControls } from '../../../data/white-space.ts'
import { assert, MillraceError } from '../../../error.ts'
import type { CallSite, ScalarKernel } from '../kernel.ts'

type Cast = (value: Datum) => Datum
type Zone = () => TimeZone

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function invalid(value: Datum, to: DataType): MillraceError {
  const shown = typeof value === 'string' ? `The text ${JSON.stringify(value)}` : `The value ${String(value)}`
  return new MillraceError('CAST_INVALID_INPUT', `${shown} cannot be cast to ${simpleString(to)}.`, {
    details: { value: String(value), type: simpleString(to) },
  })
}
function tooLarge(value: Datum, to: DataType): MillraceError {
  return new MillraceError('CAST_OVERFLOW', `The value ${String(value)} does not fit ${simpleString(to)}.`, {
    details: { value: String(value), type: simpleString(to) },
  })
}
export function outsideYears(value: Datum): MillraceError {
  return new MillraceError('DATETIME_OVERFLOW', `The value ${String(value)} is a time outside the years 1 to 9999.`, {
    details: { value: String(value) },
  })
}

export function timestampInRange(micros: bigint, value: Datum): bigint {
  if (micros < TIMESTAMP_MIN || micros > TIMESTAMP_MAX) throw outsideYears(value)
  return micros
}

/** The instant so many seconds after 1970, cut to microseconds. The product may be infinite though the value is not. */
export function timestampOfSeconds(seconds: number): bigint {
  const micros = Math.trunc(seconds * 1e6)
  if (!Number.isFinite(micros)) throw outsideYears(seconds)
  return timestampInRange(BigInt(micros), seconds)
}

/** A cast from one type to another. `zone` is asked for only where a calendar is needed. */
export function castBetween(from: DataType, to: DataType, zone: Zone): Cast {
  if (from.kind === 'null') return () => null
  if (from.kind === 'struct') return to.kind === 'string' ? structToText(from, zone) : structToStruct(from, to, zone)
  if (from.kind === to.kind) return (value) => value
  switch (to.kind) {
    case 'boolean':
      return toBoolean(to)
    case 'int':
    case 'long':
      return toWhole(from, to)
    case 'double':
      return toDouble(from, to)
    case 'string':
      return toText(from, zone)
    case 'binary':
      return (value) => utf8Encoder.encode(value as string)
    case 'timestamp':
      return toTimestamp(from, to, zone)
    case 'date':
      return toDate(from, to, zone)
    default:
      throw invalid(null, to)
  }
}

const TRUE = new Set(['t', 'true', 'y', 'yes', '1'])
const FALSE = new Set(['f', 'false', 'n', 'no', '0'])

function toBoolean(to: DataType): Cast {
  return (value) => {
    if (typeof value !== 'string') return typeof value === 'bigint' ? value !== 0n : value !== 0
    const text = trimControls(value).toLowerCase()
    if (TRUE.has(text)) return true
    if (FALSE.has(text)) return false
    throw invalid(value, to)
  }
}

function toWhole(from: DataType, to: DataType): Cast {
  const [min, max] = to.kind === 'int' ? [BigInt(INT_MIN), BigInt(INT_MAX)] : [LONG_MIN, LONG_MAX]
  return (value) => {
    const whole = from.kind === 'timestamp' ? floorDivide(value as bigint, 1_000_000n) : wholeOf(value, to)
    if (whole < min || whole > max) throw typeof value === 'string' ? invalid(value, to) : tooLarge(value, to)
    return to.kind === 'int' ? Number(whole) : whole
  }
}
function wholeOf(value: Datum, to: DataType): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw tooLarge(value, to)
    // The greatest long as a double is 2^63, which Spark lets pass.
    return to.kind === 'long' && value === 2 ** 63 ? LONG_MAX : BigInt(Math.trunc(value))
  }
  const text = trimControls(value as string)
  if (!/^[+-]?\d+$/.test(text)) throw invalid(value, to)
  return BigInt(text.replace('+', ''))
}

function toDouble(from: DataType, to: DataType): Cast {
  if (from.kind === 'timestamp') return (value) => Number(value) / 1e6
  if (from.kind !== 'string') return (value) => Number(value)
  return (value) => {
    const number = parseDouble(value as string)
    if (number === null) throw invalid(value, to)
    return number
  }
}

function toText(from: DataType, zone: Zone): Cast {
  switch (from.kind) {
    case 'double':
      return (value) => formatDouble(value as number)
    case 'binary':
      return (value) => utf8Decoder.decode(value as Uint8Array)
    case 'timestamp':
      return (value) => formatTimestamp(value as bigint, zone())
    case 'date':
      return (value) => formatDate(value as number)
    default:
      return (value) => String(value)
  }
}

/** As Spark shows structs: `{1, a, null}`. */
function structToText(from: DataType, zone: Zone): Cast {
  assert(from.kind === 'struct', 'only structs are shown as structs')
  const fields = from.fields.map((one) => castBetween(one.type, { kind: 'string' }, zone))
  return (value) => `{${fields.map((field, index) => (element(value, index) === null ? 'null' : field(element(value, index)))).join(', ')}}`
}
function structToStruct(from: DataType, to: DataType, zone: Zone): Cast {
  assert(from.kind === 'struct' && to.kind === 'struct', 'a struct is cast to a struct')
  const fields = from.fields.map((one, index) => castBetween(one.type, to.fields[index]?.type ?? nullType, zone))
  return (value) => fields.map((field, index) => (element(value, index) === null ? null : field(element(value, index))))
}
const element = (value: Datum, index: number): Datum => (value as readonly Datum[])[index] ?? null

function toTimestamp(from: DataType, to: DataType, zone: Zone): Cast {
  switch (from.kind) {
    case 'string':
      return (value) => parseTimestamp(value as string, zone()) ?? raise(invalid(value, to))
    case 'date':
      return (value) => timestampInRange(zone().localToUtc(BigInt(value as number) * MICROS_PER_DAY), value)
    case 'double':
      return (value) => {
        if (!Number.isFinite(value)) throw invalid(value, to)
        return timestampOfSeconds(value as number)
      }
    default:
      return (value) => timestampInRange(BigInt(value as number | bigint) * 1_000_000n, value)
  }
}

function toDate(from: DataType, to: DataType, zone: Zone): Cast {
  if (from.kind === 'timestamp')
    return (value) => Number(floorDivide((value as bigint) + zone().offsetMicros(value as bigint), MICROS_PER_DAY))
  return (value) => parseDate(value as string) ?? raise(invalid(value, to))
}

export function raise(error: MillraceError): never {
  throw error
}

/** The session's time zone, looked up once. */
export function zoneOf(site: CallSite): Zone {
  let known: TimeZone | null = null
  return () => {
    const { timeZone: name } = site.context()
    if (known === null || known.name !== name) known = timeZone(name)
    return known
  }
}

const make = (site: CallSite): Cast => castBetween(site.argumentTypes[0] ?? nullType, site.type, zoneOf(site))

export const castKernels: Readonly<Record<string, ScalarKernel>> = {
  cast: { nulls: 'propagate', make },
  try_cast: {
    nulls: 'propagate',
    make: (site) => {
      const cast = make(site)
      return (value: Datum) => {
        try {
          return cast(value)
        } catch (error) {
          if (MillraceError.is(error) && error.code !== 'INTERNAL_ERROR') return null
          throw error
        }
      }
    },
  },
}
