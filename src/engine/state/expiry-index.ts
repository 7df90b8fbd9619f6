/**
 * Rows by the event time at which they expire: a list of rows for each distinct time, and a heap over the times. Linking and unlinking a row costs the same at
 * any size, but for a time that comes or goes: then the heap's logarithm. Times are numbers or bigints (time-buckets.ts); the two compare exactly.
 */
import { growLane, int32Lane, nextCapacity, PAGE_BITS, PAGE_MASK } from './pages.ts'
import type { RowLanes } from './row-space.ts'
import type { StateMemory } from './state-memory.ts'
import { type Time, TimeBuckets } from './time-buckets.ts'

/** Of a distinct time: its entries in arrays of JavaScript and in its shard, which are not counted one by one. */
const TIME_BYTES = 56

export class ExpiryIndex implements RowLanes {
  readonly rowBytes = 8
  readonly #memory: StateMemory
  /** The row behind each in its list; 0: none. */
  readonly #next: Int32Array[] = []
  /** The row before each; of the first row, the complement of its bucket; 0: in no list. */
  readonly #before: Int32Array[] = []
  readonly #buckets = new TimeBuckets()
  readonly #times = this.#buckets.times
  /** The bucket of the last row that was linked. */
  #last = 0
  /** By bucket: its first row, 0 where the bucket is free, and its place in the heap. */
  readonly #first: number[] = []
  readonly #places: number[] = []
  /** Buckets. */
  readonly #heap: number[] = []

  constructor(memory: StateMemory) {
    this.#memory = memory
  }
  grow(capacity: number): void {
    growLane(this.#next, capacity, int32Lane)
    growLane(this.#before, capacity, int32Lane)
  }

  /** The same by itself, where rows are not those of a table; gives the capacity after this one. */
  growNext(capacity: number): number {
    const next = nextCapacity(capacity)
    this.#memory.add(this.rowBytes * (next - capacity))
    this.grow(next)
    return next
  }

  get earliest(): Time | null {
    return this.#heap.length === 0 ? null : this.#timeAt(0)
  }

  /** The rows whose time is at or before `upTo`, the earliest first unless order does not matter. Costs what it gives. */
  rowsUpTo(upTo: bigint, isOrdered = true): number[] {
    // Numbers compare with bigints exactly, but slowly.
    const limit: Time = Number.isSafeInteger(Number(upTo)) ? Number(upTo) : upTo
    const buckets: number[] = []
    const places = [0]
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      if (place >= this.#heap.length || this.#timeAt(place) > limit) continue
      buckets.push(this.#heap[place] as number)
      places.push(2 * place + 1, 2 * place + 2)
    }
    if (isOrdered) buckets.sort((a, b) => ((this.#times[a] as Time) < (this.#times[b] as Time) ? -1 : 1))
    const rows: number[] = []
    for (const bucket of buckets) {
      for (let row = this.#first[bucket] as number; row !== 0; row = get(this.#next, row)) rows.push(row)
    }
    return rows
  }

  /** Puts a row, wherever it was, under a time. */
  link(row: number, time: Time): void {
    const before = get(this.#before, row)
    // A put that leaves the time as it was is the usual case.
    if (before < 0 && this.#times[~before] === time) return
    if (before !== 0) this.unlink(row)
    // Neighbours often have one time: rows of a window do.
    let bucket = this.#last
    if (this.#times[bucket] !== time || this.#first[bucket] === 0) {
      bucket = this.#buckets.find(time)
      if (bucket === -1) bucket = this.#open(time)
      this.#last = bucket
    }
    const first = this.#first[bucket] as number
    set(this.#next, row, first)
    set(this.#before, row, ~bucket)
    if (first !== 0) set(this.#before, first, row)
    this.#first[bucket] = row
  }

  /** Takes a row out; nothing happens where it is not in. */
  unlink(row: number): void {
    const before = get(this.#before, row)
    if (before === 0) return
    const next = get(this.#next, row)
    if (next !== 0) set(this.#before, next, before)
    if (before > 0) set(this.#next, before, next)
    else if (next !== 0) this.#first[~before] = next
    else this.#close(~before)
    set(this.#before, row, 0)
  }

  #timeAt(place: number): Time {
    return this.#times[this.#heap[place] as number] as Time
  }

  #open(time: Time): number {
    this.#memory.add(TIME_BYTES)
    const bucket = this.#buckets.add(time)
    this.#first[bucket] = 0
    this.#heap.push(bucket)
    this.#rise(this.#heap.length - 1)
    return bucket
  }
  #close(bucket: number): void {
    this.#memory.add(-TIME_BYTES)
    this.#buckets.remove(bucket)
    this.#first[bucket] = 0
    const place = this.#places[bucket] as number
    const last = this.#heap.pop() as number
    if (last !== bucket) {
      this.#put(place, last)
      this.#rise(place)
      this.#sink(this.#places[last] as number)
    }
  }

  #put(place: number, bucket: number): void {
    this.#heap[place] = bucket
    this.#places[bucket] = place
  }
  #rise(place: number): void {
    const bucket = this.#heap[place] as number
    const time = this.#times[bucket] as Time
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (this.#timeAt(parent) <= time) break
      this.#put(place, this.#heap[parent] as number)
      place = parent
    }
    this.#put(place, bucket)
  }
  #sink(place: number): void {
    const bucket = this.#heap[place] as number
    const time = this.#times[bucket] as Time
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.#heap.length) break
      if (child + 1 < this.#heap.length && this.#timeAt(child + 1) < this.#timeAt(child)) child++
      if (time <= this.#timeAt(child)) break
      this.#put(place, this.#heap[child] as number)
      place = child
    }
    this.#put(place, bucket)
  }
}

const get = (pages: readonly Int32Array[], row: number): number => (pages[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] as number
function set(pages: readonly Int32Array[], row: number, value: number): void {
  ;(pages[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] = value
}
