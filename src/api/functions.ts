/**
 * The functions of the language, as Spark names them in camel case. In arguments a string names a column; in methods of columns it is a text. What a value
 * may be beside a column says each signature; `lit` makes a column of any value. One entry per signature of plan/functions, which a test holds true.
 */

import { intType, stringType } from '../data/data-type.ts'
import type { LocalDate } from '../data/local-date.ts'
import type { Timestamp } from '../data/timestamp.ts'
import { LiteralNode } from '../plan/expressions/expression.ts'
import { nameFrom } from './callbacks.ts'
import { ColumnExpression, callOf, columnOf, literal } from './column.ts'
import { type FixedInterval, intervalText } from './interval.ts'
import type {
  Aggregated,
  AnyArg,
  Arg,
  CaseColumn,
  ColumnKind,
  Counted,
  NumberArg,
  Operand,
  Scalar,
  TextArg,
  TimeArg,
  Windowed,
} from './types/calls.ts'
import type { AnyColumn, ColumnOf, Free, FreeColumn, KindOf, Numeric, ReqOf, TermOf, Wide } from './types/columns.ts'
import type { LastPart, Needs, Value, Window } from './types/rows.ts'
import type { Ops, Ref } from './types/terms.ts'

export * from './random-functions.ts'

type Text = string | null
type Time = Date | null

/** The runtime column as the compiler sees it. */
const typed = (column: ColumnExpression): never => column as never
const call = (name: string, ...args: readonly unknown[]): never => typed(callOf(name, args))
/** Strings among the arguments are names. */
const byName = (name: string, ...args: readonly unknown[]): never => typed(callOf(name, args.map(columnOf)))
const constant = (text: string): ColumnExpression => new ColumnExpression(LiteralNode.create(text, stringType))

/**
 * The column of this name; `a.b` is the field b of the struct a.
 *
 * @example
 * ```ts
 * import { col } from 'millrace'
 *
 * const gross = col('price').mul(col('quantity')).alias('gross')
 * console.log(typeof gross) // object
 * ```
 */
export function col<const N extends string>(
  name: N,
): string extends N ? ReturnType<typeof JSON.parse> : FreeColumn<Needs<N>, Ref<N>, 'row', LastPart<N>> {
  return typed(columnOf(nameFrom('col', name)))
}
/** A constant: whole numbers are int or bigint by their size, other numbers double, Dates timestamps. Throws NOT_A_COLUMN for what no column can hold. */
export function lit<const T extends Value>(value: T): ColumnOf<Wide<T> | (null extends T ? null : never), never> {
  return typed(new ColumnExpression(literal(value)))
}

// ── choosing
/** The value where the condition is true; more branches by `.when(…)`, the value for everything else by `.otherwise(…)`, else null. */
export function when<C extends AnyColumn, V extends Operand>(
  condition: C,
  value: V,
): CaseColumn<ReqOf<C, boolean | null> & ReqOf<V, Value>, [TermOf<V>], Exclude<ColumnKind<C> | ColumnKind<V>, never>> {
  return typed(new CaseExpression([condition, value]))
}
/** The first argument that is not null. */
export function coalesce<const A extends readonly (Operand | string)[]>(...args: A): Scalar<'coalesce', A, Value> {
  return byName('coalesce', ...args)
}
/** Null where both are equal, else the first. */
export function nullif<const A extends Operand | string, const B extends Operand>(first: A, second: B): Scalar<'maybe', [A], Value> {
  return typed(callOf('nullif', [columnOf(first), second]))
}
/** The second argument where the condition is true, else the third. In Spark's SQL it is called `if`. */
export function iff<C extends AnyColumn, const A extends readonly [Operand, Operand]>(
  condition: C,
  ...branches: A
): Scalar<'choice', A, Value> {
  return call('if', condition, ...branches)
}
/** The greatest of the arguments; nulls are skipped. */
export function greatest<const A extends readonly (Operand | string)[]>(...args: A): Scalar<'coalesce', A, Value> {
  return byName('greatest', ...args)
}
/** The least of the arguments; nulls are skipped. */
export function least<const A extends readonly (Operand | string)[]>(...args: A): Scalar<'coalesce', A, Value> {
  return byName('least', ...args)
}

