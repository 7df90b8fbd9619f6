/**
 * Cuts a stream of bytes into records at line ends, without making a string of any. Chunks go in as they come; whole records come out as slices of one buffer.
 * A record may span any number of chunks and is scanned once; what is kept of an unfinished one is bounded by `maxRecordBytes`. The socket and file sources
 * rely on it.
 *
 * Without a separator of the user's, `\n`, `\r` and `\r\n` each end a line, as in Java's readLine and Spark's readers, wherever chunks are cut.
 */
import { Buffer } from 'node:buffer'
import { MillraceError } from '../../error.ts'
import { CarriedBytes } from './carried-bytes.ts'

const LF = 10
const CR = 13

/** Record i is `bytes[starts[i] … ends[i])`. */
export interface RecordSlices {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
}

export interface RecordCutterOptions {
  /** Null: any line end. */
  readonly separator: Uint8Array | null
  readonly maxRecordBytes: number
  /** Where the records come from, for RECORD_TOO_LONG: `localhost:9999`. */
  readonly origin: string
  /** Chunks are given away: what comes out may share their memory, and LEAD_BYTES in front of them, so that nothing is copied. */
  readonly ownsChunks?: boolean
}

export class RecordCutter {
  readonly #options: RecordCutterOptions
  /** The unfinished record, as it came. */
  readonly #carried = new CarriedBytes()
  /** A `\r` was the last byte: a `\n` that follows belongs to it. */
  #skipLineFeed = false
  #records = 0
  /** The records of the chunk under way; as long as it was ever needed. */
  #starts = new Int32Array(256)
  #ends = new Int32Array(256)
  #count = 0

  constructor(options: RecordCutterOptions) {
    this.#options = options
  }

  /** Bytes of the record that is not finished yet. */
  get unfinishedBytes(): number {
    return this.#carried.length
  }
  /** Records that are finished. */
  get records(): number {
    return this.#records
  }

  /** The records that `chunk` finishes, or null. Throws RECORD_TOO_LONG. Keeps no reference to `chunk`. */
  push(chunk: Uint8Array): RecordSlices | null {
    const begin = this.#skipLineFeed && chunk[0] === LF ? 1 : 0
    if (chunk.length > 0) this.#skipLineFeed = false
    // A separator of several bytes may have begun in what is carried: that much of it is scanned again.
    const { separator } = this.#options
    const again = separator === null ? 0 : Math.min(separator.length - 1, this.#carried.length)
    const found = again === 0 ? this.#firstEnd(chunk, begin) : this.#firstEnd(Buffer.concat([this.#carried.tail(again), chunk]), 0)
    if (found < 0) {
      this.#carry(chunk.subarray(begin))
      return null
    }
    return this.#cut(chunk, begin)
  }

  /** The record that the end of the stream finishes, or null. */
  end(): RecordSlices | null {
    this.#skipLineFeed = false
    if (this.#carried.length === 0) return null
    const bytes = this.#carried.joined(new Uint8Array(0), false)
    this.#records++
    return { bytes, starts: Int32Array.of(0), ends: Int32Array.of(bytes.length) }
  }

  /** The records of the chunk from `begin` on, the first of which may have begun in what is carried. */
  #cut(chunk: Uint8Array, begin: number): RecordSlices {
    const { separator, ownsChunks = false } = this.#options
    const before = this.#carried.length
    const bytes = before === 0 ? chunk : this.#carried.joined(chunk.subarray(begin), ownsChunks)
    const from = before === 0 ? begin : 0
    this.#count = 0
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const rest = separator === null ? this.#cutAtLineEnds(view, from) : this.#cutAtSeparators(view, from, separator)
    if (rest < bytes.length) this.#carry(bytes.subarray(rest))
    const count = this.#count
    this.#records += count
    const starts = this.#starts.slice(0, count)
    const ends = this.#ends.slice(0, count)
    if (ownsChunks || before > 0) return { bytes, starts, ends }
    // Only what the records have is copied.
    const base = starts[0] ?? 0
    for (let record = 0; record < count; record++) {
      starts[record] = (starts[record] as number) - base
      ends[record] = (ends[record] as number) - base
    }
    return { bytes: bytes.slice(base, base + (ends[count - 1] ?? 0)), starts, ends }
  }

  /** Gives where the unfinished record begins. */
  #cutAtLineEnds(view: Buffer, from: number): number {
    let lf = view.indexOf(LF, from)
    let cr = view.indexOf(CR, from)
    let start = from
    while (lf >= 0 || cr >= 0) {
      const atCr = cr >= 0 && (lf < 0 || cr < lf)
      const end = atCr ? cr : lf
      this.#finish(start, end)
      start = end + 1
      if (atCr && start === view.length) this.#skipLineFeed = true
      else if (atCr && view[start] === LF) start++
      if (lf >= 0 && lf < start) lf = view.indexOf(LF, start)
      if (cr >= 0 && cr < start) cr = view.indexOf(CR, start)
    }
    return start
  }

  #cutAtSeparators(view: Buffer, from: number, separator: Uint8Array): number {
    let start = from
    for (let end = view.indexOf(separator, start); end >= 0; end = view.indexOf(separator, start)) {
      this.#finish(start, end)
      start = end + separator.length
    }
    return start
  }

  #finish(start: number, end: number): void {
    const count = this.#count
    if (end - start > this.#options.maxRecordBytes) throw this.#tooLong(end - start, count)
    if (count === this.#starts.length) {
      this.#starts = grown(this.#starts)
      this.#ends = grown(this.#ends)
    }
    this.#starts[count] = start
    this.#ends[count] = end
    this.#count = count + 1
  }

  #firstEnd(bytes: Uint8Array, from: number): number {
    const { separator } = this.#options
    // A Buffer searches a single byte twice as fast as other arrays do.
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (separator !== null) return view.indexOf(separator, from)
    const lf = view.indexOf(LF, from)
    return lf >= 0 ? lf : view.indexOf(CR, from)
  }

  #carry(rest: Uint8Array): void {
    this.#carried.add(rest)
    const room = this.#options.separator?.length ?? 0
    if (this.#carried.length > this.#options.maxRecordBytes + room) throw this.#tooLong(this.#carried.length, 0)
  }

  #tooLong(bytes: number, before: number): MillraceError {
    const { maxRecordBytes, origin } = this.#options
    const record = this.#records + before + 1
    return new MillraceError(
      'RECORD_TOO_LONG',
      `Record ${record} of ${origin} is longer than maxRecordBytes (${maxRecordBytes} bytes): ${bytes} bytes of it were read without its end.`,
      { details: { origin, record, maxRecordBytes } },
    )
  }
}

function grown(lane: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * lane.length)
  larger.set(lane)
  return larger
}
