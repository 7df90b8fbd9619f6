/**
 * Records as lanes: where the key and the value of each stand in `bytes`, its offset and its time. No object a record; the lanes are used again for the next
 * batch, so whoever wants to keep something copies it. `bytes` is a part of the fetch itself, or what a compressed batch held.
 */
import { recordsFault } from '../wire/fault.ts'
import { WireReader } from '../wire/wire-reader.ts'

/** Start and end of a key or value that is null. */
export const NULL_RANGE = -1

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

export class RecordLanes {
  bytes: Uint8Array = new Uint8Array(0)
  count = 0
  offsets = new Float64Array(0)
  /** In milliseconds. */
  timestamps = new Float64Array(0)
  keyStarts = new Int32Array(0)
  keyEnds = new Int32Array(0)
  valueStarts = new Int32Array(0)
  valueEnds = new Int32Array(0)
  /** Where the whole record begins; `headers` reads it again. */
  recordStarts = new Int32Array(0)

  /** Forgets the records, and makes `bytes` what the next ones stand in. */
  begin(bytes: Uint8Array): void {
    this.bytes = bytes
    this.count = 0
  }

  /** Makes room for so many more records. */
  reserve(more: number): void {
    const needed = this.count + more
    if (needed <= this.offsets.length) return
    const capacity = Math.max(needed, 2 * this.offsets.length, 1024)
    const grown = <T extends Int32Array | Float64Array>(made: T, lane: T): T => {
      made.set(lane.subarray(0, this.count))
      return made
    }
    this.offsets = grown(new Float64Array(capacity), this.offsets)
    this.timestamps = grown(new Float64Array(capacity), this.timestamps)
    this.keyStarts = grown(new Int32Array(capacity), this.keyStarts)
    this.keyEnds = grown(new Int32Array(capacity), this.keyEnds)
    this.valueStarts = grown(new Int32Array(capacity), this.valueStarts)
    this.valueEnds = grown(new Int32Array(capacity), this.valueEnds)
    this.recordStarts = grown(new Int32Array(capacity), this.recordStarts)
  }

  /** Shares memory with `bytes`. */
  key(index: number): Uint8Array | null {
    return this.#range(this.keyStarts[index], this.keyEnds[index])
  }
  value(index: number): Uint8Array | null {
    return this.#range(this.valueStarts[index], this.valueEnds[index])
  }

  /** The headers of a record, read now. Throws KAFKA_RECORDS_DAMAGED if they cannot be. */
  headers(index: number): readonly RecordHeader[] {
    try {
      const reader = new WireReader(this.bytes, this.recordStarts[index])
      const length = reader.varint()
      const record = new WireReader(this.bytes, reader.position, reader.position + length)
      record.int8()
      record.varlong()
      record.varint()
      // Key and value.
      record.raw(Math.max(0, record.varint()))
      record.raw(Math.max(0, record.varint()))
      const count = record.varint()
      // Each has at least two lengths.
      if (count < 0 || 2 * count > record.remaining) record.fault(`${count} headers are announced`)
      const headers = Array.from({ length: count }, () => header(record))
      record.end()
      return headers
    } catch (error) {
      return recordsFault(`the headers of the record at offset ${this.offsets[index]} do not fit it`, {
        offset: this.offsets[index],
        cause: String(error),
      })
    }
  }

  #range(start = NULL_RANGE, end = NULL_RANGE): Uint8Array | null {
    return start === NULL_RANGE ? null : this.bytes.subarray(start, end)
  }
}

function header(reader: WireReader): RecordHeader {
  const keyLength = reader.varint()
  if (keyLength < 0) reader.fault('a header has no key')
  const key = Buffer.from(reader.raw(keyLength)).toString('utf8')
  const valueLength = reader.varint()
  return { key, value: valueLength < 0 ? null : reader.raw(valueLength) }
}
