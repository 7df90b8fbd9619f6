/**
 * The one runtime class behind all column types (types/columns.ts): it wraps an expression of the plan. Nothing is checked here beyond what a method needs;
 * the analyzer checks names and types when the column is used.
 */
import {
  bigintType,
  binaryType,
  booleanType,
  type DataType,
  dateType,
  doubleType,
  intType,
  longType,
  nullType,
  stringType,
  timestampType,
} from '../data/data-type.ts'
import { type Datum, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN } from '../data/datum.ts'
import { parseType } from '../data/ddl-parser.ts'
import { LocalDate } from '../data/local-date.ts'
import { microsOf } from '../data/timestamp.ts'
import { MillraceError } from '../error.ts'
import { sqlText } from '../plan/analysis/naming.ts'
import {
  AliasNode,
  CastNode,
  type Expression,
  LiteralNode,
  UnresolvedAttributeNode,
  UnresolvedExtractValueNode,
  UnresolvedFunctionNode,
} from '../plan/expressions/expression.ts'
import { intervalMicros } from '../plan/interval.ts'
import { type FixedInterval, intervalText } from './interval.ts'

/** A column of a plan. Made by `col`, `lit`, the functions, and callbacks; never by `new`. */
export class ColumnExpression {
  readonly expression: Expression
  /** Marks columns by name for the compiler; it has no meaning at run time. */
  readonly free = true

  constructor(expression: Expression) {
    this.expression = expression
  }

