/**
 * What an emitter gives: how generated code has the value of an expression at the row under way. All texts are names or literals, so that they can be
 * repeated at will.
 *
 * | type | text of a scalar |
 * |---|---|
 * | boolean | a boolean |
 * | int, date, double | a number; ints and dates without −0 |
 * | long, timestamp | on float64 lanes a safe integer without −0, on bigint64 lanes a bigint |
 * | string | a string |
 * | binary | a Uint8Array, perhaps a view |
 * | struct | an array of datums, as everywhere: longs in it are bigints |
 */
import type { DataType } from '../../../data/data-type.ts'
import type { Datum } from '../../../data/datum.ts'

interface ValueBase {
  readonly type: DataType
  /** Text of a condition that holds where the value is null. Every other text says something only where it is not. */
  readonly isNull: string
}
export interface ScalarValue extends ValueBase {
  readonly form: 'scalar'
  readonly text: string
  /** The value, where it is a literal that is not null. */
  readonly constant?: Datum
}
/** A string as a code into a dictionary: `dictionary` names an array of strings. */
export interface CodeValue extends ValueBase {
  readonly form: 'code'
  readonly code: string
  readonly dictionary: string
}
/** A string or a binary as a slice of bytes. */
export interface SliceValue extends ValueBase {
  readonly form: 'slice'
  readonly bytes: string
  readonly offset: string
  readonly length: string
}
/** A struct by its fields, each emitted where it is asked for. */
export interface PartsValue extends ValueBase {
  readonly form: 'parts'
  /** The field at an index; null where the struct is. */
  part(index: number): Value
  /** The text of the struct as a datum. */
  whole(): string
}
export type Value = ScalarValue | CodeValue | SliceValue | PartsValue

/** Conditions that are known. */
export const NEVER = 'false'
export const ALWAYS = 'true'

/** The condition that one of them holds. */
export function either(...conditions: readonly string[]): string {
  if (conditions.includes(ALWAYS)) return ALWAYS
  const open = [...new Set(conditions)].filter((one) => one !== NEVER)
  return open.length === 0 ? NEVER : open.length === 1 ? (open[0] as string) : `(${open.join(' || ')})`
}
/** The condition that all of them hold. */
export function every(...conditions: readonly string[]): string {
  if (conditions.includes(NEVER)) return NEVER
  const open = [...new Set(conditions)].filter((one) => one !== ALWAYS)
  return open.length === 0 ? ALWAYS : open.length === 1 ? (open[0] as string) : `(${open.join(' && ')})`
}
export function negated(condition: string): string {
  return condition === NEVER ? ALWAYS : condition === ALWAYS ? NEVER : `!${condition}`
}

export const scalar = (type: DataType, text: string, isNull: string = NEVER): ScalarValue => ({ form: 'scalar', type, text, isNull })
