/** Random typed expressions as plan nodes, over the columns of the property tests' table. Depth is small: what matters is the mix of types and nulls. */
import fc from 'fast-check'
import { booleanType, doubleType, intType, longType, stringType } from '../../src/data/data-type.ts'
import { type Expression, LiteralNode, UnresolvedAttributeNode, UnresolvedFunctionNode } from '../../src/plan/expressions/expression.ts'
import type { Kind } from './naive-model.ts'

/** Columns by kind: see `tableKinds` in table-arbitraries.ts. */
const columns: Readonly<Record<'int' | 'long' | 'double' | 'string' | 'boolean', readonly string[]>> = {
  int: ['n', 'm'],
  long: ['l'],
  double: ['d'],
  string: ['k', 's'],
  boolean: ['b'],
}

export const doubles = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 5e-324) },
)
export const ints = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -50, max: 50 }) },
  { weight: 1, arbitrary: fc.constantFrom(2147483647, -2147483648, 65536) },
)
export const longs = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: -50n, max: 50n }) },
  { weight: 1, arbitrary: fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n) },
)
export const strings = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('', 'a', 'b', 'ab', 'A', 'ß', 'é', '𝄞', '\uFFFD', 'z z') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
)

const call = (name: string, ...args: Expression[]): Expression => UnresolvedFunctionNode.create(name, args)

function leaf(kind: keyof typeof columns): fc.Arbitrary<Expression> {
  const column = fc.constantFrom(...columns[kind]).map((name): Expression => UnresolvedAttributeNode.create(name))
  const literal: fc.Arbitrary<Expression> = {
    int: ints.map((value) => LiteralNode.create(value, intType)),
    long: longs.map((value) => LiteralNode.create(value, longType)),
    double: doubles.map((value) => LiteralNode.create(value, doubleType)),
    string: strings.map((value) => LiteralNode.create(value, stringType)),
    boolean: fc.boolean().map((value) => LiteralNode.create(value, booleanType)),
  }[kind] as fc.Arbitrary<Expression>
  return fc.oneof({ weight: 3, arbitrary: column }, { weight: 1, arbitrary: literal })
}

type ExpressionKind = keyof typeof columns
const made = new Map<string, fc.Arbitrary<Expression>>()

/**
 * An expression of the kind. Numbers mix: an int may stand where a long or a double is wanted, which the analyzer has to widen. Each is made once: a tree of
 * arbitraries for every value, thirtyfold at each depth, would take more time than the queries.
 */
export function expression(kind: ExpressionKind, depth: number): fc.Arbitrary<Expression> {
  const key = `${kind} ${depth}`
  const found = made.get(key) ?? (depth === 0 ? leaf(kind) : grow(kind, depth))
  made.set(key, found)
  return found
}

function grow(kind: ExpressionKind, depth: number): fc.Arbitrary<Expression> {
  const of = (one: ExpressionKind): fc.Arbitrary<Expression> => expression(one, depth - 1)
  const choice = fc.tuple(of('boolean'), of(kind), of(kind)).map(([test, yes, no]) => call('when', test, yes, no))
  const coalesced = fc.tuple(of(kind), of(kind)).map(([a, b]) => call('coalesce', a, b))
  const grown: Record<typeof kind, fc.Arbitrary<Expression>[]> = {
    int: [
      binary(['+', '-', '*'], of('int'), of('int')),
      of('int').map((a) => call('negative', a)),
      of('string').map((a) => call('length', a)),
    ],
    long: [binary(['+', '-', '*'], of('long'), fc.oneof(of('long'), of('int'))), of('long').map((a) => call('negative', a))],
    double: [
      binary(['+', '-', '*', '/'], of('double'), fc.oneof(of('double'), of('int'), of('long'))),
      of('double').map((a) => call('negative', a)),
    ],
    string: [of('string').map((a) => call('upper', a))],
    boolean: [
      binary(['and', 'or'], of('boolean'), of('boolean')),
      of('boolean').map((a) => call('not', a)),
      fc.oneof(of('int'), of('string'), of('double')).map((a) => call('isnull', a)),
      of('long').map((a) => call('isnotnull', a)),
      binary(
        ['=', '!=', '<', '<=', '>', '>=', '<=>'],
        fc.oneof(of('int'), of('double'), of('long')),
        fc.oneof(of('int'), of('double'), of('long')),
      ),
      binary(['=', '!=', '<', '<=', '>', '>=', '<=>'], of('string'), of('string')),
    ],
  }
  return fc.oneof(leaf(kind), choice, coalesced, ...grown[kind])
}

function binary(names: readonly string[], left: fc.Arbitrary<Expression>, right: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc.tuple(fc.constantFrom(...names), left, right).map(([name, a, b]) => call(name, a, b))
}

export const anyKind: fc.Arbitrary<ExpressionKind> = fc.constantFrom('int', 'long', 'double', 'string', 'boolean')
export const tableKinds = {
  k: 'string',
  s: 'string',
  n: 'int',
  m: 'int',
  l: 'long',
  d: 'double',
  b: 'boolean',
  ts: 'timestamp',
} as const satisfies Record<string, Kind>
