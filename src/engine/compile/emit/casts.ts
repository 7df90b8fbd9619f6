/** Casts among numbers, booleans, dates and timestamps inline; what reads or writes texts of dates, doubles and structs calls what the kernels call. */
import { formatDate } from '../../../data/calendar.ts'
import { INT_MAX, INT_MIN } from '../../../data/datum.ts'
import { formatDouble } from '../../../data/double-text.ts'
import type { BoundCall, BoundExpression } from '../../../plan/expressions/bound-expression.ts'
import type { Emission, Emitter } from './emission.ts'
import { textOfLocal } from './timestamp-texts.ts'
import type { Value } from './value.ts'
import { localText, zoneOffset } from './zones.ts'

/** What the cast gives of a value that is not null: `bad` holds where the cast raises. Neither text raises by itself. */
interface Converted {
  readonly text: string
  readonly bad?: string
  /** The text is a long that may be no safe integer. */
  readonly wide?: boolean
}
type Conversion = (emission: Emission, value: string) => Converted

const plain =
  (text: (value: string) => string): Conversion =>
  (_, value) => ({ text: text(value) })
const checked =
  (text: (value: string) => string, bad: (result: string, value: string) => string, wide = false): Conversion =>
  (emission, value) => {
    const result = emission.local('cast', text(value))
    return { text: result, bad: bad(result, value), wide }
  }
const wide =
  (text: (value: string) => string): Conversion =>
  (_, value) => ({ text: text(value), wide: true })

const notInt = (result: string): string => `${result} !== (${result} | 0)`
const outside = (result: string, low: string, high: string): string => `!(${result} >= ${low} && ${result} <= ${high})`

/** By `<from> <to>`, for longs and timestamps on float64 lanes. */
const narrow: Readonly<Record<string, Conversion>> = {
  'int long': plain((v) => v),
  'boolean long': plain((v) => `${v} ? 1 : 0`),
  'long double': plain((v) => v),
  'long int': checked((v) => v, notInt),
  'long boolean': plain((v) => `${v} !== 0`),
  'long string': plain((v) => `'' + ${v}`),
  'double long': checked(
    (v) => `Math.trunc(${v}) + 0`,
    (r) => outside(r, '-9223372036854775808', '9223372036854775808'),
    true,
  ),
  'int timestamp': wide((v) => `${v} * 1000000 + 0`),
  'long timestamp': wide((v) => `${v} * 1000000 + 0`),
  'double timestamp': checked(
    (v) => `Math.trunc(${v} * 1000000) + 0`,
    (_, v) => `!(${v} - ${v} === 0)`,
    true,
  ),
  'timestamp long': plain((v) => `Math.floor(${v} / 1000000)`),
  'timestamp int': checked((v) => `Math.floor(${v} / 1000000)`, notInt),
  'timestamp double': plain((v) => `${v} / 1000000`),
  'timestamp string': (emission, v) => ({ text: `${emission.code.hoist(textOfLocal)}(${localText(emission, v)})` }),
  'timestamp date': (emission, v) => ({ text: `Math.floor(${localText(emission, v)} / 86400000000)` }),
}
/** The same for longs on bigint64 lanes; what is not here is left to the kernels. */
const big: Readonly<Record<string, Conversion>> = {
  'int long': plain((v) => `BigInt(${v})`),
  'boolean long': plain((v) => `${v} ? 1n : 0n`),
  'long double': plain((v) => `Number(${v})`),
  'long int': checked(
    (v) => `Number(${v})`,
    (r) => outside(r, String(INT_MIN), String(INT_MAX)),
  ),
  'long boolean': plain((v) => `${v} !== 0n`),
  'long string': plain((v) => `'' + ${v}`),
}
const withoutLongs: Readonly<Record<string, Conversion>> = {
  'int double': plain((v) => v),
  'int boolean': plain((v) => `${v} !== 0`),
  'int string': plain((v) => `'' + ${v}`),
  'double int': checked(
    (v) => `Math.trunc(${v}) + 0`,
    (r) => outside(r, String(INT_MIN), String(INT_MAX)),
  ),
  'double boolean': plain((v) => `${v} !== 0`),
  'boolean int': plain((v) => `${v} ? 1 : 0`),
  'boolean double': plain((v) => `${v} ? 1 : 0`),
  'boolean string': plain((v) => `${v} ? 'true' : 'false'`),
  'double string': (emission, v) => ({ text: `${emission.code.hoist(formatDouble)}(${v})` }),
  'date string': (emission, v) => ({ text: `${emission.code.hoist(formatDate)}(${v})` }),
}

function conversionOf(emission: Emission, from: string, to: string): Conversion | null {
  const key = `${from} ${to}`
  // The midnight of a date depends on the zone's rules, which only the kernel knows where the offset changes.
  if (key === 'date timestamp' && emission.lanes === 'float64' && emission.fixedZone) {
    return (_, value) => ({ text: `${value} * 86400000000 - ${zoneOffset(emission)}`, wide: true })
  }
  const table = emission.lanes === 'float64' ? narrow : big
  if (Object.hasOwn(table, key)) return table[key] as Conversion
  return Object.hasOwn(withoutLongs, key) ? (withoutLongs[key] as Conversion) : null
}

const cast =
  (soft: boolean): Emitter =>
  (emission, call) => {
    const from = call.arguments[0]?.type
    const to = call.type
    if (from === undefined || from.kind === 'struct' || from.kind === 'null') return null
    if (from.kind === to.kind) return { ...emission.value(call.arguments[0] as BoundExpression), type: to }
    const conversion = conversionOf(emission, from.kind, to.kind)
    return conversion === null ? null : converted(emission, call, conversion, soft)
  }

function converted(emission: Emission, call: BoundCall, conversion: Conversion, soft: boolean): Value {
  return emission.strict(call.arguments, call.type, ([operand]) => {
    const { text, bad, wide: isWide } = conversion(emission, emission.text(operand as Value))
    if (bad !== undefined && !soft) emission.add(`if (${bad}) ${emission.raise}`)
    if (bad === undefined || !soft) {
      const result = emission.local('cast', text)
      if (isWide === true) emission.checkSafe(result)
      return { text: result }
    }
    const isNull = emission.local('isNull', bad)
    const result = emission.local('cast', `${isNull} ? ${emission.zero(call.type)} : ${text}`)
    if (isWide === true) emission.checkSafe(result)
    return { text: result, isNull }
  })
}

export const castEmitters: Readonly<Record<string, Emitter>> = { cast: cast(false), try_cast: cast(true) }
