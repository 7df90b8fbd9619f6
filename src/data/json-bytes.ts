/**
 * Rows as lines of JSON in UTF-8, written straight from the vectors: no object and no string per row. What is written is what json-encoder.ts, the oracle,
 * makes of the same row, to the byte.
 */
import { Buffer } from 'node:buffer'
import { formatDate, isoTimestamp } from './calendar.ts'
import type { DataType, StructType } from './data-type.ts'
import { GrowingBytes, putNumber } from './number-bytes.ts'
import type { Batch, StringDictionaryVector, StringSliceVector, Vector } from './vector.ts'
import { isValid } from './vector-reader.ts'

const [QUOTE, COLON, OPEN, CLOSE] = [0x22, 0x3a, 0x7b, 0x7d]

export class JsonLines {
  readonly #out = new GrowingBytes()
  readonly #root: StructWriter
  readonly #end: Uint8Array

  constructor(schema: StructType, lineSeparator = '\n') {
    this.#root = new StructWriter(this.#out, schema)
    this.#end = Buffer.from(lineSeparator)
  }

  /** Bytes that were written and not taken. */
  get length(): number {
    return this.#out.at
  }

  /** Appends rows of the batch from `from` on until there are so many bytes; gives the first row that is not written. */
  add(batch: Batch, from = 0, bytesMax: number = Number.POSITIVE_INFINITY): number {
    this.#root.beginColumns(batch.columns)
    let row = from
    while (row < batch.length && this.#out.at < bytesMax) {
      this.#root.write(row++)
      this.#out.put(this.#end)
    }
    return row
  }

  /** All that was written, as bytes of their own; the next begin anew. */
  take(): Uint8Array {
    return this.#out.take()
  }
}

/** Rows as objects into bytes of the caller's, without anything between them. `beginColumns` comes before the rows of each batch. */
export interface JsonRowWriter {
  beginColumns(columns: readonly Vector[]): void
  write(row: number): void
}
export function jsonRowWriter(out: GrowingBytes, schema: StructType): JsonRowWriter {
  return new StructWriter(out, schema)
}

/** Writes the values of one column; `write` is called only for rows that have one. */
interface ValueWriter {
  begin(vector: Vector): void
  write(row: number): void
}

function writerOf(out: GrowingBytes, type: DataType): ValueWriter {
  switch (type.kind) {
    case 'string':
      return new StringWriter(out)
    case 'struct':
      return new StructWriter(out, type)
    case 'int':
    case 'double':
    case 'long':
      return new NumberWriter(out)
    case 'timestamp':
      return new TimestampWriter(out)
    default:
      return new TextWriter(out)
  }
}

class StructWriter implements ValueWriter {
  readonly #out: GrowingBytes
  readonly #names: readonly Uint8Array[]
  readonly #writers: readonly ValueWriter[]
  #columns: readonly Vector[] = []

