/**
 * What was fetched of one partition and is not read yet: chunks of record batches as they came, of which slices of records are taken up to an offset. A chunk that
 * the offset cuts stays open, so that no batch is checked or walked twice.
 */
import type { MillraceError } from '../../error.ts'
import type { FetchedPartition } from '../../kafka/client/fetch/fetched.ts'
import type { TopicPartition } from '../../kafka/client/topic-partition.ts'
import { RecordLanes } from '../../kafka/protocol/records/record-lanes.ts'
import { RecordSetReader } from '../../kafka/protocol/records/record-set-reader.ts'
import { nameOf } from './partition-name.ts'
import type { RecordSlice } from './record-columns.ts'
import type { SharedFrame } from './shared-frame.ts'

/** Rows of a slice: what a batch of columns is good for. */
const SLICE_ROWS = 8192
/** Behind bytes that are put aside, as behind a frame: decoders may look at words. */
const SLACK_BYTES = 64

type Fetch = Pick<FetchedPartition, 'fetchOffset' | 'nextOffset' | 'bytes' | 'aborted'>
interface Chunk extends Fetch {
  /** Null where the bytes are our own. */
  readonly frame: SharedFrame | null
}
/** A slice of the queue's lanes; they are used again after `done`. */
export interface QueueSlice extends RecordSlice {
  /** Whether the rows stand in the frame, and not in bytes that were decompressed or put aside. */
  readonly inFrame: boolean
  /** `kept`: something still refers to the bytes, so that the frame must never be written over. */
  done(kept: boolean): void
}

export class PartitionQueue implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly name: string
  readonly #reader: RecordSetReader
  readonly #lanes = new RecordLanes()
  readonly #chunks: Chunk[] = []
  #open: Chunk | null = null
  #row = 0
  /** Rows before it were given; between it and `next` there are none. */
  #floor: number
  #next: number
  /** Why nothing more comes, until the partition is begun anew. */
  failure: MillraceError | null = null
  isPaused = false
  #bytesPerOffset = 0

  constructor({ topic, partition }: TopicPartition, offset: number, { checkCrc }: { readonly checkCrc: boolean }) {
    this.topic = topic
    this.partition = partition
    this.name = nameOf({ topic, partition })
    this.#floor = offset
    this.#next = offset
    this.#reader = new RecordSetReader({ checkCrc })
  }

  /** On average; null while nothing was seen. */
  get bytesPerOffset(): number | null {
    return this.#bytesPerOffset === 0 ? null : this.#bytesPerOffset
  }
  get queuedBytes(): number {
    return this.#chunks.reduce((sum, { bytes }) => sum + bytes.length, this.#open?.bytes.length ?? 0)
  }
  /** Whether the next record to be given is the one at `offset`, or behind it where there is none. */
  standsAt(offset: number): boolean {
    return offset >= this.#floor && offset <= this.#next
  }

  add(fetch: Fetch, frame: SharedFrame): void {
    const { bytes, fetchOffset, nextOffset } = fetch
    this.#chunks.push({ bytes, fetchOffset, nextOffset, aborted: fetch.aborted, frame })
    const density = bytes.length / Math.max(1, nextOffset - fetchOffset)
    this.#bytesPerOffset = this.#bytesPerOffset === 0 ? density : 0.7 * this.#bytesPerOffset + 0.3 * density
  }

  /** Forgets what was fetched and begins anew; between `lost` and `offset` there is nothing. */
  restart(offset: number, lost = offset): void {
    this.#open?.frame?.partDone()
    for (const { frame } of this.#chunks.splice(0)) frame?.partDone()
    this.#close()
    this.#floor = lost
    this.#next = offset
    this.failure = null
  }

  /** The next records before `to`; 'done' where there are no more, null where they have to be fetched. */
  take(to: number): QueueSlice | 'done' | null {
    for (;;) {
      if (this.#row < this.#lanes.count) {
        if ((this.#lanes.offsets[this.#row] as number) < to) return this.#slice(to)
        this.#next = Math.max(this.#next, to)
        return 'done'
      }
      // A chunk is gone through to its end, so that its memory goes back.
      if (this.#open === null && this.#next >= to) return 'done'
      if (!this.#advance()) return null
    }
  }

  /** Copies what stands in frames, so that those can be used for other fetches while this partition is not read. */
  putAside(): void {
    for (const [index, chunk] of this.#chunks.entries()) this.#chunks[index] = aside(chunk)
    const open = this.#open
    if (open?.frame == null) return
    const moved = aside(open)
    const after = this.#reader.nextOffset
    this.#open = moved
    if (this.#lanes.bytes === open.bytes) this.#lanes.bytes = moved.bytes
    this.#reader.begin(moved.bytes, after, moved.aborted)
  }

  #slice(to: number): QueueSlice {
    const lanes = this.#lanes
    const from = this.#row
    const last = Math.min(lanes.count, from + SLICE_ROWS)
    const end = (lanes.offsets[last - 1] as number) < to ? last : firstAtOrAfter(lanes.offsets, from, last, to)
    this.#row = end
    this.#next = (lanes.offsets[end - 1] as number) + 1
    this.#floor = this.#next
    const { topic, partition } = this
    const open = this.#open as Chunk
    const inFrame = open.frame !== null && lanes.bytes === open.bytes
    const done = (kept: boolean): void => {
      if (kept && inFrame) open.frame?.keep()
    }
    return { topic, partition, lanes, from, to: end, batches: open.bytes, inFrame, done }
  }

  /** Goes on to the next records that were fetched; false if there are none. */
  #advance(): boolean {
    if (this.#open === null) {
      const chunk = this.#chunks.shift()
      if (chunk === undefined) return false
      this.#open = chunk
      this.#reader.begin(chunk.bytes, Math.max(this.#next, chunk.fetchOffset), chunk.aborted)
    }
    this.#row = 0
    if (this.#reader.next(this.#lanes)) return true
    const { nextOffset, frame } = this.#open
    this.#next = Math.max(this.#next, nextOffset)
    this.#close()
    frame?.partDone()
    return true
  }

  #close(): void {
    this.#open = null
    this.#row = 0
    const nothing = new Uint8Array(0)
    this.#lanes.begin(nothing)
    this.#reader.begin(nothing, 0)
  }
}

function aside(chunk: Chunk): Chunk {
  if (chunk.frame === null) return chunk
  const { length } = chunk.bytes
  const bytes = new Uint8Array(new ArrayBuffer(length + SLACK_BYTES), 0, length)
  bytes.set(chunk.bytes)
  chunk.frame.partDone()
  return { ...chunk, bytes, frame: null }
}

/** In an ascending lane. */
function firstAtOrAfter(offsets: Float64Array, from: number, to: number, offset: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((offsets[middle] as number) < offset) low = middle + 1
    else high = middle
  }
  return low
}
