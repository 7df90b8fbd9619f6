/**
 * Random bound expressions over every scalar function and type, and random batches for them in every form of vector. Each way to call a function stands in
 * `ways`; a test holds that no function is missing.
 */
import fc from 'fast-check'
import * as types from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import { resolveCall } from '../../src/plan/analysis/binder.ts'
import { BoundCall, BoundColumn, type BoundExpression, BoundLiteral } from '../../src/plan/expressions/bound-expression.ts'
import { castable } from '../../src/plan/functions/cast.ts'
import { lookUpFunction } from '../../src/plan/functions/registry.ts'
import { datums } from './bound-datums.ts'

const inner = types.structType([types.field('a', types.longType), types.field('b', types.stringType), types.field('c', types.doubleType)])
export const kinds = {
  boolean: types.booleanType,
  int: types.intType,
  long: types.longType,
  double: types.doubleType,
  string: types.stringType,
  binary: types.binaryType,
  timestamp: types.timestampType,
  date: types.dateType,
  struct: inner,
  window: types.structType([types.field('start', types.timestampType), types.field('end', types.timestampType)]),
} as const satisfies Record<string, types.DataType>
export type BoundKind = keyof typeof kinds
export const kindNames = Object.keys(kinds) as readonly BoundKind[]

/** Two columns of each kind. */
export const boundSchema = types.structType(
  kindNames.flatMap((kind) => [types.field(`${kind}1`, kinds[kind]), types.field(`${kind}2`, kinds[kind])]),
)
export const columnsOf = (kind: BoundKind): readonly BoundExpression[] =>
  boundSchema.fields.flatMap((one, index) => (one.type === kinds[kind] ? [BoundColumn.create(index, one.name, one.type, true)] : []))

type Argument = BoundKind | fc.Arbitrary<BoundExpression>
interface Way {
  readonly name: string
  readonly takes: readonly Argument[]
  readonly gives: BoundKind
  /** Of casts: the target. */
  readonly to?: types.DataType
}
const way = (name: string, takes: readonly Argument[], gives: BoundKind): Way => ({ name, takes, gives })
const constant = (value: Datum, type: types.DataType): BoundExpression => BoundLiteral.create(value, type)
const oneOf = (type: types.DataType, ...values: readonly Datum[]): fc.Arbitrary<BoundExpression> =>
  fc.constantFrom(...values).map((value) => constant(value, type))
const literal = (kind: BoundKind): fc.Arbitrary<BoundExpression> => datums(kinds[kind]).map((value) => constant(value, kinds[kind]))
const text = (...values: readonly string[]): fc.Arbitrary<BoundExpression> => oneOf(types.stringType, ...values)
const int = (...values: readonly number[]): fc.Arbitrary<BoundExpression> => oneOf(types.intType, ...values)

