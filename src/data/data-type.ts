/**
 * The types of the engine, as frozen plain data, with the names of Spark SQL. Everything above relies on them: plans carry them, vectors are made for
 * them, checkpoints store their text form.
 *
 * `long` is 64-bit in the engine. `surface` says only what TypeScript sees of it: a number (guarded by LONG_NOT_SAFE) or a bigint.
 */
export interface NullType {
  readonly kind: 'null'
}
export interface BooleanType {
  readonly kind: 'boolean'
}
export interface IntType {
  readonly kind: 'int'
}
export interface LongType {
  readonly kind: 'long'
  readonly surface: 'number' | 'bigint'
}
export interface DoubleType {
  readonly kind: 'double'
}
export interface StringType {
  readonly kind: 'string'
}
export interface BinaryType {
  readonly kind: 'binary'
}
/** Microseconds since 1970-01-01T00:00:00Z, years 1 to 9999. */
export interface TimestampType {
  readonly kind: 'timestamp'
}
/** Days since 1970-01-01, years 1 to 9999, proleptic Gregorian calendar. */
export interface DateType {
  readonly kind: 'date'
}
export interface StructType {
  readonly kind: 'struct'
  readonly fields: readonly Field[]
}
export interface Field {
  readonly name: string
  readonly type: DataType
  readonly nullable: boolean
}
export type DataType =
  | NullType
  | BooleanType
  | IntType
  | LongType
  | DoubleType
  | StringType
  | BinaryType
  | TimestampType
  | DateType
  | StructType
export type TypeKind = DataType['kind']

const frozen = <T extends DataType>(type: T): T => Object.freeze(type)

export const nullType: NullType = frozen({ kind: 'null' })
export const booleanType: BooleanType = frozen({ kind: 'boolean' })
export const intType: IntType = frozen({ kind: 'int' })
export const longType: LongType = frozen({ kind: 'long', surface: 'number' })
export const bigintType: LongType = frozen({ kind: 'long', surface: 'bigint' })
export const doubleType: DoubleType = frozen({ kind: 'double' })
export const stringType: StringType = frozen({ kind: 'string' })
export const binaryType: BinaryType = frozen({ kind: 'binary' })
export const timestampType: TimestampType = frozen({ kind: 'timestamp' })
export const dateType: DateType = frozen({ kind: 'date' })

export function field(name: string, type: DataType, nullable = true): Field {
  return Object.freeze({ name, type, nullable })
}
export function structType(fields: readonly Field[]): StructType {
  return frozen({ kind: 'struct', fields: Object.freeze([...fields]) })
}
/** The type of `window(…)` and `session_window(…)`. */
export const windowType: StructType = structType([field('start', timestampType), field('end', timestampType)])

/** Whether two types hold the same values; the surface of a long does not matter, nullability of struct fields does. */
export function sameType(a: DataType, b: DataType): boolean {
  if (a.kind !== b.kind) return false
  if (a.kind !== 'struct' || b.kind !== 'struct') return true
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((f, i) => {
      const g = b.fields[i]
      return g !== undefined && f.name === g.name && f.nullable === g.nullable && sameType(f.type, g.type)
    })
  )
}

/** The type in the words of Spark SQL's DDL: `BIGINT`, `STRUCT<a: INT NOT NULL>`. Stable: checkpoints store it. */
export function ddl(type: DataType): string {
  switch (type.kind) {
    case 'null':
      return 'VOID'
    case 'long':
      return 'BIGINT'
    case 'struct':
      return `STRUCT<${type.fields.map((f) => `${quoteName(f.name)}: ${ddl(f.type)}${f.nullable ? '' : ' NOT NULL'}`).join(', ')}>`
    default:
      return type.kind.toUpperCase()
  }
}

/** The schema as DDL: `id BIGINT NOT NULL, at TIMESTAMP`. */
export function schemaDdl(schema: StructType): string {
  return schema.fields.map((f) => `${quoteName(f.name)} ${ddl(f.type)}${f.nullable ? '' : ' NOT NULL'}`).join(', ')
}

/** The name, in backticks unless it is a plain identifier. */
export function quoteName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``
}

/** Spark's simpleString: what error messages and printSchema show (`bigint`, `struct<start:timestamp,end:timestamp>`). */
export function simpleString(type: DataType): string {
  if (type.kind === 'struct') return `struct<${type.fields.map((f) => `${f.name}:${simpleString(f.type)}`).join(',')}>`
  return type.kind === 'long' ? 'bigint' : type.kind === 'null' ? 'void' : type.kind
}

/** Spark's printSchema text, a line per field, with a trailing newline. */
export function treeString(schema: StructType): string {
  return `root\n${fieldLines(schema, ' |').join('')}`
}
function fieldLines(schema: StructType, prefix: string): string[] {
  return schema.fields.flatMap((f) => [
    `${prefix}-- ${f.name}: ${f.type.kind === 'int' ? 'integer' : f.type.kind} (nullable = ${f.nullable})\n`,
    ...(f.type.kind === 'struct' ? fieldLines(f.type, `${prefix}    |`) : []),
  ])
}
