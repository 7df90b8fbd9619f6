/** `t`: the types as TypeScript users write them in schemas. A field is not null unless `.nullable()` says so. */
import * as types from './data-type.ts'
import type { LocalDate } from './local-date.ts'
import type { Timestamp } from './timestamp.ts'

declare const surface: unique symbol
/** A column's type in a schema. `T` is what TypeScript sees of its values. */
export interface FieldType<out T> {
  readonly [surface]?: T
  readonly type: types.DataType
  readonly isNullable: boolean
  /** The same type where nulls may stand. */
  nullable(): FieldType<T | null>
}
/** A schema as an object: name → type. */
export type Fields = { readonly [name: string]: FieldType<unknown> }
/** The row that a schema object describes. */
export type RowOfFields<F> = { -readonly [K in keyof F]: F[K] extends FieldType<infer T> ? T : never }

/** The row as code may give it: where a timestamp is read, any Date may be written. */
export type RowInput<Row> = { readonly [K in keyof Row]: [Extract<Row[K], Date>] extends [never] ? Row[K] : Exclude<Row[K], Date> | Date }

function fieldType<T>(type: types.DataType, isNullable = false): FieldType<T> {
  return Object.freeze({ type, isNullable, nullable: () => fieldType<T | null>(type, true) })
}

/**
 * The types of columns.
 *
 * @example
 * ```ts
 * import { t } from 'millrace'
 *
 * const schema = { id: t.long, at: t.timestamp, value: t.double.nullable() }
 * console.log(Object.keys(schema))
 * ```
 */
export const t = {
  boolean: fieldType<boolean>(types.booleanType),
  /** 32 bits. */
  int: fieldType<number>(types.intType),
  /** 64 bits, seen as a number; a value beyond ±(2^53 − 1) raises LONG_NOT_SAFE when it reaches TypeScript. */
  long: fieldType<number>(types.longType),
  /** 64 bits, seen as a bigint. */
  bigint: fieldType<bigint>(types.bigintType),
  double: fieldType<number>(types.doubleType),
  string: fieldType<string>(types.stringType),
  binary: fieldType<Uint8Array>(types.binaryType),
  /** Microseconds, years 1 to 9999. */
  timestamp: fieldType<Timestamp>(types.timestampType),
  date: fieldType<LocalDate>(types.dateType),
  struct: <const F extends Fields>(fields: F): FieldType<RowOfFields<F>> => fieldType<RowOfFields<F>>(structOf(fields)),
} as const

/** The struct type of a schema object. */
export function structOf(fields: Fields): types.StructType {
  return types.structType(Object.entries(fields).map(([name, one]) => types.field(name, one.type, one.isNullable)))
}
