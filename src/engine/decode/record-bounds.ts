/**
 * Where the records of a batch begin and end. Those of a source that cuts them are known; of lines (`\n`, `\r` and `\r\n` each end one) each is found when it is
 * asked for, unless a decoder that has read it tells.
 */
import { Buffer } from 'node:buffer'

/** Record i is `bytes[starts[i] … ends[i])`; `origin` says where record 0 comes from. */
export interface Records {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly origin: string
}
/** Each line of `bytes` is a record; the last one has an end too. */
export interface Lines {
  readonly bytes: Uint8Array
  readonly origin: string
}

const LF = 10
const CR = 13
const RECORDS_MIN = 256
const SEARCHED_BYTES = 4096

export class RecordBounds implements Records {
  bytes: Uint8Array = new Uint8Array(0)
  starts: Int32Array = new Int32Array(0)
  ends: Int32Array = new Int32Array(0)
  origin = ''
  /** Records whose ends are known; where there is a next one, its start is known too. */
  count = 0
  #areLines = false
  #lines = { starts: new Int32Array(RECORDS_MIN), ends: new Int32Array(RECORDS_MIN) }
  #view: Buffer = Buffer.alloc(0)
  /** The next `\r`, or how far there is none. */
  #cr = 0

  begin(input: Records | Lines): void {
    this.bytes = input.bytes
    this.origin = input.origin
    this.#areLines = !('starts' in input)
    if ('starts' in input) {
      this.starts = input.starts
      this.ends = input.ends
      this.count = input.starts.length
      return
    }
    this.starts = this.#lines.starts
    this.ends = this.#lines.ends
    this.starts[0] = 0
    this.count = 0
    this.#view = Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length)
    this.#cr = 0
  }

  get areLines(): boolean {
    return this.#areLines
  }

  /** For how many records there is room, one of which may have no end yet. */
  get capacity(): number {
    return this.#areLines ? this.starts.length - 1 : this.starts.length
  }

  /** Whether there is such a record, the next one at most; then there is room for it, and its start is known. */
  has(record: number): boolean {
    if (record < this.count) return true
    if (!this.#areLines || (this.starts[this.count] as number) >= this.#view.length) return false
    if (this.count + 2 > this.starts.length) this.#grow()
    return true
  }

  /** Finds the ends of so many records, and the room for another one; gives how many are known, which is fewer only where there are no more. */
  upTo(wanted: number): number {
    if (!this.#areLines) return Math.min(wanted, this.count)
    while (this.count < wanted && this.has(this.count)) this.#findEnd()
    return Math.min(wanted, this.count)
  }

  /** Records up to here have been read by one who found their ends, and the start of the next. */
  readTo(count: number): void {
    if (count > this.count) this.count = count
  }

  #findEnd(): void {
    const view = this.#view
    const start = this.starts[this.count] as number
    const lf = view.indexOf(LF, start)
    const end = this.#carriageReturn(start, lf < 0 ? view.length : lf)
    this.ends[this.count] = end
    this.count++
    this.starts[this.count] = view[end] === CR && view[end + 1] === LF ? end + 2 : end + 1
  }

  /** Where the first `\r` between is, or `to`. Some bytes are searched at once, and no further: most blocks have none, and decoders ask for few ends. */
  #carriageReturn(from: number, to: number): number {
    const view = this.#view
    if (this.#cr < from) this.#cr = from
    while (this.#cr < to && view[this.#cr] !== CR) {
      const searched = Math.max(to, Math.min(view.length, this.#cr + SEARCHED_BYTES))
      const found = view.subarray(this.#cr, searched).indexOf(CR)
      this.#cr = found < 0 ? searched : this.#cr + found
    }
    return Math.min(this.#cr, to)
  }

  #grow(): void {
    const { starts, ends } = this.#lines
    this.#lines = { starts: new Int32Array(2 * starts.length), ends: new Int32Array(2 * starts.length) }
    this.#lines.starts.set(starts)
    this.#lines.ends.set(ends)
    this.starts = this.#lines.starts
    this.ends = this.#lines.ends
  }
}

/** The records of lines, cut at once: for decoders that look at one record after another. */
export function cutRecords(input: Records | Lines): Records {
  if ('starts' in input) return input
  const bounds = new RecordBounds()
  bounds.begin(input)
  const count = bounds.upTo(Number.POSITIVE_INFINITY)
  return { ...input, starts: bounds.starts.slice(0, count), ends: bounds.ends.slice(0, count) }
}
