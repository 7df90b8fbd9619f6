/** Dates and times inline on float64 lanes, in any zone where an offset is enough; what needs the rules of a region, or bigint64 lanes, calls the kernels. */
import { DATE_MAX, DATE_MIN } from '../../../data/datum.ts'
import type { BoundCall } from '../../../plan/expressions/bound-expression.ts'
import * as daysOf from './days.ts'
import type { Computed, Emission, Emitter } from './emission.ts'
import type { Value } from './value.ts'
import { localText, zoneOffset } from './zones.ts'

const DAY = 86_400_000_000
const FIXED_UNITS: Readonly<Record<string, number>> = {
  microsecond: 1,
  millisecond: 1000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
}
const UNIT_NAMES: Readonly<Record<string, string>> = { yyyy: 'year', yy: 'year', mon: 'month', mm: 'month', dd: 'day' }
const STARTS: Readonly<Record<string, (days: number) => number>> = {
  day: (days) => days,
  week: daysOf.weekStart,
  month: daysOf.monthStart,
  quarter: daysOf.quarterStart,
  year: daysOf.yearStart,
}
const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(table, key) ? table[key] : undefined)

const texts = (emission: Emission, values: readonly Value[]): string[] => values.map((value) => emission.text(value))
/** Only for longs and timestamps on float64 lanes. */
const narrow =
  (compute: (emission: Emission, call: BoundCall, ...values: string[]) => Computed): Emitter =>
  (emission, call) =>
    emission.lanes === 'float64'
      ? emission.strict(call.arguments, call.type, (values) => compute(emission, call, ...texts(emission, values)))
      : null

const datePart =
  (part: (days: number) => number): Emitter =>
  (emission, call) =>
    emission.strict(call.arguments, call.type, ([days]) => ({
      text: `${emission.code.hoist(daysOf.remembering(part))}(${emission.text(days as Value)})`,
    }))

/** Of the local time of day: floors are exact for whole numbers below 2^53. */
const timePart = (unit: number, modulus: number): Emitter =>
  narrow((emission, _, micros = '') => {
    const units = emission.local('units', `Math.floor(${localText(emission, micros)} / ${unit})`)
    return { text: `${units} - Math.floor(${units} / ${modulus}) * ${modulus}` }
  })

const moved =
  (operator: '+' | '-'): Emitter =>
  (emission, call) =>
    emission.strict(call.arguments, call.type, (values) => {
      const [days = '', amount = ''] = texts(emission, values)
      const day = emission.local('day', `${days} ${operator} ${amount}`)
      emission.add(`if (${day} < ${emission.code.number(DATE_MIN)} || ${day} > ${emission.code.number(DATE_MAX)}) ${emission.raise}`)
      return { text: day }
    })

function safe(emission: Emission, text: string): Computed {
  const value = emission.local('micros', text)
  emission.checkSafe(value)
  return { text: value }
}

const dateTrunc: Emitter = (emission, call) => {
  const [unitArgument, time] = call.arguments
  if (
    emission.lanes === 'bigint64' ||
    unitArgument?.kind !== 'BoundLiteral' ||
    typeof unitArgument.value !== 'string' ||
    time === undefined
  )
    return null
  const given = unitArgument.value.toLowerCase()
  const unit = own(UNIT_NAMES, given) ?? given
  const fixed = own(FIXED_UNITS, unit)
  const start = own(STARTS, unit)
  const byZone = fixed === undefined || unit === 'minute' || unit === 'hour'
  if ((fixed === undefined && start === undefined) || (byZone && !emission.fixedZone)) return null
  return emission.strict([time], call.type, ([value]) => {
    const micros = emission.text(value as Value)
    if (!byZone) return safe(emission, `Math.floor(${micros} / ${fixed}) * ${fixed}`)
    const local = localText(emission, micros)
    const cut =
      start === undefined
        ? `Math.floor(${local} / ${fixed}) * ${fixed}`
        : `${emission.code.hoist(daysOf.remembering(start))}(Math.floor(${local} / ${DAY})) * ${DAY}`
    return safe(emission, `${cut} - ${zoneOffset(emission)}`)
  })
}

