/**
 * Writes records straight into the bytes of a batch (format 2): the inner loop of everything that is produced. Nothing is kept of a record but its bytes.
 *
 * A builder is used again and again: `append` records, `finish` the batch. The finished bytes belong to the caller; `recycle` gives memory back.
 */

import { copyLiterals } from '../compression/byte-copies.ts'
import type { CompressionCodec } from '../compression/codecs.ts'
import { compressionNumber } from '../compression/codecs.ts'
import { protocolFault } from '../wire/fault.ts'
import { ATTRIBUTE, BATCH, LENGTH_END, MAGIC } from './batch-cursor.ts'
import { crc32c } from './crc32c.ts'
import { NULL_RANGE, type RecordHeader } from './record-lanes.ts'

export interface BatchFields {
  readonly baseOffset?: number
  readonly leaderEpoch?: number
  /** -1, -1 and -1 without idempotence. */
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly isTransactional?: boolean
  readonly isControl?: boolean
}

/** A record has at most so many bytes beside its key, value and headers: three lengths, attributes, two deltas and a count. */
export const RECORD_OVERHEAD_MAX = 36
const BATCH_BYTES_MAX = 0x7fff_ffff
const TWO_32 = 4_294_967_296
const NO_BYTES = new Uint8Array(0)
const NO_HEADERS: readonly RecordHeader[] = []

export class RecordBatchBuilder {
  readonly #codec: CompressionCodec | undefined
  readonly #sizeHint: number
  #bytes: Buffer = Buffer.alloc(0)
  #at: number = BATCH.records
  #count = 0
  #baseTimestamp = 0
  #maxTimestamp = 0

  /** Without a codec, records are not compressed. `sizeHint` is what a batch is expected to have. */
  constructor({ codec, sizeHint = 16_384 }: { readonly codec?: CompressionCodec; readonly sizeHint?: number } = {}) {
    this.#codec = codec?.name === 'none' ? undefined : codec
    this.#sizeHint = Math.max(sizeHint, 256)
  }

  get count(): number {
    return this.#count
  }
  /** What the batch has so far, before it is compressed. */
  get sizeBytes(): number {
    return this.#at
  }

