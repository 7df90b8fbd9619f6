/** Bound expressions as texts for people: explain, messages, the identity of a plan. */
import { formatDate, isoTimestamp } from '../data/calendar.ts'
import { simpleString } from '../data/data-type.ts'
import type { Datum } from '../data/datum.ts'
import type { BoundAggregate, BoundCall, BoundExpression, BoundLiteral } from './expressions/bound-expression.ts'

const INFIX = new Set(['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '<=>', 'and', 'or'])

export function boundText(expression: BoundExpression): string {
  switch (expression.kind) {
    case 'BoundLiteral':
      return literalText(expression)
    case 'BoundColumn':
      return expression.name
    case 'BoundCall':
      return callText(expression)
  }
}

export function aggregateText({ function: name, arguments: args }: BoundAggregate): string {
  return `${name}(${args.map(boundText).join(', ')})`
}

function callText(call: BoundCall): string {
  const [first, second] = call.arguments
  if (call.function === 'get_field' && first?.type.kind === 'struct' && second?.kind === 'BoundLiteral')
    return `${boundText(first)}.${first.type.fields[second.value as number]?.name ?? '?'}`
  const texts = call.arguments.map(boundText)
  if (call.function === 'cast' || call.function === 'try_cast') return `${call.function}(${texts[0]} as ${simpleString(call.type)})`
  if (INFIX.has(call.function) && texts.length === 2) return `(${texts[0]} ${call.function} ${texts[1]})`
  return `${call.function}(${texts.join(', ')})`
}

function literalText({ value, type }: BoundLiteral): string {
  if (type.kind === 'timestamp' && value !== null) return isoTimestamp(value as bigint)
  if (type.kind === 'date' && value !== null) return formatDate(value as number)
  return datumText(value)
}

function datumText(value: Datum): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (value instanceof Uint8Array) return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
  if (Array.isArray(value)) return `{${value.map(datumText).join(', ')}}`
  return Object.is(value, -0) ? '-0' : String(value)
}

const UNITS: readonly (readonly [string, bigint])[] = [
  ['day', 86_400_000_000n],
  ['hour', 3_600_000_000n],
  ['minute', 60_000_000n],
  ['second', 1_000_000n],
  ['millisecond', 1000n],
  ['microsecond', 1n],
]

/** `90 seconds` for 90 000 000: in the largest unit that divides it. */
export function durationText(micros: bigint): string {
  if (micros === 0n) return '0 seconds'
  const [name, unit] = UNITS.find(([, one]) => micros % one === 0n) ?? ['microsecond', 1n]
  const count = micros / unit
  return `${count} ${name}${count === 1n ? '' : 's'}`
}
