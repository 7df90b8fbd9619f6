/**
 * Builds vectors and batches from datums, and cuts and joins batches. Batches that are not changed are shared: `takeRows` of all rows gives the batch itself.
 */
import { MillraceError } from '../error.ts'
import type { DataType, StructType } from './data-type.ts'
import type { Datum } from './datum.ts'
import type { Batch, Vector } from './vector.ts'
import { readerOf } from './vector-reader.ts'

export interface VectorBuilder {
  readonly length: number
  append(datum: Datum): void
  finish(): Vector
}

/** A builder for vectors of the type. It may be used once. */
export function vectorBuilder(type: DataType): VectorBuilder {
  const datums: Datum[] = []
  return {
    get length() {
      return datums.length
    },
    append: (datum) => {
      datums.push(datum)
    },
    finish: () => vectorOf(type, datums),
  }
}

/** The datums as a vector. */
export function vectorOf(type: DataType, datums: readonly Datum[]): Vector {
  const { length } = datums
  const validity = validityOf(datums)
  switch (type.kind) {
    case 'null':
      return { kind: 'null', length, validity }
    case 'boolean':
      return { kind: 'boolean', length, validity, values: Uint8Array.from(datums, (datum) => (datum === true ? 1 : 0)) }
    case 'int':
    case 'date':
      return { kind: type.kind, length, validity, values: Int32Array.from(datums, (datum) => (datum as number | null) ?? 0) }
    case 'double':
      return { kind: 'double', length, validity, values: Float64Array.from(datums, (datum) => (datum as number | null) ?? 0) }
    case 'long':
    case 'timestamp':
      return { kind: type.kind, length, validity, values: longLane(datums) }
    case 'string':
      return { kind: 'string', form: 'dictionary', length, validity, ...dictionaryOf(datums) }
    case 'binary':
      return { kind: 'binary', length, validity, ...slicesOf(datums) }
    case 'struct': {
      const children = type.fields.map((one, index) =>
        vectorOf(
          one.type,
          datums.map((datum) => (datum === null ? null : ((datum as readonly Datum[])[index] ?? null))),
        ),
      )
      return { kind: 'struct', length, validity, children }
    }
  }
}

function validityOf(datums: readonly Datum[]): Uint8Array | null {
  if (!datums.includes(null)) return null
  const bits = new Uint8Array((datums.length + 7) >> 3)
  for (const [row, datum] of datums.entries()) if (datum !== null) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7))
  return bits
}

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER)
function longLane(datums: readonly Datum[]): Float64Array | BigInt64Array {
  const safe = datums.every((datum) => datum === null || ((datum as bigint) <= SAFE_MAX && (datum as bigint) >= -SAFE_MAX))
  if (safe) return Float64Array.from(datums, (datum) => (datum === null ? 0 : Number(datum)))
  return BigInt64Array.from(datums, (datum) => (datum as bigint | null) ?? 0n)
}

function dictionaryOf(datums: readonly Datum[]): { codes: Int32Array; dictionary: readonly string[] } {
  const codeOf = new Map<string, number>()
  const codes = Int32Array.from(datums, (datum) => {
    if (datum === null) return 0
    const known = codeOf.get(datum as string)
    if (known !== undefined) return known
    codeOf.set(datum as string, codeOf.size)
    return codeOf.size - 1
  })
  return { codes, dictionary: [...codeOf.keys()] }
}

function slicesOf(datums: readonly Datum[]): { bytes: Uint8Array; offsets: Int32Array; lengths: Int32Array } {
  const lengths = Int32Array.from(datums, (datum) => (datum === null ? 0 : (datum as Uint8Array).length))
  const offsets = new Int32Array(datums.length)
  let total = 0
  for (const [row, length] of lengths.entries()) {
    offsets[row] = total
    total += length
  }
  if (total > 0x7fffffff) throw new MillraceError('RECORD_TOO_LONG', `A batch would hold ${total} bytes of one binary column.`)
  const bytes = new Uint8Array(total)
  for (const [row, datum] of datums.entries()) if (datum !== null) bytes.set(datum as Uint8Array, offsets[row])
  return { bytes, offsets, lengths }
}

export function constantVector(type: DataType, datum: Datum, length: number): Vector {
  return takeVector(vectorOf(type, [datum]), new Int32Array(length))
}

export function batchFromDatums(schema: StructType, rows: readonly (readonly Datum[])[]): Batch {
  const columns = schema.fields.map((one, index) =>
    vectorOf(
      one.type,
      rows.map((row) => row[index] ?? null),
    ),
  )
  return { schema, length: rows.length, columns }
}

