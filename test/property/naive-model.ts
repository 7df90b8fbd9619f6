/**
 * The naive model: what a query means, row at a time, over plain JavaScript values, written apart from the engine (it imports only node types).
 * Slow and obvious on purpose. Where it and the engine differ, one of them is wrong.
 *
 * Values: boolean, number (int, double), bigint (long, timestamp in µs), string, null. A row is an object by column name.
 */
import type { Expression } from '../../src/plan/expressions/expression.ts'

export type Value = null | boolean | number | bigint | string
export type Row = Readonly<Record<string, Value>>
/** What an ANSI error is to the model: its code. */
export class ModelError extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

const LONG_MAX = 2n ** 63n - 1n
const LONG_MIN = -(2n ** 63n)
const checkedInt = (value: number): number => {
  if (value > 2147483647 || value < -2147483648) throw new ModelError('ARITHMETIC_OVERFLOW')
  return value
}
const checkedLong = (value: bigint): bigint => {
  if (value > LONG_MAX || value < LONG_MIN) throw new ModelError('ARITHMETIC_OVERFLOW')
  return value
}

/** Kinds as the generators declare them; the model does no inference of its own beyond int + long = long, anything + double = double. */
export type Kind = 'int' | 'long' | 'double' | 'string' | 'boolean' | 'timestamp'
export type Kinds = Readonly<Record<string, Kind>>

export function kindOf(expression: Expression, kinds: Kinds): Kind {
  switch (expression.kind) {
    case 'Literal':
      return expression.type.kind as Kind
    case 'UnresolvedAttribute':
      return kinds[expression.name] as Kind
    case 'Alias':
      return kindOf(expression.child, kinds)
    case 'Cast':
      return expression.to.kind as Kind
    case 'UnresolvedFunction': {
      const args = expression.arguments.map((argument) => kindOf(argument, kinds))
      switch (expression.name) {
        case '+':
        case '-':
        case '*':
          return widest(args[0] as Kind, args[1] as Kind)
        case '/':
          return 'double'
        case 'negative':
          return args[0] as Kind
        case 'coalesce':
          return args.reduce((a, b) => widest(a, b))
        case 'when':
          return args.length === 2 ? (args[1] as Kind) : widest(args[1] as Kind, args[2] as Kind)
        case 'length':
          return 'int'
        case 'upper':
          return 'string'
        default:
          return 'boolean'
      }
    }
    default:
      throw new Error(`the model does not know ${expression.kind}`)
  }
}
function widest(a: Kind, b: Kind): Kind {
  if (a === b) return a
  return a === 'double' || b === 'double' ? 'double' : 'long'
}
function widen(value: Value, from: Kind, to: Kind): Value {
  if (value === null || from === to) return value
  if (to === 'double') return Number(value)
  return BigInt(value as number)
}

export function evaluate(expression: Expression, row: Row, kinds: Kinds): Value {
  switch (expression.kind) {
    case 'Literal':
      return expression.value as Value
    case 'UnresolvedAttribute':
      return row[expression.name] as Value
    case 'Alias':
      return evaluate(expression.child, row, kinds)
    case 'UnresolvedFunction':
      return call(expression.name, expression.arguments, row, kinds)
    default:
      throw new Error(`the model does not know ${expression.kind}`)
  }
}