  constructor(out: GrowingBytes, { fields }: StructType) {
    this.#out = out
    this.#names = fields.map(({ name }) => Buffer.from(`,${JSON.stringify(name)}:`))
    this.#writers = fields.map(({ type }) => writerOf(out, type))
  }
  begin(vector: Vector): void {
    if (vector.kind === 'struct') this.beginColumns(vector.children)
  }
  beginColumns(columns: readonly Vector[]): void {
    this.#columns = columns
    for (const [index, writer] of this.#writers.entries()) writer.begin(columns[index] as Vector)
  }
  write(row: number): void {
    const out = this.#out
    const from = out.at
    for (let index = 0; index < this.#writers.length; index++) {
      const { kind, validity } = this.#columns[index] as Vector
      if (kind === 'null' || !isValid(validity, row)) continue
      out.put(this.#names[index] as Uint8Array)
      ;(this.#writers[index] as ValueWriter).write(row)
    }
    if (out.at === from) out.byte(OPEN)
    // In place of the first comma.
    else out.bytes[from] = OPEN
    out.byte(CLOSE)
  }
}

class NumberWriter implements ValueWriter {
  readonly #out: GrowingBytes
  #narrow: Int32Array | Float64Array = new Int32Array(0)
  #wide: BigInt64Array | null = null
  #isDouble = false

  constructor(out: GrowingBytes) {
    this.#out = out
  }
  begin(vector: Vector): void {
    this.#isDouble = vector.kind === 'double'
    this.#wide = null
    if (vector.kind === 'int' || vector.kind === 'double') this.#narrow = vector.values
    else if (vector.kind === 'long' && vector.values instanceof BigInt64Array) this.#wide = vector.values
    else if (vector.kind === 'long') this.#narrow = vector.values as Float64Array
  }
  write(row: number): void {
    const out = this.#out
    const value = this.#narrow[row] as number
    // JavaScript leaves the sign of -0 out; a double has one.
    if (this.#wide !== null) out.ascii(String(this.#wide[row]))
    else if (!this.#isDouble) putNumber(out, value)
    else if (Object.is(value, -0)) out.ascii('-0')
    else if (Number.isFinite(value)) putNumber(out, value)
    else out.ascii(`"${value}"`)
  }
}

/** Texts that are part of a dictionary are encoded once; slices that need no escapes are copied. */
class StringWriter implements ValueWriter {
  readonly #out: GrowingBytes
  #slices: StringSliceVector | null = null
  #codes = new Int32Array(0)
  #dictionary: readonly string[] = []
  #encoded: Uint8Array[] = []

  constructor(out: GrowingBytes) {
    this.#out = out
  }
  begin(vector: Vector): void {
    if (vector.kind !== 'string') return
    this.#slices = vector.form === 'slices' ? vector : null
    if (vector.form === 'dictionary') this.#beginDictionary(vector)
  }
  #beginDictionary({ codes, dictionary }: StringDictionaryVector): void {
    this.#codes = codes as Int32Array<ArrayBuffer>
    if (dictionary === this.#dictionary) return
    this.#dictionary = dictionary
    this.#encoded = []
  }
  write(row: number): void {
    if (this.#slices !== null) this.#writeSlice(this.#slices, row)
    else this.#writeCode(row)
  }
  #writeCode(row: number): void {
    const code = this.#codes[row] as number
    let bytes = this.#encoded[code]
    if (bytes === undefined) {
      bytes = Buffer.from(JSON.stringify(this.#dictionary[code]))
      this.#encoded[code] = bytes
    }
    this.#out.put(bytes)
  }
  #writeSlice({ bytes, offsets, lengths }: StringSliceVector, row: number): void {
    const out = this.#out
    const start = offsets[row] as number
    const end = start + (lengths[row] as number)
    for (let index = start; index < end; index++) {
      const byte = bytes[index] as number
      if (byte < 0x20 || byte === QUOTE || byte === 0x5c) {
        out.put(Buffer.from(JSON.stringify(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString())))
        return
      }
    }
    out.byte(QUOTE)
    out.put(bytes.subarray(start, end))
    out.byte(QUOTE)
  }
}

const DAY_MICROS = 86_400_000_000

/** `"2026-01-01T00:00:00.123Z"`, with the day's text kept. */
class TimestampWriter implements ValueWriter {
  readonly #out: GrowingBytes
  #values: Float64Array | BigInt64Array = new Float64Array(0)
  #day = Number.NaN
  #dayText: Uint8Array = new Uint8Array(0)

  constructor(out: GrowingBytes) {
    this.#out = out
  }
  begin(vector: Vector): void {
    if (vector.kind === 'timestamp') this.#values = vector.values
  }
  write(row: number): void {
    const out = this.#out
    const micros = this.#values[row] as number | bigint
    if (typeof micros === 'bigint') out.ascii(`"${isoTimestamp(micros)}"`)
    else this.#writeMicros(out, micros)
  }
  #writeMicros(out: GrowingBytes, micros: number): void {
    const day = Math.floor(micros / DAY_MICROS)
    if (day !== this.#day) {
      this.#day = day
      this.#dayText = Buffer.from(`"${formatDate(day)}T`)
    }
    out.put(this.#dayText)
    const ofDay = micros - day * DAY_MICROS
    const seconds = Math.floor(ofDay / 1e6)
    const fraction = ofDay - seconds * 1e6
    const minutes = Math.floor(seconds / 60)
    out.two(Math.floor(minutes / 60))
    out.byte(COLON)
    out.two(minutes % 60)
    out.byte(COLON)
    out.two(seconds % 60)
    out.byte(0x2e)
    const millis = Math.floor(fraction / 1000)
    out.three(millis)
    if (fraction !== millis * 1000) out.three(fraction - millis * 1000)
    out.byte(0x5a)
    out.byte(QUOTE)
  }
}

/** Types that are rare, by their texts. */
class TextWriter implements ValueWriter {
  readonly #out: GrowingBytes
  #vector: Vector | null = null

  constructor(out: GrowingBytes) {
    this.#out = out
  }
  begin(vector: Vector): void {
    this.#vector = vector
  }
  write(row: number): void {
    const vector = this.#vector
    const out = this.#out
    if (vector?.kind === 'boolean') out.ascii(vector.values[row] === 0 ? 'false' : 'true')
    else if (vector?.kind === 'date') out.ascii(`"${formatDate(vector.values[row] as number)}"`)
    else if (vector?.kind === 'binary') {
      const start = vector.offsets[row] as number
      const bytes = Buffer.from(vector.bytes.buffer, vector.bytes.byteOffset + start, vector.lengths[row] as number)
      out.ascii(`"${bytes.toString('base64')}"`)
    }
  }
}