export function emptyBatch(schema: StructType): Batch {
  return batchFromDatums(schema, [])
}

export function datumRows(batch: Batch): Datum[][] {
  const readers = batch.columns.map(readerOf)
  return Array.from({ length: batch.length }, (_, row) => readers.map((read) => read(row)))
}

/** The rows at the indexes, in that order. Works on the lanes; strings and binaries keep sharing their bytes. */
export function takeRows(batch: Batch, rows: Int32Array): Batch {
  return { schema: batch.schema, length: rows.length, columns: batch.columns.map((column) => takeVector(column, rows)) }
}

export function takeVector(vector: Vector, rows: Int32Array): Vector {
  const { length } = rows
  const validity = takeValidity(vector.validity, rows)
  switch (vector.kind) {
    case 'null':
      return { kind: 'null', length, validity }
    case 'boolean':
      return { ...vector, length, validity, values: takeBytes(vector.values, rows) }
    case 'int':
    case 'date':
      return { ...vector, length, validity, values: takeInts(vector.values, rows) }
    case 'double':
      return { ...vector, length, validity, values: takeDoubles(vector.values, rows) }
    case 'long':
    case 'timestamp': {
      const { values } = vector
      return { ...vector, length, validity, values: values instanceof Float64Array ? takeDoubles(values, rows) : takeBigInts(values, rows) }
    }
    case 'string':
      if (vector.form === 'dictionary') return { ...vector, length, validity, codes: takeInts(vector.codes, rows) }
      return { ...vector, length, validity, offsets: takeInts(vector.offsets, rows), lengths: takeInts(vector.lengths, rows) }
    case 'binary':
      return { ...vector, length, validity, offsets: takeInts(vector.offsets, rows), lengths: takeInts(vector.lengths, rows) }
    case 'struct':
      return { ...vector, length, validity, children: vector.children.map((child) => takeVector(child, rows)) }
  }
}

// One loop for each kind of lane: a loop that meets several kinds takes several times as long.
function takeBytes(from: Uint8Array, rows: Int32Array): Uint8Array {
  const to = new Uint8Array(rows.length)
  for (let index = 0; index < rows.length; index++) to[index] = from[rows[index] as number] as number
  return to
}
function takeInts(from: Int32Array, rows: Int32Array): Int32Array {
  const to = new Int32Array(rows.length)
  for (let index = 0; index < rows.length; index++) to[index] = from[rows[index] as number] as number
  return to
}
function takeDoubles(from: Float64Array, rows: Int32Array): Float64Array {
  const to = new Float64Array(rows.length)
  for (let index = 0; index < rows.length; index++) to[index] = from[rows[index] as number] as number
  return to
}
function takeBigInts(from: BigInt64Array, rows: Int32Array): BigInt64Array {
  const to = new BigInt64Array(rows.length)
  for (let index = 0; index < rows.length; index++) to[index] = from[rows[index] as number] as bigint
  return to
}
function takeValidity(validity: Uint8Array | null, rows: Int32Array): Uint8Array | null {
  if (validity === null) return null
  const bits = new Uint8Array((rows.length + 7) >> 3)
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number
    if (((validity[row >> 3] as number) & (1 << (row & 7))) !== 0) bits[index >> 3] = (bits[index >> 3] as number) | (1 << (index & 7))
  }
  return bits
}

/** The batches, which all have the schema, one after the other. */
export function concatBatches(schema: StructType, batches: readonly Batch[]): Batch {
  const [only] = batches
  if (batches.length === 1 && only !== undefined) return only
  return batchFromDatums(schema, batches.flatMap(datumRows))
}

/** A batch that shares no memory with the given one: for whoever keeps a batch longer than it was lent. */
export function copyBatch(batch: Batch): Batch {
  return { ...batch, columns: structuredClone(batch.columns) as readonly Vector[] }
}

/** Every buffer of the batch, once: what to hand over when it is posted to a worker. */
export function transferables(batch: Batch): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  const add = (array: { readonly buffer: ArrayBufferLike } | null): void => {
    if (array !== null) buffers.add(array.buffer as ArrayBuffer)
  }
  const visit = (vector: Vector): void => {
    add(vector.validity)
    if ('values' in vector) add(vector.values)
    if ('bytes' in vector) for (const lane of [vector.bytes, vector.offsets, vector.lengths]) add(lane)
    if ('codes' in vector) add(vector.codes)
    if ('children' in vector) vector.children.forEach(visit)
  }
  batch.columns.forEach(visit)
  return [...buffers]
}
