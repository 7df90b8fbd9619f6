/**
 * Lengths of time as texts: `10 seconds`, `1 hour 30 minutes`, `interval 5 minutes`, `-1 minute`. Microsecond to week, as Spark's fixed intervals; months and
 * years are refused, since they have no fixed length. The API's types check literals by the same grammar at compile time.
 */
import { MillraceError } from '../error.ts'

const SECOND = 1_000_000n
const units: Readonly<Record<string, bigint>> = {
  microsecond: 1n,
  millisecond: 1000n,
  second: SECOND,
  minute: 60n * SECOND,
  hour: 3600n * SECOND,
  day: 86_400n * SECOND,
  week: 604_800n * SECOND,
}
const PART = /\s*([+-]?)\s*(\d+)(?:\.(\d{1,9}))?\s*([a-z]+)/iy

/** Microseconds of the text. Throws INVALID_INTERVAL with what would be right. */
export function intervalMicros(text: string): bigint {
  if (typeof text !== 'string') throw invalid(String(text), 'it is no text')
  const body = text.trim().replace(/^interval\s+/i, '')
  const pattern = new RegExp(PART)
  let total = 0n
  if (body === '') throw invalid(text, 'it is empty')
  while (pattern.lastIndex < body.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(body)
    if (match === null) throw invalid(text, `'${body.slice(at).trim()}' is not a number and a unit`)
    total += partMicros(text, match)
  }
  if (total > 2n ** 63n - 1n || total < -(2n ** 63n)) throw invalid(text, 'it is too long')
  return total
}

function partMicros(text: string, [, sign, whole = '0', fraction = '', unitText = '']: RegExpExecArray): bigint {
  const name = unitText.toLowerCase().replace(/s$/, '')
  const unit = Object.hasOwn(units, name) ? units[name] : undefined
  if (unit === undefined) throw invalid(text, unknownUnit(unitText))
  if (fraction !== '' && name !== 'second') throw invalid(text, 'only seconds may have a fraction')
  const micros = BigInt(whole) * unit + BigInt(fraction.slice(0, 6).padEnd(6, '0'))
  return sign === '-' ? -micros : micros
}

function unknownUnit(unit: string): string {
  return /^(month|year|quarter)s?$/i.test(unit) ? `'${unit}' has no fixed length` : `'${unit}' is not a unit of time`
}

function invalid(text: string, why: string): MillraceError {
  return new MillraceError('INVALID_INTERVAL', `'${text}' is not a length of time: ${why}.`, {
    hint: `Write a number and a unit (${Object.keys(units).join(', ')}), such as '10 seconds' or '1 minute'.`,
    details: { interval: text },
  })
}
