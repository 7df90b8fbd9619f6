/**
 * Steps from record batch to record batch (format 2) in bytes that hold some of them, and reads their headers in place. Records are not looked at, see
 * record-walker.ts. A fetch may end in the middle of a batch: it is as if that batch were not there (`torn`).
 *
 * Older formats are refused with KAFKA_RECORD_FORMAT, headers that cannot be with KAFKA_RECORDS_DAMAGED.
 */
import { MillraceError } from '../../../error.ts'
import { recordsFault } from '../wire/fault.ts'
import { crc32c } from './crc32c.ts'

/** Where things stand in a batch, in bytes from its start. */
export const BATCH = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const
/** The length in a batch counts what follows it. */
export const LENGTH_END = BATCH.leaderEpoch
export const ATTRIBUTE = { compression: 0x07, appendTime: 0x08, transactional: 0x10, control: 0x20, deleteHorizon: 0x40 } as const
export const MAGIC = 2
/** Length, attributes, two deltas, two lengths and the number of headers, a byte each. */
export const RECORD_BYTES_MIN = 7
const TWO_32 = 4_294_967_296

export class BatchCursor {
  #bytes: Uint8Array = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)
  /** Of the current batch, in `bytes`. */
  start = 0
  end = 0
  /** Whether the bytes end in the middle of a batch. Known when `next` has returned false. */
  torn = false
  attributes = 0
  baseOffset = 0
  lastOffset = 0
  /** How many records the batch says that it has. */
  count = 0

  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Stands before the first batch of `bytes`. */
  begin(bytes: Uint8Array): void {
    if (bytes.buffer !== this.#bytes.buffer || bytes.byteOffset !== this.#bytes.byteOffset || bytes.length !== this.#bytes.length)
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#bytes = bytes
    this.start = 0
    this.end = 0
    this.torn = false
  }

  /** Goes to the next whole batch; false if there is none. */
  next(): boolean {
    const view = this.#view
    const start = this.end
    const remaining = this.#bytes.length - start
    if (remaining > BATCH.magic) this.#checkMagic(view.getInt8(start + BATCH.magic), start)
    this.torn = remaining > 0
    if (remaining < BATCH.records) return false
    const length = view.getInt32(start + BATCH.length)
    if (length < BATCH.records - LENGTH_END) recordsFault(`its length is ${length}`, { at: start })
    if (length > remaining - LENGTH_END) return false
    this.torn = false
    this.start = start
    this.end = start + LENGTH_END + length
    this.attributes = view.getInt16(start + BATCH.attributes)
    this.baseOffset = this.#int64(BATCH.baseOffset)
    const lastOffsetDelta = view.getInt32(start + BATCH.lastOffsetDelta)
    this.lastOffset = this.baseOffset + lastOffsetDelta
    this.count = view.getInt32(start + BATCH.count)
    if (this.baseOffset < 0 || lastOffsetDelta < 0 || !Number.isSafeInteger(this.lastOffset + 1))
      recordsFault(`its offsets are ${this.baseOffset} to ${this.lastOffset}`, { at: start })
    if (this.count < 0 || this.count - 1 > lastOffsetDelta)
      recordsFault(`it says that it has ${this.count} records in ${lastOffsetDelta + 1} offsets`, { offset: this.baseOffset })
    return true
  }

  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  get compression(): number {
    return this.attributes & ATTRIBUTE.compression
  }
  get isTransactional(): boolean {
    return (this.attributes & ATTRIBUTE.transactional) !== 0
  }
  /** Holds markers of transactions and not what users wrote. */
  get isControl(): boolean {
    return (this.attributes & ATTRIBUTE.control) !== 0
  }
  /** All records have the time at which the broker appended them, `maxTimestamp`. */
  get isAppendTime(): boolean {
    return (this.attributes & ATTRIBUTE.appendTime) !== 0
  }
  get leaderEpoch(): number {
    return this.#view.getInt32(this.start + BATCH.leaderEpoch)
  }
  get crc(): number {
    return this.#view.getUint32(this.start + BATCH.crc)
  }
  /** In milliseconds. Beyond 2^53 − 1 (the year 287396) the nearest number. */
  get baseTimestamp(): number {
    return this.#int64(BATCH.baseTimestamp)
  }
  get maxTimestamp(): number {
    return this.#int64(BATCH.maxTimestamp)
  }
  /** -1 without idempotence. */
  get producerId(): number {
    return this.#int64(BATCH.producerId)
  }
  get producerEpoch(): number {
    return this.#view.getInt16(this.start + BATCH.producerEpoch)
  }
  get baseSequence(): number {
    return this.#view.getInt32(this.start + BATCH.baseSequence)
  }
  get recordsStart(): number {
    return this.start + BATCH.records
  }

  /** Throws KAFKA_RECORDS_DAMAGED unless the bytes of the batch have its checksum. */
  checkCrc(): void {
    const computed = crc32c(this.#bytes, this.start + BATCH.attributes, this.end)
    if (computed !== this.crc)
      recordsFault(`the checksum of the batch at offset ${this.baseOffset} is ${computed}, and ${this.crc} is written`, {
        offset: this.baseOffset,
      })
  }

  #int64(field: number): number {
    const at = this.start + field
    return this.#view.getInt32(at) * TWO_32 + this.#view.getUint32(at + 4)
  }
  #checkMagic(magic: number, at: number): void {
    if (magic !== MAGIC)
      throw new MillraceError('KAFKA_RECORD_FORMAT', `Records have format ${magic}, and only format ${MAGIC} is read.`, {
        details: { magic, at },
      })
  }
}
