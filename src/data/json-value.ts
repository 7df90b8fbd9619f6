/** Datums as JSON values, for progress reports and error messages: nothing here throws, and longs beyond 2^53 become texts. */
import { formatDate, isoTimestamp } from './calendar.ts'
import type { DataType, StructType } from './data-type.ts'
import type { Datum } from './datum.ts'

export type JsonValue = null | boolean | number | string | { readonly [name: string]: JsonValue }

export function jsonValue(type: DataType, datum: Datum): JsonValue {
  if (datum === null) return null
  switch (type.kind) {
    case 'null':
      return null
    case 'long':
      return Number.isSafeInteger(Number(datum)) ? Number(datum) : String(datum)
    case 'double':
      return Number.isFinite(datum as number) ? (datum as number) : String(datum)
    case 'timestamp':
      return isoTimestamp(datum as bigint)
    case 'date':
      return formatDate(datum as number)
    case 'binary':
      return Array.from(datum as Uint8Array, (byte) => byte.toString(16).padStart(2, '0')).join('')
    case 'struct':
      return jsonRow(type, datum as readonly Datum[])
    default:
      return datum as boolean | number | string
  }
}

export function jsonRow(schema: StructType, row: readonly Datum[]): { readonly [name: string]: JsonValue } {
  return Object.fromEntries(schema.fields.map((one, index) => [one.name, jsonValue(one.type, row[index] ?? null)]))
}