const numbers = ['int', 'long', 'double'] as const
const ordered: readonly BoundKind[] = kindNames
const patterns = text('a%', '%b', '%a%', 'ab', '%', '', 'a_', '_%', '\\%', 'é%', '%\uFFFD%', '$', '(')
const expressions = text('a+', '[ab]', '(a)(b)?', '^$', '.', '\\d', '(?i)A', '(')
const units = text('microsecond', 'MILLISECOND', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year')

export const ways: readonly Way[] = [
  ...numbers.flatMap((kind) => [
    ...['+', '-', '*', '%', 'pmod'].map((name) => way(name, [kind, kind], kind)),
    ...['negative', 'abs'].map((name) => way(name, [kind], kind)),
    way('round', [kind], kind),
    way('round', [kind, int(-2, -1, 0, 1, 3)], kind),
    ...['ceil', 'floor'].map((name) => way(name, [kind], 'long')),
  ]),
  way('/', ['double', 'double'], 'double'),
  way('/', ['int', 'long'], 'double'),
  ...['sqrt', 'exp', 'ln', 'signum'].map((name) => way(name, ['double'], 'double')),
  way('pow', ['double', 'double'], 'double'),
  ...ordered.flatMap((kind) => [
    ...['greatest', 'least'].map((name) => way(name, [kind, kind, kind], kind)),
    ...['=', '!=', '<', '<=', '>', '>=', '<=>'].map((name) => way(name, [kind, kind], 'boolean')),
    ...['=', '<', '<=>'].map((name) => way(name, [kind, literal(kind)], 'boolean')),
    way('in', [kind, kind, kind], 'boolean'),
    way('in', [kind, literal(kind), literal(kind), literal(kind), literal(kind), literal(kind)], 'boolean'),
    ...['isnull', 'isnotnull'].map((name) => way(name, [kind], 'boolean')),
    way('when', ['boolean', kind, 'boolean', kind, kind], kind),
    way('when', ['boolean', kind], kind),
    way('if', ['boolean', kind, kind], kind),
    way('coalesce', [kind, kind, kind], kind),
    way('nullif', [kind, kind], kind),
    way('hash', [kind, 'int'], 'int'),
    way('hash', [kind], 'int'),
  ]),
  way('nullif', ['int', 'long'], 'int'),
  way('nullif', ['date', 'timestamp'], 'date'),
  way('isnan', ['double'], 'boolean'),
  way('not', ['boolean'], 'boolean'),
  ...['and', 'or'].map((name) => way(name, ['boolean', 'boolean'], 'boolean')),
  ...castWays(),
  ...['upper', 'lower', 'initcap', 'trim', 'ltrim', 'rtrim', 'reverse'].map((name) => way(name, ['string'], 'string')),
  way('length', ['string'], 'int'),
  way('length', ['binary'], 'int'),
  way('substring', ['string', int(-3, 0, 1, 2), int(-1, 0, 1, 5)], 'string'),
  way('substring', ['string', 'int'], 'string'),
  way('concat', ['string', 'string'], 'string'),
  way('concat', ['string'], 'string'),
  way('concat_ws', ['string', 'string', 'string'], 'string'),
  ...['contains', 'startswith', 'endswith'].flatMap((name) => [
    way(name, ['string', 'string'], 'boolean'),
    way(name, ['string', text('', 'a', 'b', 'é', '\uFFFD', '\ud800')], 'boolean'),
  ]),
  way('like', ['string', patterns], 'boolean'),
  way('like', ['string', 'string'], 'boolean'),
  way('rlike', ['string', expressions], 'boolean'),
  way('regexp_extract', ['string', expressions, int(0, 1, 2)], 'string'),
  way('regexp_replace', ['string', expressions, text('x', '$1', '\\$', '')], 'string'),
  way('replace', ['string', 'string', 'string'], 'string'),
  way('replace', ['string', 'string'], 'string'),
  way('instr', ['string', 'string'], 'int'),
  ...['lpad', 'rpad'].map((name) => way(name, ['string', int(-1, 0, 3, 5), 'string'], 'string')),
  way('repeat', ['string', int(-1, 0, 1, 3)], 'string'),
  ...['year', 'quarter', 'month', 'dayofmonth', 'dayofweek', 'dayofyear', 'weekofyear'].map((name) => way(name, ['date'], 'int')),
  way('year', ['timestamp'], 'int'),
  ...['hour', 'minute', 'second'].map((name) => way(name, ['timestamp'], 'int')),
  way('hour', ['date'], 'int'),
  ...['date_add', 'date_sub'].map((name) => way(name, ['date', 'int'], 'date')),
  way('datediff', ['date', 'date'], 'int'),
  way('date_trunc', [units, 'timestamp'], 'timestamp'),
  way('date_trunc', [text('yy', 'mon', 'DD', 'nothing'), 'timestamp'], 'timestamp'),
  way('date_trunc', ['string', 'timestamp'], 'timestamp'),
  way('timestampadd', [units, 'long', 'timestamp'], 'timestamp'),
  way('timestampadd', [units, oneOf(types.longType, -3n, 0n, 1n, 40n), 'timestamp'], 'timestamp'),
  way('to_timestamp', ['string'], 'timestamp'),
  way('to_date', ['string'], 'date'),
  ...['unix_seconds', 'unix_millis', 'unix_micros'].map((name) => way(name, ['timestamp'], 'long')),
  ...['timestamp_millis', 'timestamp_micros', 'timestamp_seconds'].map((name) => way(name, ['long'], 'timestamp')),
  way('timestamp_seconds', ['double'], 'timestamp'),
  way('current_timestamp', [], 'timestamp'),
  way('current_date', [], 'date'),
  way('window_time', ['window'], 'timestamp'),
  ...(['long', 'string', 'double'] as const).map((kind, index) => way('get_field', ['struct', int(index)], kind)),
  ...[0, 1].map((index) => way('get_field', ['window', int(index)], 'timestamp')),
  way('named_struct', [text('a'), 'long', text('b'), 'string', text('c'), 'double'], 'struct'),
]

function castWays(): Way[] {
  return kindNames.flatMap((from) =>
    kindNames.flatMap((to) =>
      castable(kinds[from], kinds[to]) ? ['cast', 'try_cast'].map((name): Way => ({ name, takes: [from], gives: to, to: kinds[to] })) : [],
    ),
  )
}

const waysTo = new Map<BoundKind, readonly Way[]>(kindNames.map((kind) => [kind, ways.filter((one) => one.gives === kind)]))
const made = new Map<string, fc.Arbitrary<BoundExpression>>()

/** An expression of the kind. Each arbitrary is made once. */
export function boundExpression(kind: BoundKind, depth: number): fc.Arbitrary<BoundExpression> {
  const key = `${kind} ${depth}`
  const known = made.get(key)
  if (known !== undefined) return known
  const column = fc.constantFrom(...columnsOf(kind))
  const leaf = fc.oneof({ weight: 4, arbitrary: column }, { weight: 1, arbitrary: literal(kind) })
  const grown =
    depth === 0
      ? leaf
      : fc.oneof(
          { weight: 1, arbitrary: leaf },
          { weight: 4, arbitrary: fc.constantFrom(...(waysTo.get(kind) ?? [])).chain((one) => callOf(one, depth)) },
        )
  made.set(key, grown)
  return grown
}

/** A call in this way, with arguments of less depth. */
export function callOf({ name, takes, to }: Way, depth: number): fc.Arbitrary<BoundExpression> {
  const args = takes.map((one) => (typeof one === 'string' ? boundExpression(one, Math.max(0, depth - 1)) : one))
  return fc.tuple(...args).map((values) => {
    if (to !== undefined) return BoundCall.create(name, values, to, true)
    const signature = lookUpFunction(name)
    if (signature === undefined) throw new Error(`there is no function ${name}`)
    const { resolved, coerced } = resolveCall(signature, values, 'test')
    return BoundCall.create(name, coerced, resolved.type, resolved.nullable)
  })
}