// ── one argument
type Unary<F extends keyof Ops<never>, V> = <const A extends Arg<V>>(value: A) => Scalar<F, [A], V>
const unary =
  <F extends keyof Ops<never>, V>(name: string): Unary<F, V> =>
  (value) =>
    byName(name, value)

/** Whether the value is null. */
export const isnull = <const A extends AnyArg>(value: A): Scalar<'test', [A], Value> => byName('isnull', value)
/** Whether the value is not null. */
export const isnotnull = <const A extends AnyArg>(value: A): Scalar<'test', [A], Value> => byName('isnotnull', value)
/** Whether the double is NaN; false for null. */
export const isnan: Unary<'test', Numeric> = unary('isnan')
/** The opposite; null stays null. */
export const not: Unary<'boolean', boolean | null> = unary('not')

/** The number without its sign. The least int or bigint raises ARITHMETIC_OVERFLOW. */
export const abs: Unary<'arith', Numeric> = unary('abs')
/** The number with its sign turned. */
export const negative: Unary<'arith', Numeric> = unary('negative')
/** The least whole number that is not below. */
export const ceil: Unary<'integer', Numeric> = unary('ceil')
/** The greatest whole number that is not above. */
export const floor: Unary<'integer', Numeric> = unary('floor')
/** Rounds half up to `scale` decimal places (default 0). */
export const round = <const A extends NumberArg>(value: A, scale = 0): Scalar<'arith', [A], Numeric> =>
  typed(callOf('round', [columnOf(value), new ColumnExpression(LiteralNode.create(scale, intType))]))
/** The square root; NaN for negative numbers. */
export const sqrt: Unary<'number', Numeric> = unary('sqrt')
/** Euler's number to the power. */
export const exp: Unary<'number', Numeric> = unary('exp')
/** The natural logarithm; null for zero and negative numbers, as in Spark. */
export const ln: Unary<'maybe', Numeric> = unary('ln')
/** −1, 0 or 1 by the sign. */
export const signum: Unary<'number', Numeric> = unary('signum')
/** The power, as a double. */
export const pow = <const A extends NumberArg, const B extends NumberArg | number>(
  base: A,
  exponent: B,
): Scalar<'number', [A, B], Numeric> => byName('pow', base, exponent)
/** The remainder made positive. */
export const pmod = <const A extends NumberArg, const B extends NumberArg | number>(
  value: A,
  divisor: B,
): Scalar<'arith', [A, B], Numeric> => byName('pmod', value, divisor)

// ── texts
/** The text in upper case. */
export const upper: Unary<'text', Text> = unary('upper')
/** The text in lower case. */
export const lower: Unary<'text', Text> = unary('lower')
/** The first letter of each word in upper case, the others in lower case. */
export const initcap: Unary<'text', Text> = unary('initcap')
/** The number of code points of a text, or of bytes of a binary. */
export const length: Unary<'number', Text | Uint8Array> = unary('length')
/** Without spaces at both ends. */
export const trim: Unary<'text', Text> = unary('trim')
/** Without spaces at the beginning. */
export const ltrim: Unary<'text', Text> = unary('ltrim')
/** Without spaces at the end. */
export const rtrim: Unary<'text', Text> = unary('rtrim')
/** The characters in reverse order. */
export const reverse: Unary<'text', Text> = unary('reverse')
/** The part from a position (1 is the first, −1 the last), as long as asked. */
export const substring = <const A extends TextArg>(text: A, position: number, size?: number): Scalar<'text', [A], Text> =>
  typed(callOf('substring', [columnOf(text), position, ...(size === undefined ? [] : [size])]))