  append(timestamp: number, key: Uint8Array | null, value: Uint8Array | null, headers: readonly RecordHeader[] = NO_HEADERS): void {
    this.#record(
      timestamp,
      key ?? NO_BYTES,
      key === null ? NULL_RANGE : 0,
      key === null ? NULL_RANGE : key.length,
      value ?? NO_BYTES,
      value === null ? NULL_RANGE : 0,
      value === null ? NULL_RANGE : value.length,
      headers,
    )
  }

  /** A record whose key and value stand in `bytes`, as lanes have them: a range that starts at NULL_RANGE is null. */
  appendRange(timestamp: number, bytes: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    this.#record(timestamp, bytes, keyStart, keyEnd, bytes, valueStart, valueEnd, NO_HEADERS)
  }

  /** The batch, and an empty builder. */
  finish(fields: BatchFields = {}): Uint8Array {
    const records = this.#codec?.compress(this.#bytes.subarray(BATCH.records, this.#at))
    let batch = this.#bytes.subarray(0, this.#at)
    if (records !== undefined) {
      batch = Buffer.allocUnsafeSlow(BATCH.records + records.length)
      batch.set(records, BATCH.records)
    } else this.#bytes = Buffer.alloc(0)
    const { baseOffset = 0, leaderEpoch = -1, producerId = -1, producerEpoch = -1, baseSequence = -1 } = fields
    const attributes =
      (this.#codec === undefined ? 0 : compressionNumber(this.#codec.name)) |
      (fields.isTransactional === true ? ATTRIBUTE.transactional : 0) |
      (fields.isControl === true ? ATTRIBUTE.control : 0)
    writeInt64(batch, BATCH.baseOffset, baseOffset)
    batch.writeInt32BE(batch.length - LENGTH_END, BATCH.length)
    batch.writeInt32BE(leaderEpoch, BATCH.leaderEpoch)
    batch[BATCH.magic] = MAGIC
    batch.writeInt16BE(attributes, BATCH.attributes)
    batch.writeInt32BE(Math.max(0, this.#count - 1), BATCH.lastOffsetDelta)
    writeInt64(batch, BATCH.baseTimestamp, this.#baseTimestamp)
    writeInt64(batch, BATCH.maxTimestamp, this.#maxTimestamp)
    writeInt64(batch, BATCH.producerId, producerId)
    batch.writeInt16BE(producerEpoch, BATCH.producerEpoch)
    batch.writeInt32BE(baseSequence, BATCH.baseSequence)
    batch.writeInt32BE(this.#count, BATCH.count)
    stampCrc(batch)
    this.#at = BATCH.records
    this.#count = 0
    return batch
  }

  /** Takes the memory of a batch that nobody reads any more for the next one. */
  recycle(batch: Uint8Array): void {
    if (this.#count === 0 && batch.byteOffset === 0 && batch.buffer.byteLength > this.#bytes.length)
      this.#bytes = Buffer.from(batch.buffer, 0, batch.buffer.byteLength)
  }

  #record(
    timestamp: number,
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    headers: readonly RecordHeader[],
  ): void {
    if (!Number.isSafeInteger(timestamp) || timestamp < -1) protocolFault(`the time of a record is ${timestamp}`)
    if (this.#count === 0) {
      this.#baseTimestamp = timestamp
      this.#maxTimestamp = timestamp
    } else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    const delta = timestamp - this.#baseTimestamp
    // Zigzag would be beyond 2^53: the sign is the lowest bit, the rest is kept apart.
    const magnitude = delta < 0 ? -delta - 1 : delta
    const keyLength = keyStart === NULL_RANGE ? -1 : keyEnd - keyStart
    const valueLength = valueStart === NULL_RANGE ? -1 : valueEnd - valueStart
    const payload = Math.max(keyLength, 0) + Math.max(valueLength, 0)
    const headerBytes = headers === NO_HEADERS ? 1 : sizeOfHeaders(headers)
    const length =
      1 +
      longBytes(magnitude) +
      uvarintBytes(2 * this.#count) +
      uvarintBytes(zigzag(keyLength)) +
      uvarintBytes(zigzag(valueLength)) +
      payload +
      headerBytes
    this.#reserve(length + 5)

    const bytes = this.#bytes
    let at = writeUvarint(bytes, this.#at, zigzag(length))
    bytes[at++] = 0
    at = magnitude < 0x4000_0000 ? writeUvarint(bytes, at, zigzag(delta)) : writeLong(bytes, at, magnitude, delta < 0 ? 1 : 0)
    at = writeUvarint(bytes, at, 2 * this.#count)
    at = writeUvarint(bytes, at, zigzag(keyLength))
    if (keyLength > 0) {
      copyLiterals(keyBytes, keyStart, keyLength, bytes, at)
      at += keyLength
    }
    at = writeUvarint(bytes, at, zigzag(valueLength))
    if (valueLength > 0) {
      copyLiterals(valueBytes, valueStart, valueLength, bytes, at)
      at += valueLength
    }
    if (headers === NO_HEADERS) bytes[at++] = 0
    else at = writeHeaders(bytes, at, headers)
    this.#at = at
    this.#count++
  }

  #reserve(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    if (needed > BATCH_BYTES_MAX) protocolFault(`a batch has ${needed} bytes`)
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length, this.#sizeHint))
    if (this.#count > 0) this.#bytes.copy(grown, BATCH.records, BATCH.records, this.#at)
    this.#bytes = grown
  }
}

/** Writes another producer into a batch that was finished, as a retry with a new epoch needs it, and its new checksum. */
export function stampProducer(batch: Uint8Array, producerId: number, producerEpoch: number, baseSequence: number): void {
  const buffer = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
  writeInt64(buffer, BATCH.producerId, producerId)
  buffer.writeInt16BE(producerEpoch, BATCH.producerEpoch)
  buffer.writeInt32BE(baseSequence, BATCH.baseSequence)
  stampCrc(buffer)
}

/** Writes where in the log a batch stands. The checksum does not cover it. */
export function stampOffset(batch: Uint8Array, baseOffset: number, leaderEpoch: number): void {
  const buffer = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
  writeInt64(buffer, BATCH.baseOffset, baseOffset)
  buffer.writeInt32BE(leaderEpoch, BATCH.leaderEpoch)
}

function stampCrc(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch, BATCH.attributes, batch.length), BATCH.crc)
}

function writeInt64(bytes: Buffer, at: number, value: number): void {
  bytes.writeInt32BE(Math.floor(value / TWO_32), at)
  bytes.writeUInt32BE(value >>> 0, at + 4)
}

function sizeOfHeaders(headers: readonly RecordHeader[]): number {
  let size = uvarintBytes(2 * headers.length)
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key)
    size += uvarintBytes(2 * keyLength) + keyLength + (value === null ? 1 : uvarintBytes(2 * value.length) + value.length)
  }
  return size
}

function writeHeaders(bytes: Buffer, at: number, headers: readonly RecordHeader[]): number {
  at = writeUvarint(bytes, at, 2 * headers.length)
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key)
    at = writeUvarint(bytes, at, 2 * keyLength)
    at += bytes.write(key, at, keyLength, 'utf8')
    at = writeUvarint(bytes, at, value === null ? 1 : 2 * value.length)
    if (value === null) continue
    bytes.set(value, at)
    at += value.length
  }
  return at
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

const uvarintBytes = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5

/** Of a signed integer of any size, with its sign in the lowest bit. */
function longBytes(magnitude: number): number {
  let size = 1
  for (let rest = magnitude; rest >= 64; rest /= 128) size++
  return size
}

/** Below 2^32. */
function writeUvarint(bytes: Uint8Array, at: number, value: number): number {
  value >>>= 0
  while (value > 0x7f) {
    bytes[at++] = (value & 0x7f) | 0x80
    value >>>= 7
  }
  bytes[at++] = value
  return at
}

function writeLong(bytes: Uint8Array, at: number, magnitude: number, sign: number): number {
  let low = (magnitude % 64) * 2 + sign
  for (let rest = Math.floor(magnitude / 64); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[at++] = low | 0x80
    low = rest % 128
  }
  bytes[at++] = low
  return at
}
