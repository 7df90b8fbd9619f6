/**
 * Bound expressions: the one IR that both executors run. The analyzer makes them; names have become positions in the input batch, implicit casts are
 * explicit, and every node knows its type and whether it can be null. Frozen plain data.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'

export interface BoundLiteral {
  readonly kind: 'BoundLiteral'
  readonly value: Datum
  readonly type: DataType
  readonly nullable: boolean
}
/** Column `index` of the input. The name is for people. */
export interface BoundColumn {
  readonly kind: 'BoundColumn'
  readonly index: number
  readonly name: string
  readonly type: DataType
  readonly nullable: boolean
}
/**
 * A call of a scalar function by its canonical name in plan/functions. Casts are calls of `cast` and `try_cast` (the target is `type`), fields of structs
 * are calls of `get_field` with the field's position as an int literal second argument.
 */
export interface BoundCall {
  readonly kind: 'BoundCall'
  readonly function: string
  readonly arguments: readonly BoundExpression[]
  readonly type: DataType
  readonly nullable: boolean
}
export type BoundExpression = BoundLiteral | BoundColumn | BoundCall

export interface NamedExpression {
  readonly name: string
  readonly expression: BoundExpression
}

/** A call of an aggregate function; its arguments are over the input of the aggregate operator. */
export interface BoundAggregate {
  readonly function: string
  readonly arguments: readonly BoundExpression[]
  readonly type: DataType
  readonly nullable: boolean
}

const freeze = Object.freeze
export const BoundLiteral = {
  create: (value: Datum, type: DataType): BoundLiteral => freeze({ kind: 'BoundLiteral', value, type, nullable: value === null }),
}
export const BoundColumn = {
  create: (index: number, name: string, type: DataType, nullable: boolean): BoundColumn =>
    freeze({ kind: 'BoundColumn', index, name, type, nullable }),
}
export const BoundCall = {
  create: (name: string, args: readonly BoundExpression[], type: DataType, nullable: boolean): BoundCall =>
    freeze({ kind: 'BoundCall', function: name, arguments: freeze([...args]), type, nullable }),
}

/** Every node of `expression`, itself first. */
export function* walkBound(expression: BoundExpression): Generator<BoundExpression> {
  yield expression
  if (expression.kind === 'BoundCall') for (const argument of expression.arguments) yield* walkBound(argument)
}

/** A copy with every column reference replaced. */
export function mapColumns(expression: BoundExpression, replace: (column: BoundColumn) => BoundExpression): BoundExpression {
  if (expression.kind === 'BoundColumn') return replace(expression)
  if (expression.kind === 'BoundLiteral') return expression
  return BoundCall.create(
    expression.function,
    expression.arguments.map((argument) => mapColumns(argument, replace)),
    expression.type,
    expression.nullable,
  )
}