/** The texts one after the other; null where one is null. */
export const concat = <const A extends readonly TextArg[]>(...texts: A): Scalar<'text', A, Text> => byName('concat', ...texts)
/** The texts with a separator between them; nulls are left out. */
export const concatWs = <const A extends readonly TextArg[]>(separator: string, ...texts: A): Scalar<'text', A, Text> =>
  byName('concat_ws', constant(separator), ...texts)
/** Whether the text has the part. */
export const contains = <const A extends TextArg>(text: A, part: string): Scalar<'boolean', [A], Text> => textCall('contains', text, part)
/** Whether the text begins so. */
export const startswith = <const A extends TextArg>(text: A, prefix: string): Scalar<'boolean', [A], Text> =>
  textCall('startswith', text, prefix)
/** Whether the text ends so. */
export const endswith = <const A extends TextArg>(text: A, suffix: string): Scalar<'boolean', [A], Text> =>
  textCall('endswith', text, suffix)
/** Whether the whole text fits the pattern: `%` is any text, `_` one character. */
export const like = <const A extends TextArg>(text: A, pattern: string): Scalar<'boolean', [A], Text> => textCall('like', text, pattern)
/** Whether a part of the text matches the regular expression (JavaScript's syntax). */
export const rlike = <const A extends TextArg>(text: A, pattern: string): Scalar<'boolean', [A], Text> => textCall('rlike', text, pattern)
/** What the group of the first match holds; an empty text without a match. */
export const regexpExtract = <const A extends TextArg>(text: A, pattern: string, group = 1): Scalar<'text', [A], Text> =>
  typed(callOf('regexp_extract', [columnOf(text), pattern, group]))
/** All matches replaced; `$1` stands for a group. */
export const regexpReplace = <const A extends TextArg>(text: A, pattern: string, replacement: string): Scalar<'text', [A], Text> =>
  textCall('regexp_replace', text, pattern, replacement)
/** All occurrences of a text replaced. */
export const replace = <const A extends TextArg>(text: A, part: string, replacement: string): Scalar<'text', [A], Text> =>
  textCall('replace', text, part, replacement)
/** The position of the part, from 1; 0 where it is not there. */
export const instr = <const A extends TextArg>(text: A, part: string): Scalar<'number', [A], Text> => textCall('instr', text, part)
/** Filled up on the left, or cut, to the length. */
export const lpad = <const A extends TextArg>(text: A, size: number, fill = ' '): Scalar<'text', [A], Text> =>
  textCall('lpad', text, size, fill)
/** Filled up on the right, or cut, to the length. */
export const rpad = <const A extends TextArg>(text: A, size: number, fill = ' '): Scalar<'text', [A], Text> =>
  textCall('rpad', text, size, fill)
/** The text so many times. */
export const repeat = <const A extends TextArg>(text: A, times: number): Scalar<'text', [A], Text> => textCall('repeat', text, times)
const textCall = (name: string, text: unknown, ...values: readonly unknown[]): never => typed(callOf(name, [columnOf(text), ...values]))

// ── times
/** The year. */
export const year: Unary<'number', Time | LocalDate> = unary('year')
/** The quarter, 1 to 4. */
export const quarter: Unary<'number', Time | LocalDate> = unary('quarter')
/** The month, 1 to 12. */
export const month: Unary<'number', Time | LocalDate> = unary('month')
/** The day of the month. */
export const dayofmonth: Unary<'number', Time | LocalDate> = unary('dayofmonth')
/** The day of the week, 1 (Sunday) to 7. */
export const dayofweek: Unary<'number', Time | LocalDate> = unary('dayofweek')
/** The day of the year. */
export const dayofyear: Unary<'number', Time | LocalDate> = unary('dayofyear')
/** The ISO week of the year. */
export const weekofyear: Unary<'number', Time | LocalDate> = unary('weekofyear')
/** The hour, 0 to 23, in the session's time zone. */
export const hour: Unary<'number', Time> = unary('hour')
/** The minute. */
export const minute: Unary<'number', Time> = unary('minute')
/** The second. */
export const second: Unary<'number', Time> = unary('second')
/** The date so many days later. */
export const dateAdd = <const A extends Arg<LocalDate | Time>>(date: A, days: number): Scalar<'date', [A], LocalDate | Time> =>
  textCall('date_add', date, days)
