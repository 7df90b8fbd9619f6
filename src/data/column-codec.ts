/**
 * Columns as bytes and back, one after the other: what state files and the spool are made of. Format 1, which stays readable for ever.
 *
 * A column of n rows (n is known from what stands around it, and at most COLUMN_ROWS_MAX), little-endian, nothing aligned:
 *
 *     u8    nulls: 0 none; 1 a bitmap follows, bit set = value present; 2 all are null, and nothing follows
 *     …     the values; what lies under a null is 0, but for the fields of structs, which have nulls of their own
 *
 * | type | values |
 * |---|---|
 * | VOID | none |
 * | BOOLEAN | a bitmap |
 * | INT, DATE | integers |
 * | BIGINT, TIMESTAMP | integers; or u8 16, then i64 each, if not all are safe integers |
 * | DOUBLE | f64 each; NaN is the canonical one, −0 is kept |
 * | STRING, BINARY | the lengths in bytes as integers, then the bytes (UTF-8) |
 * | STRUCT | the columns of its fields |
 *
 * Integers: u8 width (0, 1, 2 or 4), f64 least value, then the differences from it, unsigned, in so many bytes each; or u8 8, then f64 each.
 *
 * Fault model: the bytes may be anything. Every length is held against what remains, and so few rows to a column mean that no input makes an allocation that
 * is large beside it: at most 32 KiB for a byte.
 */
import { isUtf8 } from 'node:buffer'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import type { DataType, StructType } from './data-type.ts'
import type { Batch, BinaryVector, DoubleVector, LongVector, StringDictionaryVector, StringSliceVector, Vector } from './vector.ts'
import { BATCH_ROWS_TARGET } from './vector.ts'
import { concatBatches, takeRows, vectorOf } from './vector-builder.ts'
import { isValid } from './vector-reader.ts'

/** Of one encoded column; longer ones are cut by whoever encodes them. Part of the format. */
export const COLUMN_ROWS_MAX: 4096 = BATCH_ROWS_TARGET
const FORMAT = 1

const NO_NULLS = 0
const SOME_NULLS = 1
const ALL_NULL = 2
const WIDTH_FLOAT64 = 8
const WIDTH_INT64 = 16
const UINT32_MAX = 0xffffffff

/** The batch, whose schema whoever decodes it must know: `u8 format, u32 rows`, then its columns for each 4096 rows. */
export function encodeBatch(batch: Batch): Uint8Array {
  const writer = new ByteWriter()
  writer.uint8(FORMAT)
  writer.uint32(batch.length)
  for (let from = 0; from < batch.length; from += COLUMN_ROWS_MAX) {
    const length = Math.min(COLUMN_ROWS_MAX, batch.length - from)
    const part =
      length === batch.length
        ? batch
        : takeRows(
            batch,
            Int32Array.from({ length }, (_, index) => from + index),
          )
    for (const [index, field] of batch.schema.fields.entries()) encodeColumn(writer, field.type, part.columns[index] as Vector)
  }
  return writer.finish()
}

/** `what` the bytes are, for the message when they are damaged. */
export function decodeBatch(schema: StructType, bytes: Uint8Array, what = 'a batch'): Batch {
  const reader = new ByteReader(bytes, what)
  const format = reader.uint8()
  if (format !== FORMAT) reader.damaged(`it has format ${format}, and this version reads format ${FORMAT}`)
  const rows = reader.uint32()
  const parts: Batch[] = []
  if (schema.fields.length > 0)
    for (let from = 0; from < rows; from += COLUMN_ROWS_MAX) {
      const length = Math.min(COLUMN_ROWS_MAX, rows - from)
      parts.push({ schema, length, columns: schema.fields.map((field) => decodeColumn(reader, field.type, length)) })
    }
  reader.end()
  return schema.fields.length === 0 ? { schema, length: rows, columns: [] } : concatBatches(schema, parts)
}

export function encodeColumn(writer: ByteWriter, type: DataType, vector: Vector): void {
  if (encodeNulls(writer, vector)) return
  switch (vector.kind) {
    case 'null':
      return
    case 'boolean':
      writer.bytes(bitmapOf(vector.length, (row) => isValid(vector.validity, row) && vector.values[row] !== 0))
      return
    case 'int':
    case 'date':
      encodeIntegers(writer, vector.values, vector.validity)
      return
    case 'long':
    case 'timestamp':
      encodeLongs(writer, vector)
      return
    case 'double':
      encodeDoubles(writer, vector)
      return
    case 'string':
      if (vector.form === 'dictionary') encodeDictionary(writer, vector)
      else encodeSlices(writer, vector)
      return
    case 'binary':
      encodeSlices(writer, vector)
      return
    case 'struct':
      if (type.kind === 'struct')
        for (const [index, field] of type.fields.entries()) encodeColumn(writer, field.type, vector.children[index] as Vector)
  }
}

