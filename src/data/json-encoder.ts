/**
 * Writes rows as JSON objects without line breaks, for sinks. engine/decode/json-records.ts reads the same values back.
 *
 * Fields that are null are left out, as Spark's JSON sink does. Longs keep all their digits; other numbers are written as JavaScript writes them, but -0
 * keeps its sign, and NaN and the infinities are strings, as Spark has them. Timestamps are ISO 8601 in UTC, dates `yyyy-mm-dd`, binaries base64.
 */
import { Buffer } from 'node:buffer'
import { formatDate, isoTimestamp } from './calendar.ts'
import type { DataType, StructType } from './data-type.ts'
import type { Datum } from './datum.ts'
import type { Batch } from './vector.ts'
import { type DatumReader, readerOf } from './vector-reader.ts'

type Write = (datum: Exclude<Datum, null>) => string

/** The writer of rows of batches with this schema. Timestamps are instants, written in UTC whatever the session's zone is. */
export function jsonEncoder(schema: StructType): (batch: Batch, row: number) => string {
  const write = writerOf(schema)
  let last: Batch | null = null
  let readers: readonly DatumReader[] = []
  return (batch, row) => {
    if (batch !== last) {
      readers = batch.columns.map(readerOf)
      last = batch
    }
    return write(readers.map((read) => read(row)))
  }
}

function writerOf(type: DataType): Write {
  switch (type.kind) {
    case 'boolean':
    case 'int':
    case 'long':
      return String
    case 'double':
      return (datum) => doubleText(datum as number)
    case 'string':
      return (datum) => JSON.stringify(datum)
    case 'timestamp':
      return (datum) => `"${isoTimestamp(datum as bigint)}"`
    case 'date':
      return (datum) => `"${formatDate(datum as number)}"`
    case 'binary':
      return (datum) => `"${Buffer.from(datum as Uint8Array).toString('base64')}"`
    case 'null':
      return () => 'null'
    case 'struct': {
      const members = type.fields.map((one) => ({ start: `${JSON.stringify(one.name)}:`, write: writerOf(one.type) }))
      return (datum) => {
        const parts: string[] = []
        for (const [index, { start, write }] of members.entries()) {
          const value = (datum as readonly Datum[])[index] ?? null
          if (value !== null) parts.push(start + write(value))
        }
        return `{${parts.join(',')}}`
      }
    }
  }
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  return Object.is(value, -0) ? '-0' : String(value)
}