/** The date so many days earlier. */
export const dateSub = <const A extends Arg<LocalDate | Time>>(date: A, days: number): Scalar<'date', [A], LocalDate | Time> =>
  textCall('date_sub', date, days)
/** The days from the start to the end. */
export const datediff = <const A extends Arg<LocalDate | Time>, const B extends Arg<LocalDate | Time>>(
  end: A,
  start: B,
): Scalar<'number', [A, B], LocalDate | Time> => byName('datediff', end, start)
export type TimeUnit = 'microsecond' | 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'
/** The timestamp cut down to a unit, in the session's time zone. */
export const dateTrunc = <const A extends TimeArg>(unit: TimeUnit, time: A): Scalar<'timestamp', [A], Time> =>
  byName('date_trunc', constant(unit), time)
/** The timestamp so many units later; days and longer follow the calendar of the session's time zone. */
export const timestampadd = <const A extends TimeArg>(unit: TimeUnit, amount: number, time: A): Scalar<'timestamp', [A], Time> =>
  byName('timestampadd', constant(unit), amount, time)
/** The text as a timestamp, as cast does it. */
export const toTimestamp: Unary<'timestamp', Text> = unary('to_timestamp')
/** The text as a date, as cast does it. */
export const toDate: Unary<'date', Text> = unary('to_date')
/** Whole seconds since 1970-01-01T00:00:00Z, rounded down. */
export const unixSeconds: Unary<'number', Time> = unary('unix_seconds')
/** Whole milliseconds since 1970-01-01T00:00:00Z, rounded down. */
export const unixMillis: Unary<'number', Time> = unary('unix_millis')
/** Microseconds since 1970-01-01T00:00:00Z. */
export const unixMicros: Unary<'number', Time> = unary('unix_micros')
/** The timestamp so many seconds after 1970-01-01T00:00:00Z; a double may have a fraction. */
export const timestampSeconds: Unary<'timestamp', Numeric> = unary('timestamp_seconds')
/** The timestamp so many milliseconds after 1970-01-01T00:00:00Z. */
export const timestampMillis: Unary<'timestamp', Numeric> = unary('timestamp_millis')
/** The timestamp so many microseconds after 1970-01-01T00:00:00Z. */
export const timestampMicros: Unary<'timestamp', Numeric> = unary('timestamp_micros')
/** The time at which the epoch began; the same in all rows of it, and on replay. */
export const currentTimestamp = (): ColumnOf<Timestamp, never> => call('current_timestamp')
/** The day on which the epoch began, in the session's time zone. */
export const currentDate = (): ColumnOf<LocalDate, never> => call('current_date')

// ── structs and hashes
/** A struct of the columns, by name. */
export function struct<const F extends { readonly [name: string]: AnyColumn }>(
  fields: F,
): F extends { readonly [name: string]: Free }
  ? FreeColumn<unknown, { -readonly [N in keyof F]: TermOf<F[N]> }, 'row'>
  : ColumnOf<{ -readonly [N in keyof F]: TermOf<F[N]> }, KindOf<F[keyof F]>> {
  return call('named_struct', ...Object.entries(fields).flatMap(([name, column]) => [constant(name), column]))
}
/** Spark's Murmur3 hash of the values, an int. */
export const hash = <const A extends readonly AnyArg[]>(...values: A): Scalar<'whole', A, Value> => byName('hash', ...values)

