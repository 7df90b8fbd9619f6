/**
 * Expressions as users write them: frozen plain data, one node per Spark Connect expression, with its name. Every front end builds these and nothing else;
 * the analyzer turns them into bound expressions (bound-expression.ts), where names have become positions and every type is known.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'

/** A constant, already in the engine's form. */
export interface LiteralNode {
  readonly kind: 'Literal'
  readonly value: Datum
  readonly type: DataType
}
/** A column by name: `a`, `a.b` (a field of a struct), or a name in backticks. */
export interface UnresolvedAttributeNode {
  readonly kind: 'UnresolvedAttribute'
  readonly name: string
}
/** `*`: all visible columns. */
export interface UnresolvedStarNode {
  readonly kind: 'UnresolvedStar'
}
/** A function or operator by its Spark name (`+` is `+`, CASE WHEN is `when`). */
export interface UnresolvedFunctionNode {
  readonly kind: 'UnresolvedFunction'
  readonly name: string
  readonly arguments: readonly Expression[]
}
/** A field of a struct. */
export interface UnresolvedExtractValueNode {
  readonly kind: 'UnresolvedExtractValue'
  readonly child: Expression
  readonly field: string
}
export interface AliasNode {
  readonly kind: 'Alias'
  readonly child: Expression
  readonly name: string
}
/** `ansi` raises on values that do not fit, `try` gives null. */
export interface CastNode {
  readonly kind: 'Cast'
  readonly child: Expression
  readonly to: DataType
  readonly mode: 'ansi' | 'try'
}
export type Expression =
  | LiteralNode
  | UnresolvedAttributeNode
  | UnresolvedStarNode
  | UnresolvedFunctionNode
  | UnresolvedExtractValueNode
  | AliasNode
  | CastNode

const freeze = Object.freeze
export const LiteralNode = {
  create: (value: Datum, type: DataType): LiteralNode => freeze({ kind: 'Literal', value, type }),
}
export const UnresolvedAttributeNode = {
  create: (name: string): UnresolvedAttributeNode => freeze({ kind: 'UnresolvedAttribute', name }),
}
export const UnresolvedStarNode = {
  create: (): UnresolvedStarNode => freeze({ kind: 'UnresolvedStar' }),
}
export const UnresolvedFunctionNode = {
  create: (name: string, args: readonly Expression[]): UnresolvedFunctionNode =>
    freeze({ kind: 'UnresolvedFunction', name, arguments: freeze([...args]) }),
}
export const UnresolvedExtractValueNode = {
  create: (child: Expression, field: string): UnresolvedExtractValueNode => freeze({ kind: 'UnresolvedExtractValue', child, field }),
}
export const AliasNode = {
  create: (child: Expression, name: string): AliasNode => freeze({ kind: 'Alias', child, name }),
}
export const CastNode = {
  create: (child: Expression, to: DataType, mode: 'ansi' | 'try' = 'ansi'): CastNode => freeze({ kind: 'Cast', child, to, mode }),
}

/** The parts of a name: `a.b` is two, `` `a.b` `` is one. */
export function nameParts(name: string): string[] {
  const parts: string[] = []
  const pattern = /`((?:[^`]|``)*)`(?:\.|$)|([^.`]*)(?:\.|$)/gy
  while (pattern.lastIndex < name.length) {
    const match = pattern.exec(name)
    if (match === null) return [name]
    parts.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('``', '`'))
  }
  return parts.length === 0 ? [name] : parts
}

/** A text that is the same for the same expression, and for no other. */
export function expressionKey(expression: Expression): string {
  return JSON.stringify(expression, (_, value: unknown) => {
    if (typeof value === 'bigint') return { bigint: String(value) }
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return { number: Object.is(value, -0) ? '-0' : String(value) }
    return value instanceof Uint8Array ? { bytes: Array.from(value) } : value
  })
}