  /** JavaScript's operators see no columns: `r.price + 1` would be a text, `r.price > 3` a value of no meaning. Only a text was surely meant as one. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    throw new MillraceError(
      'NOT_A_COLUMN',
      `The column '${sqlText(this.expression)}' stands beside an operator of JavaScript, which sees no columns.`,
      {
        hint: 'Columns are computed and compared by their methods: r.price.mul(2), r.price.gt(3), r.user.eq(…). A function on rows goes to mapRows, filterRows or flatMapRows.',
        details: { column: sqlText(this.expression) },
      },
    )
  }
  toString(): string {
    return `Column<'${sqlText(this.expression)}'>`
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  alias(name: string): ColumnExpression {
    if (typeof name !== 'string' || name === '')
      throw new MillraceError('INVALID_ARGUMENT', 'alias: a name must be a text that is not empty.')
    return new ColumnExpression(AliasNode.create(this.expression, name))
  }
  field(name: string): ColumnExpression {
    return new ColumnExpression(UnresolvedExtractValueNode.create(this.expression, name))
  }
  cast(to: string): ColumnExpression {
    return new ColumnExpression(CastNode.create(this.expression, castType(to)))
  }
  tryCast(to: string): ColumnExpression {
    return new ColumnExpression(CastNode.create(this.expression, castType(to), 'try'))
  }

  eq(other: unknown): ColumnExpression {
    return this.#call('=', other)
  }
  neq(other: unknown): ColumnExpression {
    return this.#call('!=', other)
  }
  eqNullSafe(other: unknown): ColumnExpression {
    return this.#call('<=>', other)
  }
  gt(other: unknown): ColumnExpression {
    return this.#call('>', other)
  }
  ge(other: unknown): ColumnExpression {
    return this.#call('>=', other)
  }
  lt(other: unknown): ColumnExpression {
    return this.#call('<', other)
  }
  le(other: unknown): ColumnExpression {
    return this.#call('<=', other)
  }
  between(from: unknown, to: unknown): ColumnExpression {
    return this.ge(from).and(this.le(to))
  }
  isNull(): ColumnExpression {
    return this.#call('isnull')
  }
  isNotNull(): ColumnExpression {
    return this.#call('isnotnull')
  }
  isIn(values: readonly unknown[]): ColumnExpression {
    if (!Array.isArray(values) || values.length === 0)
      throw new MillraceError('INVALID_ARGUMENT', 'isIn: it takes a list of at least one value.')
    return this.#call('in', ...values)
  }

  add(other: unknown): ColumnExpression {
    return this.#call('+', other)
  }
  sub(other: unknown): ColumnExpression {
    return this.#call('-', other)
  }
  mul(other: unknown): ColumnExpression {
    return this.#call('*', other)
  }
  div(other: unknown): ColumnExpression {
    return this.#call('/', other)
  }
  mod(other: unknown): ColumnExpression {
    return this.#call('%', other)
  }
  negate(): ColumnExpression {
    return this.#call('negative')
  }

  and(other: unknown): ColumnExpression {
    return this.#call('and', other)
  }
  or(other: unknown): ColumnExpression {
    return this.#call('or', other)
  }
  not(): ColumnExpression {
    return this.#call('not')
  }

  startsWith(prefix: unknown): ColumnExpression {
    return this.#call('startswith', prefix)
  }
  endsWith(suffix: unknown): ColumnExpression {
    return this.#call('endswith', suffix)
  }
  contains(part: unknown): ColumnExpression {
    return this.#call('contains', part)
  }
  like(pattern: unknown): ColumnExpression {
    return this.#call('like', pattern)
  }
  rlike(pattern: unknown): ColumnExpression {
    return this.#call('rlike', pattern)
  }
  substr(position: unknown, ...length: readonly unknown[]): ColumnExpression {
    return this.#call('substring', position, ...length)
  }
  upper(): ColumnExpression {
    return this.#call('upper')
  }
  lower(): ColumnExpression {
    return this.#call('lower')
  }
  trim(): ColumnExpression {
    return this.#call('trim')
  }
  length(): ColumnExpression {
    return this.#call('length')
  }

  plus(by: FixedInterval): ColumnExpression {
    return this.#shift(intervalMicros(intervalText(by)))
  }
  minus(by: FixedInterval): ColumnExpression {
    return this.#shift(-intervalMicros(intervalText(by)))
  }

  #call(name: string, ...others: readonly unknown[]): ColumnExpression {
    return callOf(name, [this, ...others])
  }
  #shift(micros: bigint): ColumnExpression {
    const unit = new ColumnExpression(LiteralNode.create('microsecond', stringType))
    return callOf('timestampadd', [unit, new ColumnExpression(LiteralNode.create(micros, longType)), this])
  }
}

/** A call of a function; what is no column becomes a literal. */
export function callOf(name: string, args: readonly unknown[]): ColumnExpression {
  return new ColumnExpression(UnresolvedFunctionNode.create(name, args.map(expressionOf)))
}

export function expressionOf(value: unknown): Expression {
  return value instanceof ColumnExpression ? value.expression : literal(value)
}

/** The column that a string names or that is given. */
export function columnOf(value: unknown): ColumnExpression {
  return typeof value === 'string' ? new ColumnExpression(UnresolvedAttributeNode.create(value)) : new ColumnExpression(expressionOf(value))
}

/** Whole numbers are int or bigint by their size, all others double. */
export function literal(value: unknown): LiteralNode {
  const make = (datum: Datum, type: DataType): LiteralNode => LiteralNode.create(datum, type)
  if (value === null) return make(null, nullType)
  if (typeof value === 'boolean') return make(value, booleanType)
  if (typeof value === 'string') return make(value, stringType)
  if (typeof value === 'number') return numberLiteral(value)
  if (typeof value === 'bigint' && value >= LONG_MIN && value <= LONG_MAX) return make(value, bigintType)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return make(microsOf(value), timestampType)
  if (value instanceof LocalDate) return make(value.toDays(), dateType)
  if (value instanceof Uint8Array) return make(value, binaryType)
  throw new MillraceError('NOT_A_COLUMN', `A column or a value was expected, and there is ${describe(value)}.`, {
    hint: 'Values are null, booleans, numbers, bigints of 64 bits, texts, Dates, LocalDates and Uint8Arrays.',
  })
}

function numberLiteral(value: number): LiteralNode {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return LiteralNode.create(value, doubleType)
  return value >= INT_MIN && value <= INT_MAX ? LiteralNode.create(value, intType) : LiteralNode.create(BigInt(value), longType)
}

/** What a value is, for messages. */
export function describe(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value === 'function') return 'a function'
  if (value instanceof Promise) return 'a promise'
  if (value instanceof ColumnExpression) return 'a column'
  if (value === null) return 'null'
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : `an object (${className(value)})`
  return typeof value === 'string' ? `the text '${value}'` : `the ${typeof value} ${String(value)}`
}

function className(value: object): string {
  const tag: unknown = Reflect.get(value, Symbol.toStringTag)
  return typeof tag === 'string' ? tag : (value.constructor?.name ?? 'without a class')
}

function castType(name: string): DataType {
  return name === 'bigint' ? bigintType : parseType(name)
}