function call(name: string, args: readonly Expression[], row: Row, kinds: Kinds): Value {
  const value = (index: number): Value => evaluate(args[index] as Expression, row, kinds)
  const kind = (index: number): Kind => kindOf(args[index] as Expression, kinds)
  switch (name) {
    case 'and': {
      const left = value(0)
      if (left === false) return false
      const right = value(1)
      if (right === false) return false
      return left === null || right === null ? null : true
    }
    case 'or': {
      const left = value(0)
      if (left === true) return true
      const right = value(1)
      if (right === true) return true
      return left === null || right === null ? null : false
    }
    case 'not': {
      const operand = value(0)
      return operand === null ? null : !operand
    }
    case 'isnull':
      return value(0) === null
    case 'isnotnull':
      return value(0) !== null
    case 'coalesce': {
      const to = args.map((_, index) => kind(index)).reduce(widest)
      for (let index = 0; index < args.length; index++) {
        const one = value(index)
        if (one !== null) return widen(one, kind(index), to)
      }
      return null
    }
    case 'when': {
      const to = args.length === 2 ? kind(1) : widest(kind(1), kind(2))
      if (value(0) === true) return widen(value(1), kind(1), to)
      return args.length === 2 ? null : widen(value(2), kind(2), to)
    }
    default:
      return strict(
        name,
        upToNull(name, args.length, value),
        args.map((_, index) => kind(index)),
      )
  }
}

/** As in Spark, what stands after a null is not evaluated, and so raises nothing. */
function upToNull(name: string, count: number, value: (index: number) => Value): Value[] {
  const values: Value[] = []
  for (let index = 0; index < count && (name === '<=>' || !values.includes(null)); index++) values.push(value(index))
  return values
}

function strict(name: string, values: readonly Value[], kinds: readonly Kind[]): Value {
  if (name === '<=>') return values[0] === null || values[1] === null ? values[0] === values[1] : ordered(values, kinds) === 0
  if (values.includes(null)) return null
  switch (name) {
    case '+':
    case '-':
    case '*':
      return arithmetic(name, values, kinds)
    case '/': {
      const [a, b] = [Number(values[0]), Number(values[1])]
      if (b === 0) throw new ModelError('DIVIDE_BY_ZERO')
      return a / b
    }
    case 'negative':
      if (kinds[0] === 'long') return checkedLong(-(values[0] as bigint))
      return kinds[0] === 'int' ? checkedInt(0 - (values[0] as number)) : -(values[0] as number)
    case '=':
      return ordered(values, kinds) === 0
    case '!=':
      return ordered(values, kinds) !== 0
    case '<':
      return ordered(values, kinds) < 0
    case '<=':
      return ordered(values, kinds) <= 0
    case '>':
      return ordered(values, kinds) > 0
    case '>=':
      return ordered(values, kinds) >= 0
    case 'upper':
      return (values[0] as string).toUpperCase()
    case 'length':
      return [...(values[0] as string)].length
    default:
      throw new Error(`the model does not know ${name}`)
  }
}

function arithmetic(name: string, values: readonly Value[], kinds: readonly Kind[]): Value {
  const to = widest(kinds[0] as Kind, kinds[1] as Kind)
  const a = widen(values[0] as Value, kinds[0] as Kind, to)
  const b = widen(values[1] as Value, kinds[1] as Kind, to)
  if (to === 'long') {
    const [x, y] = [a as bigint, b as bigint]
    return checkedLong(name === '+' ? x + y : name === '-' ? x - y : x * y)
  }
  const [x, y] = [a as number, b as number]
  const result = name === '+' ? x + y : name === '-' ? x - y : x * y
  // A product of two 32-bit integers can pass 2^53, but then it is far outside an int anyway; + 0 takes away the sign of -0, which an int does not have.
  return to === 'int' ? checkedInt(result) + 0 : result
}

const ordered = (values: readonly Value[], kinds: readonly Kind[]): number => {
  const to = kinds[0] === kinds[1] ? (kinds[0] as Kind) : widest(kinds[0] as Kind, kinds[1] as Kind)
  return compare(widen(values[0] as Value, kinds[0] as Kind, to), widen(values[1] as Value, kinds[1] as Kind, to))
}

