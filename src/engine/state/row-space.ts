/** Which rows there are: their flags, those that are free, and growing the columns when none is. */
import { FIRST_ROWS, growLane, nextCapacity, PAGE_BITS, PAGE_MASK, PAGE_ROWS, uint8Lane } from './pages.ts'
import { RowList } from './row-list.ts'
import type { StateMemory } from './state-memory.ts'

/** Something that has an entry for each row. */
export interface RowLanes {
  readonly rowBytes: number
  /** To the next capacity; see pages.ts. */
  grow(capacity: number): void
}

export class RowSpace {
  readonly #lanes: RowLanes[]
  readonly #memory: StateMemory
  #rowBytes: number
  readonly #flags: Uint8Array[] = []
  readonly #free: RowList
  #capacity = 0
  /** Row 0 is the probe. */
  #next = 1

  constructor(lanes: readonly RowLanes[], memory: StateMemory) {
    this.#lanes = [...lanes]
    this.#memory = memory
    this.#rowBytes = lanes.reduce((sum, one) => sum + one.rowBytes, 1)
    this.#free = new RowList(memory)
    // The first rows are there whatever the budget says, so that a key can be looked for.
    memory.add(this.#rowBytes * FIRST_ROWS)
    this.#grow(FIRST_ROWS)
  }

  get capacity(): number {
    return this.#capacity
  }
  /** One more than the greatest row that was ever taken. */
  get end(): number {
    return this.#next
  }
  /** One more entry for each row; it is counted, and not refused. */
  add(lanes: RowLanes): void {
    for (let capacity = nextCapacity(0); capacity <= this.#capacity; capacity = nextCapacity(capacity)) lanes.grow(capacity)
    this.#lanes.push(lanes)
    this.#rowBytes += lanes.rowBytes
    this.#memory.add(Math.ceil(lanes.rowBytes * this.#capacity))
  }
  flagsOf(row: number): number {
    return (this.#flags[row >>> PAGE_BITS] as Uint8Array)[row & PAGE_MASK] as number
  }
  setFlags(row: number, flags: number): void {
    ;(this.#flags[row >>> PAGE_BITS] as Uint8Array)[row & PAGE_MASK] = flags
  }

  /** The rows whose flags under the mask are these, which are not all 0. */
  rowsWith(mask: number, flags: number): Int32Array {
    const rows = new Int32Array(this.#next)
    let count = 0
    for (const [page, lane] of this.#flags.entries()) {
      const from = page << PAGE_BITS
      if (from < this.#next) count = rowsOfPage(lane, Math.min(PAGE_ROWS, this.#next - from), mask, flags, from, rows, count)
    }
    return rows.subarray(0, count)
  }

  /** Makes sure that so many rows can be taken, not more than the first page has. Throws STATE_TOO_LARGE. */
  reserve(count: number): void {
    if (this.#free.length + this.#capacity - this.#next >= count) return
    const capacity = nextCapacity(this.#capacity)
    this.#memory.take(Math.ceil(this.#rowBytes * (capacity - this.#capacity)))
    this.#grow(capacity)
  }
  /** A row that was reserved; its columns are null, its flags 0. */
  take(): number {
    return this.#free.length > 0 ? this.#free.pop() : this.#next++
  }
  /** Gives out up to so many rows, as many as there are without growing; how many. Their columns are null, their flags 0. */
  lease(rows: Int32Array, count: number): number {
    const leased = Math.min(count, this.#free.length + this.#capacity - this.#next)
    for (let at = 0; at < leased; at++) rows[at] = this.take()
    return leased
  }
  /** Takes back what `lease` gave out and nobody used. */
  giveBack(rows: Int32Array, from: number, to: number): void {
    for (let at = to - 1; at >= from; at--)
      if (rows[at] === this.#next - 1) this.#next--
      else this.#free.push(rows[at] as number)
  }
  setAllFlags(rows: Int32Array, count: number, flags: number): void {
    const pages = this.#flags
    for (let at = 0; at < count; at++) {
      const row = rows[at] as number
      ;(pages[row >>> PAGE_BITS] as Uint8Array)[row & PAGE_MASK] = flags
    }
  }
  /** Gives back a row whose columns were cleared. */
  release(row: number): void {
    this.setFlags(row, 0)
    this.#free.push(row)
  }

  #grow(capacity: number): void {
    growLane(this.#flags, capacity, uint8Lane)
    for (const one of this.#lanes) one.grow(capacity)
    this.#capacity = capacity
  }
}

/** A page at a time: a loop over all rows would run in the interpreter, and be compiled while it runs. Row 0 has no flags. */
function rowsOfPage(lane: Uint8Array, length: number, mask: number, flags: number, from: number, rows: Int32Array, count: number): number {
  for (let at = 0; at < length; at++) {
    rows[count] = from + at
    if (((lane[at] as number) & mask) === flags) count++
  }
  return count
}