/** Days and weeks are of equal length where the offset never changes; months are left to the kernel. */
const timestampAdd: Emitter = (emission, call) => {
  const [unitArgument, amount, time] = call.arguments
  if (emission.lanes === 'bigint64' || unitArgument?.kind !== 'BoundLiteral' || typeof unitArgument.value !== 'string') return null
  if (amount === undefined || time === undefined) return null
  const unit = unitArgument.value.toLowerCase()
  const fixed = own(FIXED_UNITS, unit)
  const days = emission.fixedZone ? own({ day: 1, week: 7 }, unit) : undefined
  if (fixed === undefined && days === undefined) return null
  return emission.strict([amount, time], call.type, (values) => {
    const [count = '', micros = ''] = texts(emission, values)
    if (fixed === undefined) emission.add(`if (${count} > 10000000 || ${count} < -10000000) ${emission.raise}`)
    const added = safe(emission, `${count} * ${fixed ?? (days ?? 0) * DAY} + 0`)
    return safe(emission, `${micros} + ${added.text}`)
  })
}

const scaled = (factor: number): Emitter => narrow((emission, _, value = '') => safe(emission, `${value} * ${factor}`))
const floored = (divisor: number): Emitter => narrow((_emission, _, micros = '') => ({ text: `Math.floor(${micros} / ${divisor})` }))

/** A timestamp beyond the safe integers is checked on bigint64 lanes; within them it is in the calendar. */
const timestampSeconds: Emitter = (emission, call) => {
  if (emission.lanes === 'bigint64') return null
  if (call.arguments[0]?.type.kind !== 'double') return scaled(1_000_000)(emission, call)
  return emission.strict(call.arguments, call.type, ([value]) => {
    const seconds = emission.text(value as Value)
    const isNull = emission.local('isNull', `!(${seconds} - ${seconds} === 0)`)
    return { ...safe(emission, `${isNull} ? 0 : Math.trunc(${seconds} * 1000000) + 0`), isNull }
  })
}

const currentTimestamp: Emitter = (emission, call) => {
  if (emission.lanes === 'bigint64') return emission.strict([], call.type, () => ({ text: 'context.batchTimeMicros' }))
  const now = emission.once('now', 'Number(context.batchTimeMicros)')
  return emission.strict([], call.type, () => safe(emission, now))
}

export const timeEmitters: Readonly<Record<string, Emitter>> = {
  year: datePart(daysOf.yearOf),
  quarter: datePart(daysOf.quarterOf),
  month: datePart(daysOf.monthOf),
  dayofmonth: datePart(daysOf.dayOfMonth),
  dayofweek: datePart(daysOf.dayOfWeek),
  dayofyear: datePart(daysOf.dayOfYear),
  weekofyear: datePart(daysOf.isoWeek),
  hour: timePart(3_600_000_000, 24),
  minute: timePart(60_000_000, 60),
  second: timePart(1_000_000, 60),
  date_add: moved('+'),
  date_sub: moved('-'),
  datediff: (emission, call) =>
    emission.strict(call.arguments, call.type, (values) => {
      const [end = '', start = ''] = texts(emission, values)
      return { text: `${end} - ${start}` }
    }),
  date_trunc: dateTrunc,
  timestampadd: timestampAdd,
  unix_seconds: floored(1_000_000),
  unix_millis: floored(1000),
  unix_micros: (emission, call) => emission.strict(call.arguments, call.type, ([micros]) => ({ text: emission.text(micros as Value) })),
  timestamp_seconds: timestampSeconds,
  timestamp_millis: scaled(1000),
  timestamp_micros: narrow((_emission, _, value = '') => ({ text: value })),
  current_timestamp: currentTimestamp,
}