// ── windows
/**
 * The windows that hold the time: `size` long, one every `slide` (default: the size), moved by `startTime`. Start inclusive, end exclusive.
 *
 * @example
 * ```ts
 * import { window } from 'millrace'
 *
 * const tumbling = window('timestamp', '1 minute')
 * const sliding = window('timestamp', '10 minutes', '5 minutes')
 * console.log(typeof tumbling, typeof sliding) // object object
 * ```
 */
export function window<const A extends TimeArg | Arg<Window>>(
  time: A,
  size: FixedInterval,
  slide?: FixedInterval,
  startTime?: FixedInterval,
): Windowed<A, 'window', Window> {
  const lengths = [size, slide ?? (startTime === undefined ? undefined : size), startTime].filter((one) => one !== undefined)
  return typed(callOf('window', [columnOf(time), ...lengths.map((one) => constant(intervalText(one)))]))
}
/** Sessions: rows of one key belong together while no gap is longer than `gap`. Only as a key of groupBy. */
export function sessionWindow<const A extends TimeArg | Arg<Window>>(time: A, gap: FixedInterval): Windowed<A, 'session_window', Window> {
  return typed(callOf('session_window', [columnOf(time), constant(intervalText(gap))]))
}
/** The event time of a window: its end minus one microsecond. */
export const windowTime: Unary<'timestamp', Window | null> = unary('window_time')

// ── aggregates
/** The number of rows (`count('*')`, `count()`), or of rows in which the column is not null. */
export function count<const A extends string | AnyColumn = '*'>(
  of?: A,
): A extends '*' ? FreeColumn<unknown, number, 'aggregate', 'count(1)'> : Counted<'count', A, Value> {
  return of === undefined || of === '*' ? call('count', 1) : byName('count', of)
}
/** The number of rows in which the condition is true. */
export const countIf = <const A extends Arg<boolean | null, 'row'>>(condition: A): Counted<'count_if', A, boolean | null> =>
  byName('count_if', condition)
/** The sum of what is not null: a bigint in the engine for whole numbers, else a double. */
export const sum = <const A extends Arg<Numeric, 'row'>>(of: A): Aggregated<'arith', 'sum', A, Numeric> => byName('sum', of)
/** The mean of what is not null. */
export const avg = <const A extends Arg<Numeric, 'row'>>(of: A): Aggregated<'mean', 'avg', A, Numeric> => byName('avg', of)
/** The least value that is not null. */
export const min = <const A extends AnyArg<'row'>>(of: A): Aggregated<'same', 'min', A, Value> => byName('min', of)
/** The greatest value that is not null; NaN counts as greatest. */
export const max = <const A extends AnyArg<'row'>>(of: A): Aggregated<'same', 'max', A, Value> => byName('max', of)
/** The value of the first row, in the order of partition and position. */
export const first = <const A extends AnyArg<'row'>>(of: A, options: EdgeOptions = {}): Aggregated<'same', 'first', A, Value> =>
  edge('first', of, options)
/** The value of the last row, in the order of partition and position. */
export const last = <const A extends AnyArg<'row'>>(of: A, options: EdgeOptions = {}): Aggregated<'same', 'last', A, Value> =>
  edge('last', of, options)
export interface EdgeOptions {
  /** Takes the first or last value that is not null. Default false. */
  readonly ignoreNulls?: boolean
}
const edge = (name: string, of: unknown, { ignoreNulls }: EdgeOptions): never =>
  typed(callOf(name, [columnOf(of), ...(ignoreNulls === true ? [true] : [])]))

/** A column that `when` began. */
class CaseExpression extends ColumnExpression {
  readonly #parts: readonly unknown[]
  constructor(parts: readonly unknown[]) {
    super(callOf('when', parts).expression)
    this.#parts = parts
  }
  when(condition: unknown, value: unknown): CaseExpression {
    return new CaseExpression([...this.#parts, condition, value])
  }
  otherwise(value: unknown): ColumnExpression {
    return callOf('when', [...this.#parts, value])
  }
}