export function decodeColumn(reader: ByteReader, type: DataType, length: number): Vector {
  if (length > COLUMN_ROWS_MAX) reader.damaged(`a column has ${length} rows, and ${COLUMN_ROWS_MAX} are the most`)
  const nulls = reader.uint8()
  if (nulls > ALL_NULL) reader.damaged(`${nulls} does not say which rows are null`)
  if (nulls === ALL_NULL || type.kind === 'null') return vectorOf(type, new Array(length).fill(null))
  const validity = nulls === SOME_NULLS ? reader.lane(new Uint8Array((length + 7) >> 3)) : null
  switch (type.kind) {
    case 'boolean': {
      const bits = reader.bytes((length + 7) >> 3)
      return { kind: 'boolean', length, validity, values: Uint8Array.from({ length }, (_, row) => (isValid(bits, row) ? 1 : 0)) }
    }
    case 'int':
    case 'date':
      return { kind: type.kind, length, validity, values: Int32Array.from(decodeIntegers(reader, length, -0x80000000, 0x7fffffff)) }
    case 'long':
    case 'timestamp':
      return { kind: type.kind, length, validity, values: decodeLongs(reader, length) }
    case 'double':
      return { kind: 'double', length, validity, values: reader.lane(new Float64Array(length)) }
    case 'string': {
      const slices = decodeSlices(reader, length)
      if (!isText(slices)) reader.damaged('a text is not UTF-8')
      return { kind: 'string', form: 'slices', length, validity, ...slices }
    }
    case 'binary':
      return { kind: 'binary', length, validity, ...decodeSlices(reader, length) }
    case 'struct':
      return { kind: 'struct', length, validity, children: type.fields.map((field) => decodeColumn(reader, field.type, length)) }
  }
}

function bitmapOf(length: number, has: (row: number) => boolean): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3)
  for (let row = 0; row < length; row++) if (has(row)) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7))
  return bits
}

/** Whether all are null, so that nothing is to follow. */
function encodeNulls(writer: ByteWriter, { kind, length, validity }: Vector): boolean {
  let present = kind === 'null' ? 0 : length
  if (kind !== 'null' && validity !== null) for (let row = 0; row < length; row++) if (!isValid(validity, row)) present--
  const nulls = present === length ? NO_NULLS : present === 0 ? ALL_NULL : SOME_NULLS
  writer.uint8(nulls)
  if (nulls === SOME_NULLS) writer.bytes(bitmapOf(length, (row) => isValid(validity, row)))
  return nulls === ALL_NULL
}

function encodeIntegers(writer: ByteWriter, values: Int32Array | Float64Array, validity: Uint8Array | null): void {
  const { length } = values
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let row = 0; row < length; row++) {
    if (!isValid(validity, row)) continue
    const value = values[row] as number
    if (value < least) least = value
    if (value > most) most = value
  }
  if (least > most) least = most = 0
  const span = most - least
  if (span > UINT32_MAX) {
    writer.uint8(WIDTH_FLOAT64)
    writer.lane(Float64Array.from(values, (value, row) => (isValid(validity, row) ? value + 0 : 0)))
    return
  }
  const width = span === 0 ? 0 : span <= 0xff ? 1 : span <= 0xffff ? 2 : 4
  writer.uint8(width)
  writer.float64(least + 0)
  if (width === 0) return
  const lane = width === 1 ? new Uint8Array(length) : width === 2 ? new Uint16Array(length) : new Uint32Array(length)
  for (let row = 0; row < length; row++) if (isValid(validity, row)) lane[row] = (values[row] as number) - least
  writer.lane(lane)
}

