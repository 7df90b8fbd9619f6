/**
 * What a fetch has of one partition, as lanes: the way from the bytes of a response to records. It checks sums, opens compressed batches, passes over control
 * batches, aborted transactions and what stands before the offset that was asked for, and says where the next fetch begins.
 *
 * Codecs are loaded beforehand (`loadCodec` for what `compressionsIn` names): reading itself never waits.
 */
import { MillraceError } from '../../../error.ts'
import { loadedCodec } from '../compression/codecs.ts'
import { recordsFault } from '../wire/fault.ts'
import { type AbortedTransaction, AbortedTransactions } from './aborted-transactions.ts'
import { BatchCursor } from './batch-cursor.ts'
import { controlTypeOf } from './control-record.ts'
import type { RecordLanes } from './record-lanes.ts'
import { walkRecords } from './record-walker.ts'

export interface RecordSetOptions {
  /** Whether checksums are compared; true by default. */
  readonly checkCrc?: boolean
  /** A batch that would be larger than this is refused; 256 MiB by default. */
  readonly decompressedBytesMax?: number
}
const DECOMPRESSED_BYTES_MAX = 256 * 1024 * 1024

export class RecordSetReader {
  readonly #cursor = new BatchCursor()
  readonly #checkCrc: boolean
  readonly #decompressedBytesMax: number
  #aborted: AbortedTransactions | null = null
  #fromOffset = 0
  /** Of the batch before. */
  #lastOffset = -1
  /** A batch that was looked at, but did not fit behind the others. */
  #pending = false
  /** What is wrong with the next batch, while the records before it are given. */
  #fault: unknown = null
  /** The offset behind the last whole batch: where the next fetch begins. Records that `next` has not given yet may be before it. */
  nextOffset = 0

  constructor({ checkCrc = true, decompressedBytesMax = DECOMPRESSED_BYTES_MAX }: RecordSetOptions = {}) {
    this.#checkCrc = checkCrc
    this.#decompressedBytesMax = decompressedBytesMax
  }

  /** Whether the bytes end in the middle of a batch. Known when `next` has returned false. */
  get torn(): boolean {
    return this.#cursor.torn
  }

  /** `aborted` is what the fetch says of aborted transactions; null to read all records, those of open transactions too. */
  begin(bytes: Uint8Array, fromOffset: number, aborted: readonly AbortedTransaction[] | null = null): void {
    this.#cursor.begin(bytes)
    this.#fromOffset = fromOffset
    this.nextOffset = fromOffset
    this.#aborted = aborted === null || aborted.length === 0 ? null : new AbortedTransactions(aborted)
    this.#pending = false
    this.#fault = null
    this.#lastOffset = -1
  }

  /**
   * Fills the lanes with the next records that stand in the same bytes; false if there are no more. The lanes may be empty where all was passed over.
   * What is whole before a damaged batch is given first; `nextOffset` is then that batch, and the next call throws.
   */
  next(lanes: RecordLanes): boolean {
    if (this.#fault !== null) throw this.#fault
    lanes.begin(this.#cursor.bytes)
    try {
      return this.#fill(lanes)
    } catch (error) {
      this.#fault = error
      if (lanes.count === 0) throw error
      return true
    }
  }

  #fill(lanes: RecordLanes): boolean {
    const cursor = this.#cursor
    let batches = 0
    while (this.#pending || this.#nextBatch()) {
      this.#pending = cursor.compression !== 0 && batches > 0
      if (this.#pending) return true
      if (cursor.compression === 0) walkRecords(lanes, cursor.recordsStart, cursor.end, this.#batch(), this.#fromOffset)
      else {
        const packed = cursor.bytes.subarray(cursor.recordsStart, cursor.end)
        const opened = loadedCodec(cursor.compression).decompress(packed, this.#decompressedBytesMax)
        lanes.begin(opened)
        walkRecords(lanes, 0, opened.length, this.#batch(), this.#fromOffset)
      }
      this.nextOffset = cursor.lastOffset + 1
      if (cursor.compression !== 0) return true
      batches++
    }
    return batches > 0
  }

  /** Goes to the next batch that has records for the reader. */
  #nextBatch(): boolean {
    const cursor = this.#cursor
    while (cursor.next()) {
      if (this.#checkCrc) cursor.checkCrc()
      const { baseOffset, lastOffset, isControl } = cursor
      if (baseOffset <= this.#lastOffset)
        recordsFault(`the batch at offset ${baseOffset} comes behind ${this.#lastOffset}`, { offset: baseOffset })
      this.#lastOffset = lastOffset
      const covered = this.#aborted?.covers(cursor, isControl && controlTypeOf(cursor) === 'abort') ?? false
      if (!isControl && !covered && lastOffset >= this.#fromOffset) return true
      this.nextOffset = Math.max(this.nextOffset, lastOffset + 1)
    }
    return false
  }

  #batch() {
    const { count, baseOffset, lastOffset, baseTimestamp, isAppendTime, maxTimestamp } = this.#cursor
    return { count, baseOffset, lastOffset, baseTimestamp, appendTimestamp: isAppendTime ? maxTimestamp : null }
  }
}

/** The kinds of compression in `bytes`, for `loadCodec`. Looks no further than the first batch that cannot be; RecordSetReader says what is wrong with it. */
export function compressionsIn(bytes: Uint8Array): readonly number[] {
  const cursor = new BatchCursor()
  const found = new Set<number>()
  try {
    for (cursor.begin(bytes); cursor.next(); ) if (cursor.compression !== 0) found.add(cursor.compression)
  } catch (error) {
    if (!MillraceError.is(error)) throw error
  }
  return [...found]
}
