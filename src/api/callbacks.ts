/** Callbacks that make columns: what they are given, and the check of what they return. */
import { quoteName } from '../data/data-type.ts'
import { MillraceError } from '../error.ts'
import { scopeColumns } from '../plan/analysis/analyzer.ts'
import type { Catalog } from '../plan/contracts/catalog.ts'
import { type Expression, UnresolvedAttributeNode } from '../plan/expressions/expression.ts'
import type { Relation } from '../plan/nodes/relation.ts'
import { ColumnExpression, describe } from './column.ts'

type Callback = (columns: object) => unknown

export const isCallback = (argument: unknown): argument is Callback => typeof argument === 'function'

/** The columns of a frame by name, for a callback. A name that does not exist throws UNRESOLVED_COLUMN where it is read. */
export function rowColumns(frame: { readonly plan: Relation; readonly session: { readonly catalog: Catalog } }, operation: string): object {
  const scope = scopeColumns(frame.plan, frame.session.catalog, operation)
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      // `then` is asked of whatever an async function returns, symbols by whoever prints: neither means a column.
      if (typeof name === 'symbol' || (name === 'then' && scope.find(name) === null)) return undefined
      scope.resolve(name)
      return new ColumnExpression(UnresolvedAttributeNode.create(quoteName(name)))
    },
    has: (_, name) => typeof name === 'string' && scope.find(name) !== null,
    ownKeys: () => scope.visible.map((one) => one.name),
    getOwnPropertyDescriptor: (_, name) =>
      typeof name === 'string' && scope.find(name) !== null
        ? { enumerable: true, configurable: true, writable: false, value: undefined }
        : undefined,
  })
}

/** One column. Throws NOT_A_COLUMN. */
export function madeColumn(operation: string, made: unknown): Expression {
  if (made instanceof ColumnExpression) return made.expression
  throw notAColumn(operation, made)
}

/** An object of columns by name. Throws NOT_A_COLUMN. */
export function madeColumns(operation: string, made: unknown): { readonly name: string; readonly expression: Expression }[] {
  if (typeof made !== 'object' || made === null || made instanceof ColumnExpression || made instanceof Promise || Array.isArray(made))
    throw notAColumn(operation, made)
  return Object.entries(made).map(([name, one]) => {
    if (!(one instanceof ColumnExpression)) throw notAColumn(`${operation}: '${name}'`, one)
    return { name, expression: one.expression }
  })
}

function notAColumn(where: string, made: unknown): MillraceError {
  const what = made instanceof ColumnExpression ? 'one column without a name' : describe(made)
  return new MillraceError('NOT_A_COLUMN', `${where}: a column was expected, and there is ${what}.`, {
    hint: hintFor(made),
    details: { where, value: what },
  })
}

/** What was probably meant. */
function hintFor(made: unknown): string {
  if (made === undefined)
    return 'Give a column, or a callback that returns one; an object of columns stands in parentheses: (r) => ({ total: r.price.mul(2) }).'
  if (made instanceof ColumnExpression) return "Give it a name: .alias('…'), or return an object: (r) => ({ total: r.price.mul(2) })."
  if (made instanceof Promise) return 'A plan is built without waiting: the callback must not be async.'
  if (Array.isArray(made)) return 'Give the columns one by one: select(...names).'
  if (typeof made === 'string') return "Write col('…') for a column, lit('…') for a constant text."
  return 'Columns are compared and computed by their methods (r.price.gt(3), not r.price > 3); a constant is lit(…); a function on rows goes to mapRows, filterRows or flatMapRows.'
}

/** A name that untyped code gave. Throws INVALID_ARGUMENT. */
export function nameFrom(operation: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw new MillraceError(
    'INVALID_ARGUMENT',
    `${operation}: a name was expected, and there is ${name === '' ? 'an empty text' : describe(name)}.`,
    {
      hint: 'A name is a text that is not empty; several names are given one by one.',
    },
  )
}