/** Whole numbers from `min` to `max`. */
function decodeIntegers(reader: ByteReader, length: number, min: number, max: number, width = reader.uint8()): Float64Array {
  if (width === WIDTH_FLOAT64) {
    const values = reader.lane(new Float64Array(length))
    for (let row = 0; row < length; row++) {
      const value = values[row] as number
      if (!Number.isInteger(value) || value < min || value > max) reader.damaged(`${value} stands where an integer is expected`)
    }
    return values
  }
  if (width !== 0 && width !== 1 && width !== 2 && width !== 4) reader.damaged(`integers cannot be ${width} bytes wide`)
  const least = reader.float64()
  if (!Number.isInteger(least)) reader.damaged(`${least} stands where an integer is expected`)
  const lane = width <= 1 ? new Uint8Array(width * length) : width === 2 ? new Uint16Array(length) : new Uint32Array(length)
  reader.lane(lane)
  const values = new Float64Array(length).fill(least + 0)
  let most = least
  for (let row = 0; row < lane.length; row++) {
    const value = least + (lane[row] as number)
    values[row] = value
    if (value > most) most = value
  }
  if (least < min || most > max) reader.damaged(`integers from ${least} to ${most} are beyond their type`)
  return values
}

function encodeLongs(writer: ByteWriter, { values, validity }: LongVector): void {
  if (values instanceof Float64Array) {
    encodeIntegers(writer, values, validity)
    return
  }
  writer.uint8(WIDTH_INT64)
  writer.lane(BigInt64Array.from(values, (value, row) => (isValid(validity, row) ? value : 0n)))
}

function decodeLongs(reader: ByteReader, length: number): Float64Array | BigInt64Array {
  const width = reader.uint8()
  if (width === WIDTH_INT64) return reader.lane(new BigInt64Array(length))
  return decodeIntegers(reader, length, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, width)
}

function encodeDoubles(writer: ByteWriter, { values, validity }: DoubleVector): void {
  writer.lane(values.map((value, row) => (!isValid(validity, row) ? 0 : Number.isNaN(value) ? Number.NaN : value)))
}

interface Slices {
  readonly bytes: Uint8Array
  readonly offsets: Int32Array
  readonly lengths: Int32Array
}

function encodeSlices(writer: ByteWriter, { bytes, offsets, lengths, validity }: StringSliceVector | BinaryVector): void {
  const present = validity === null ? lengths : lengths.map((length, row) => (isValid(validity, row) ? length : 0))
  encodeIntegers(writer, present, null)
  let total = 0
  let isRow = true
  for (let row = 0; row < present.length; row++) {
    if ((present[row] as number) > 0 && offsets[row] !== (offsets[0] as number) + total) isRow = false
    total += present[row] as number
  }
  const first = offsets[0] as number
  if (isRow) {
    // One after the other already, as in what the state table gives.
    writer.bytes(bytes.subarray(first, first + total))
    return
  }
  const room = writer.room(total)
  let at = 0
  for (let row = 0; row < present.length; row++) {
    const start = offsets[row] as number
    room.set(bytes.subarray(start, start + (present[row] as number)), at)
    at += present[row] as number
  }
}

const encoder = new TextEncoder()
/** Each entry of the dictionary that a row has is made UTF-8 once. */
function encodeDictionary(writer: ByteWriter, { codes, dictionary, validity }: StringDictionaryVector): void {
  const texts: (Uint8Array | undefined)[] = []
  const lengths = new Int32Array(codes.length)
  let total = 0
  for (let row = 0; row < codes.length; row++) {
    if (!isValid(validity, row)) continue
    const code = codes[row] as number
    const text = texts[code] ?? encoder.encode(dictionary[code])
    texts[code] = text
    lengths[row] = text.length
    total += text.length
  }
  encodeIntegers(writer, lengths, null)
  const room = writer.room(total)
  let at = 0
  for (let row = 0; row < codes.length; row++) {
    if (!isValid(validity, row)) continue
    const text = texts[codes[row] as number] as Uint8Array
    room.set(text, at)
    at += text.length
  }
}

function decodeSlices(reader: ByteReader, length: number): Slices {
  const lengths = decodeIntegers(reader, length, 0, 0x7fffffff)
  const offsets = new Float64Array(length)
  let total = 0
  for (let row = 0; row < length; row++) {
    offsets[row] = total
    total += lengths[row] as number
  }
  reader.expect(total)
  if (total > 0x7fffffff) reader.damaged(`${total} bytes are too many for ${length} texts`)
  return { bytes: reader.bytes(total).slice(), offsets: Int32Array.from(offsets), lengths: Int32Array.from(lengths) }
}

/** Whether the whole is UTF-8 and no text begins within a character. */
function isText({ bytes, offsets }: Slices): boolean {
  if (!isUtf8(bytes)) return false
  for (let row = 0; row < offsets.length; row++) if (((bytes[offsets[row] as number] ?? 0) & 0xc0) === 0x80) return false
  return true
}
