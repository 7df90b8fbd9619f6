/**
 * The lines that a socket source has and the engine has not committed yet: bytes with starts and ends, no string per line, one arrival time per chunk that
 * finished them. Lines are numbered from the first of the query. Reading copies, so that what is handed out may be transferred and read again.
 */
import type { StructType } from '../../data/data-type.ts'
import { BATCH_ROWS_TARGET, type Batch } from '../../data/vector.ts'
import { assert } from '../../error.ts'
import type { SourceBatch } from '../../plan/contracts/source.ts'
import type { RecordSlices } from '../lines/record-cutter.ts'

/** What a segment costs beside its bytes, roughly, so that a million one-line segments count for what they take. */
const SEGMENT_OVERHEAD_BYTES = 512
/** A batch takes segments until it has this much. */
const BATCH_BYTES_TARGET = 1024 * 1024

interface Segment {
  readonly firstLine: number
  /** Cost of all that came before it. */
  readonly firstByte: number
  readonly slices: RecordSlices
  readonly arrivalMicros: number
}

export class LineBuffer {
  #segments: Segment[] = []
  #count = 0
  #bytes = 0
  #committed = 0
  #committedBytes = 0

  /** The number of the next line to come. */
  get end(): number {
    return this.#count
  }
  /** Lines below are forgotten. */
  get begin(): number {
    return this.#committed
  }
  /** Bytes of the lines that are held. */
  get heldBytes(): number {
    return this.#bytes - this.#committedBytes
  }

  /** Numbers the lines from `line` on: for a query that goes on where an earlier run of it stopped. Only while nothing was committed. */
  startAt(line: number): void {
    const moved = line - this.#committed
    this.#segments = this.#segments.map((segment) => ({ ...segment, firstLine: segment.firstLine + moved }))
    this.#count += moved
    this.#committed = line
  }

  add(slices: RecordSlices, arrivalMicros: number): void {
    this.#segments.push({ firstLine: this.#count, firstByte: this.#bytes, slices, arrivalMicros })
    this.#count += slices.starts.length
    this.#bytes += slices.bytes.length + SEGMENT_OVERHEAD_BYTES
  }

  /** The end of the longest run of lines from `start` that has at most `maxBytes`; at least one line where there is one. */
  endWithin(start: number, maxBytes: number): number {
    if (start >= this.#count) return start
    const from = this.#byteAt(start)
    let [low, high] = [start + 1, this.#count]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#byteAt(middle) - from <= maxBytes) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Forgets the lines before `line`. */
  forget(line: number): void {
    if (line <= this.#committed) return
    this.#committedBytes = this.#byteAt(line)
    this.#committed = line
    const kept = this.#segments.findIndex((segment) => segment.firstLine + segment.slices.starts.length > line)
    this.#segments.splice(0, kept < 0 ? this.#segments.length : kept)
  }

  /** The lines of [start, end) in batches; `supplied` is empty or has the arrival time, once or more. */
  *read(start: number, end: number, supplied: StructType, origin: string): Generator<SourceBatch> {
    assert(
      start >= this.#committed && end <= this.#count,
      `lines ${start} to ${end} are asked for, but ${this.#committed} to ${this.#count} are held`,
    )
    for (let at = start; at < end; ) {
      const parts: { readonly segment: Segment; readonly from: number; readonly to: number }[] = []
      let [rows, bytes] = [0, 0]
      for (let index = this.#segmentOf(at); at < end && rows < BATCH_ROWS_TARGET && bytes < BATCH_BYTES_TARGET; index++) {
        const segment = this.#segments[index] as Segment
        const from = at - segment.firstLine
        const to = Math.min(segment.slices.starts.length, from + end - at, from + BATCH_ROWS_TARGET - rows)
        parts.push({ segment, from, to })
        rows += to - from
        bytes += (segment.slices.ends[to - 1] as number) - (segment.slices.starts[from] as number)
        at += to - from
      }
      yield joined(parts, rows, bytes, supplied, `${origin}, line ${at - rows + 1}`)
    }
  }

  /** Cost of all lines before `line`. */
  #byteAt(line: number): number {
    if (line >= this.#count) return this.#bytes
    const segment = this.#segments[this.#segmentOf(line)] as Segment
    return segment.firstByte + (segment.slices.starts[line - segment.firstLine] as number)
  }

  #segmentOf(line: number): number {
    let [low, high] = [0, this.#segments.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#segments[middle] as Segment).firstLine <= line) low = middle
      else high = middle - 1
    }
    return low
  }
}

function joined(
  parts: readonly { readonly segment: Segment; readonly from: number; readonly to: number }[],
  rows: number,
  byteCount: number,
  supplied: StructType,
  origin: string,
): SourceBatch {
  const bytes = new Uint8Array(byteCount)
  const starts = new Int32Array(rows)
  const ends = new Int32Array(rows)
  const arrivals = new Float64Array(rows)
  let [row, at] = [0, 0]
  for (const { segment, from, to } of parts) {
    const { slices } = segment
    const base = slices.starts[from] as number
    const part = slices.bytes.subarray(base, slices.ends[to - 1])
    bytes.set(part, at)
    arrivals.fill(segment.arrivalMicros, row, row + to - from)
    for (let line = from; line < to; line++, row++) {
      starts[row] = (slices.starts[line] as number) - base + at
      ends[row] = (slices.ends[line] as number) - base + at
    }
    at += part.length
  }
  return { kind: 'records', partition: '0', bytes, starts, ends, supplied: arrivalBatch(supplied, arrivals), origin }
}

function arrivalBatch(schema: StructType, arrivals: Float64Array): Batch {
  return {
    schema,
    length: arrivals.length,
    columns: schema.fields.map(() => ({ kind: 'timestamp', length: arrivals.length, validity: null, values: arrivals.slice() })),
  }
}