/** Spark's order of two values that are not null: NaN is equal to itself and greatest, −0 is 0, strings by their UTF-8 bytes. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
    if (Number.isNaN(b)) return -1
    return a === b ? 0 : a < b ? -1 : 1
  }
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a === b ? 0 : (a as bigint) < (b as bigint) ? -1 : 1
}

// ── grouping and aggregates
/** One text per group: −0 is 0, all NaN are one, null is a value of its own. */
export function groupKey(values: readonly Value[]): string {
  return JSON.stringify(
    values.map((value) =>
      value === null ? null : typeof value === 'number' ? `n${Object.is(value, -0) ? 0 : value}` : `${typeof value}:${value}`,
    ),
  )
}

export type AggregateName = 'count' | 'sum' | 'avg' | 'min' | 'max'
/** The aggregate over the values of a group, in any order. `count` counts what is not null. */
export function aggregate(name: AggregateName, kind: Kind, values: readonly Value[]): Value {
  const present = values.filter((value) => value !== null)
  if (name === 'count') return BigInt(present.length)
  if (present.length === 0) return null
  switch (name) {
    case 'sum':
      if (kind === 'double') return present.reduce<number>((sum, value) => sum + (value as number), 0)
      return checkedLong(present.reduce<bigint>((sum, value) => sum + BigInt(value as number | bigint), 0n))
    case 'avg':
      return present.reduce<number>((sum, value) => sum + Number(value), 0) / present.length
    case 'min':
      return present.reduce((best, value) => (compare(value, best) < 0 ? value : best))
    case 'max':
      return present.reduce((best, value) => (compare(value, best) > 0 ? value : best))
  }
}

// ── windows
export interface Window {
  readonly start: bigint
  readonly end: bigint
}
/** Every window [start, start + size) that holds `time`, where starts are `offset` plus whole multiples of `slide`: found by stepping, not by formula. */
export function windowsOf(time: bigint, size: bigint, slide: bigint, offset: bigint): Window[] {
  let start = ((time - offset) / slide) * slide + offset + 2n * slide
  const found: Window[] = []
  for (; start > time - size; start -= slide) if (start <= time && time < start + size) found.unshift({ start, end: start + size })
  return found
}

/** Sessions over the times of one key: sorted, split where the distance to the time before is more than the gap. */
export function sessionsOf(times: readonly bigint[], gap: bigint): { readonly window: Window; readonly times: readonly bigint[] }[] {
  const sorted = [...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const sessions: { start: bigint; last: bigint; times: bigint[] }[] = []
  for (const time of sorted) {
    const open = sessions.at(-1)
    if (open !== undefined && time - open.last <= gap) {
      open.last = time
      open.times.push(time)
    } else sessions.push({ start: time, last: time, times: [time] })
  }
  return sessions.map(({ start, last, times: of }) => ({ window: { start, end: last + gap }, times: of }))
}

// ── watermarks, epoch by epoch
export interface ModelEvent {
  readonly partition: string
  readonly time: bigint | null
}
/**
 * What the watermark is when each epoch begins, under partitionMin (no partition is ever idle): the least, over all partitions, of the greatest time seen
 * before that epoch minus the delay; null while a partition has shown no time.
 */
export function watermarksPartitionMin(
  epochs: readonly (readonly ModelEvent[])[],
  partitions: readonly string[],
  delay: bigint,
): (bigint | null)[] {
  const greatest = new Map<string, bigint>()
  const result: (bigint | null)[] = []
  for (const epoch of epochs) {
    result.push(
      minimumOf(
        partitions.map((partition) => greatest.get(partition)),
        delay,
      ),
    )
    for (const { partition, time } of epoch)
      if (time !== null && time > (greatest.get(partition) ?? time - 1n)) greatest.set(partition, time)
  }
  result.push(
    minimumOf(
      partitions.map((partition) => greatest.get(partition)),
      delay,
    ),
  )
  return result
}
function minimumOf(values: readonly (bigint | undefined)[], delay: bigint): bigint | null {
  let least: bigint | null = null
  for (const value of values) {
    if (value === undefined) return null
    if (least === null || value - delay < least) least = value - delay
  }
  return least
}
