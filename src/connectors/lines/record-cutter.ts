/**
 * Cuts a stream of bytes into records at line ends, without making a string of any. Chunks go in as they come; whole records come out as slices of one buffer.
 * A record may span any number of chunks and is scanned once; what is kept of an unfinished one is bounded by `maxRecordBytes`. The socket and file sources
 * rely on it.
 *
 * Without a separator of the user's, `\n`, `\r` and `\r\n` each end a line, as in Java's readLine and Spark's readers, wherever chunks are cut.
 */
import { MillraceError } from '../../error.ts'

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
}

export class RecordCutter {
  readonly #options: RecordCutterOptions
  /** The unfinished record, as it came. */
  #carried: Uint8Array[] = []
  #carriedBytes = 0
  /** A `\r` was the last byte: a `\n` that follows belongs to it. */
  #skipLineFeed = false
  #records = 0

  constructor(options: RecordCutterOptions) {
    this.#options = options
  }

  /** Bytes of the record that is not finished yet. */
  get unfinishedBytes(): number {
    return this.#carriedBytes
  }

  /** The records that `chunk` finishes, or null. Throws RECORD_TOO_LONG. Keeps no reference to `chunk`. */
  push(chunk: Uint8Array): RecordSlices | null {
    const begin = this.#skipLineFeed && chunk[0] === LF ? 1 : 0
    if (chunk.length > 0) this.#skipLineFeed = false
    // A separator of several bytes may have begun in what is carried: that much of it is scanned again.
    const { separator } = this.#options
    const again = separator === null ? 0 : Math.min(separator.length - 1, this.#carriedBytes)
    const found = again === 0 ? this.#firstEnd(chunk, begin) : this.#firstEnd(this.#tailAnd(chunk, again), 0)
    if (found < 0) {
      this.#carry(chunk.slice(begin))
      return null
    }
    const bytes = this.#carriedBytes === 0 ? chunk : this.#joined(chunk.subarray(begin))
    const from = this.#carriedBytes === 0 ? begin : 0
    return this.#cut(bytes, from)
  }

  /** The record that the end of the stream finishes, or null. */
  end(): RecordSlices | null {
    this.#skipLineFeed = false
    if (this.#carriedBytes === 0) return null
    const bytes = this.#joined(new Uint8Array(0))
    this.#carried = []
    this.#carriedBytes = 0
    this.#records++
    return { bytes, starts: Int32Array.of(0), ends: Int32Array.of(bytes.length) }
  }

  #cut(bytes: Uint8Array, from: number): RecordSlices {
    const starts: number[] = []
    const ends: number[] = []
    const rest =
      this.#options.separator === null ? this.#cutAtLineEnds(bytes, from, starts, ends) : this.#cutAtSeparators(bytes, from, starts, ends)
    this.#carried = []
    this.#carriedBytes = 0
    if (rest < bytes.length) this.#carry(bytes.slice(rest))
    this.#records += starts.length
    const base = starts[0] ?? 0
    const slices = {
      bytes: bytes.slice(base, ends.at(-1) ?? base),
      starts: Int32Array.from(starts, (start) => start - base),
      ends: Int32Array.from(ends, (end) => end - base),
    }
    return slices
  }

  /** Gives where the unfinished record begins. */
  #cutAtLineEnds(bytes: Uint8Array, from: number, starts: number[], ends: number[]): number {
    let lf = bytes.indexOf(LF, from)
    let cr = bytes.indexOf(CR, from)
    let start = from
    while (lf >= 0 || cr >= 0) {
      const atCr = cr >= 0 && (lf < 0 || cr < lf)
      const end = atCr ? cr : lf
      this.#finish(start, end, starts, ends)
      start = end + 1
      if (atCr && start === bytes.length) this.#skipLineFeed = true
      else if (atCr && bytes[start] === LF) start++
      if (lf >= 0 && lf < start) lf = bytes.indexOf(LF, start)
      if (cr >= 0 && cr < start) cr = bytes.indexOf(CR, start)
    }
    return start
  }

  #cutAtSeparators(bytes: Uint8Array, from: number, starts: number[], ends: number[]): number {
    const separator = this.#options.separator as Uint8Array
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let start = from
    for (let end = view.indexOf(separator, start); end >= 0; end = view.indexOf(separator, start)) {
      this.#finish(start, end, starts, ends)
      start = end + separator.length
    }
    return start
  }

  #finish(start: number, end: number, starts: number[], ends: number[]): void {
    if (end - start > this.#options.maxRecordBytes) throw this.#tooLong(end - start, starts.length)
    starts.push(start)
    ends.push(end)
  }

  #firstEnd(bytes: Uint8Array, from: number): number {
    const { separator } = this.#options
    if (separator !== null) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(separator, from)
    const lf = bytes.indexOf(LF, from)
    return lf >= 0 ? lf : bytes.indexOf(CR, from)
  }

  #carry(copy: Uint8Array): void {
    if (copy.length === 0) return
    this.#carried.push(copy)
    this.#carriedBytes += copy.length
    const room = this.#options.separator?.length ?? 0
    if (this.#carriedBytes > this.#options.maxRecordBytes + room) throw this.#tooLong(this.#carriedBytes, 0)
  }

  /** The last `count` bytes of what is carried, and `chunk` after them. */
  #tailAnd(chunk: Uint8Array, count: number): Uint8Array {
    const tail: number[] = []
    for (let part = this.#carried.length - 1; part >= 0 && tail.length < count; part--) {
      const bytes = this.#carried[part] as Uint8Array
      for (let i = bytes.length - 1; i >= 0 && tail.length < count; i--) tail.push(bytes[i] as number)
    }
    return Buffer.concat([Uint8Array.from(tail.reverse()), chunk])
  }

  #joined(chunk: Uint8Array): Uint8Array {
    const joined = new Uint8Array(this.#carriedBytes + chunk.length)
    let at = 0
    for (const part of this.#carried) {
      joined.set(part, at)
      at += part.length
    }
    joined.set(chunk, at)
    return joined
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
