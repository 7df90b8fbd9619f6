/**
 * The border between the engine's datums and what TypeScript users see of rows. Everything that leaves or enters through user code passes here, so the checks
 * of the row types stand here: a long beyond 2^53 as a number, a null where the type has none, a value of another type.
 */
import { MillraceError } from '../error.ts'
import type { DataType, Field, StructType } from './data-type.ts'
import { simpleString } from './data-type.ts'
import { type Datum, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN, wellFormed } from './datum.ts'
import { LocalDate } from './local-date.ts'
import { microsOf, Timestamp } from './timestamp.ts'
import type { Batch } from './vector.ts'
import { batchFromDatums } from './vector-builder.ts'
import { readerOf } from './vector-reader.ts'

export type Row = Readonly<Record<string, unknown>>

/** The value that TypeScript sees. `path` names the column in errors. Throws LONG_NOT_SAFE. */
export function toSurface(type: DataType, datum: Datum, path: string): unknown {
  if (datum === null) return null
  switch (type.kind) {
    case 'long':
      return type.surface === 'bigint' ? datum : safeNumber(datum as bigint, path)
    case 'timestamp':
      return Timestamp.fromMicros(datum as bigint)
    case 'date':
      return LocalDate.fromDays(datum as number)
    case 'struct':
      return objectOf(type, (index) => (datum as readonly Datum[])[index] ?? null, `${path}.`)
    default:
      return datum
  }
}

function safeNumber(value: bigint, path: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new MillraceError('LONG_NOT_SAFE', `Column '${path}' holds ${value}, which a TypeScript number cannot hold exactly.`, {
    details: { column: path, value: String(value) },
  })
}

/** An object with the fields in order. A name like `__proto__` becomes an own property like any other. */
function objectOf(schema: StructType, datumAt: (index: number) => Datum, prefix: string): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (let index = 0; index < schema.fields.length; index++) {
    const { name, type } = schema.fields[index] as Field
    const value = toSurface(type, datumAt(index), prefix + name)
    if (name === '__proto__') Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true })
    else row[name] = value
  }
  return row
}

/** The datum of a value that user code gave. Throws ROW_TYPE_MISMATCH naming the column. */
export function fromSurface(type: DataType, value: unknown, nullable: boolean, path: string): Datum {
  if (value === null || value === undefined) {
    if (nullable) return null
    throw mismatch(path, type, `${String(value)}, and the column is not nullable`)
  }
  switch (type.kind) {
    case 'null':
      break
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    case 'int':
      if (typeof value === 'number' && Number.isInteger(value) && value >= INT_MIN && value <= INT_MAX) return value + 0
      break
    case 'long':
      return longOf(type, value, path)
    case 'double':
      if (typeof value === 'number') return value
      break
    case 'string':
      if (typeof value === 'string') return wellFormed(value)
      break
    case 'binary':
      if (value instanceof Uint8Array) return value
      break
    case 'timestamp':
      if (value instanceof Date && !Number.isNaN(value.getTime())) return timestampOf(value, path)
      break
    case 'date':
      if (value instanceof LocalDate) return value.toDays()
      break
    case 'struct':
      if (typeof value === 'object') return datumsOf(type, value as Row, `${path}.`)
      break
  }
  throw mismatch(path, type, describe(value))
}

function longOf(type: DataType, value: unknown, path: string): bigint {
  if (typeof value === 'bigint' && value >= LONG_MIN && value <= LONG_MAX) return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  throw mismatch(path, type, describe(value))
}

function timestampOf(value: Date, path: string): bigint {
  const micros = microsOf(value)
  if (micros >= TIMESTAMP_MIN && micros <= TIMESTAMP_MAX) return micros
  throw new MillraceError('DATETIME_OVERFLOW', `Column '${path}' was given a time outside the years 1 to 9999.`, {
    details: { column: path },
  })
}

/** The datums of a row object, in the order of the schema. Properties that the schema does not have are left out. */
export function datumsOf(schema: StructType, row: Row, prefix = ''): Datum[] {
  return schema.fields.map((one) =>
    fromSurface(one.type, Object.hasOwn(row, one.name) ? row[one.name] : undefined, one.nullable, prefix + one.name),
  )
}

function mismatch(path: string, type: DataType, what: string): MillraceError {
  return new MillraceError('ROW_TYPE_MISMATCH', `Column '${path}' is ${simpleString(type)}, and the row has ${what}.`, {
    details: { column: path, type: simpleString(type) },
  })
}
function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
  if (value instanceof Date) return 'a Date'
  return typeof value === 'object' && value !== null ? `an object (${value.constructor?.name ?? 'Object'})` : `a ${typeof value}`
}

/** Reads rows of batches of one schema as objects. */
export function rowReader(batch: Batch): (row: number) => Record<string, unknown> {
  const readers = batch.columns.map(readerOf)
  return (row) => objectOf(batch.schema, (index) => readers[index]?.(row) ?? null, '')
}

export function rowsOf(batch: Batch): Record<string, unknown>[] {
  const read = rowReader(batch)
  return Array.from({ length: batch.length }, (_, row) => read(row))
}

export function batchFromRows(schema: StructType, rows: readonly Row[]): Batch {
  return batchFromDatums(
    schema,
    rows.map((row) => datumsOf(schema, row)),
  )
}
