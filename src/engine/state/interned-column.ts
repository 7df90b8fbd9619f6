/**
 * A key column of texts, binaries or structs (windows are structs): each distinct value is kept once, in a pool that is a column of its own, and a row is the
 * number of its value. So a key is copied, compared and hashed as an integer, however long it is, and what is distinct is known without looking at every row.
 *
 * A value stays in the pool as long as a row has it, and until the end of the epoch, so that numbers may be remembered within one.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { Vector } from '../../data/vector.ts'
import { isValid } from '../../data/vector-reader.ts'
import { KeyIndex, NO_ROW, PROBE } from './key-index.ts'
import { growLane, int32Lane, PAGE_BITS, PAGE_MASK, PAGE_ROWS } from './pages.ts'
import { RowList } from './row-list.ts'
import { type RowLanes, RowSpace } from './row-space.ts'
import type { StateColumn } from './state-column.ts'
import type { StateMemory } from './state-memory.ts'

/** The number of null. In the pool it is the probe's, so what stands there is not to be looked at. */
export const NULL_ID = 0
/** What the probe has while its value is in no pool. */
const UNKNOWN = NO_ROW
/** Waits for the end of the epoch, when it goes unless a row has it. */
const IDLE = 1

export class InternedColumn implements StateColumn {
  readonly type: DataType
  readonly rowBytes = 4
  /** The distinct values by their numbers. */
  readonly pool: StateColumn
  /** By row. */
  readonly ids: Int32Array[] = []
  readonly #counts = new Counts()
  readonly #space: RowSpace
  readonly #index: KeyIndex
  readonly #idle: RowList
  /** Rows that have a value, and the distinct values. */
  #held = 0
  #distinct = 0

  constructor(pool: StateColumn, memory: StateMemory) {
    this.type = pool.type
    this.pool = pool
    this.#space = new RowSpace([pool, this.#counts], memory)
    this.#index = new KeyIndex([pool], memory)
    this.#idle = new RowList(memory)
  }
  get textBytes(): number {
    return this.#distinct === 0 ? 0 : (this.pool.textBytes / this.#distinct + this.pool.rowBytes) * this.#held
  }
  grow(capacity: number): void {
    growLane(this.ids, capacity, int32Lane)
  }

  idOf(row: number): number {
    return (this.ids[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] as number
  }
  /** One more than the greatest number that a value has. */
  get idsEnd(): number {
    return this.#space.end
  }
  /** The numbers of the rows' values. */
  idsOf(rows: Int32Array): Int32Array {
    const given = new Int32Array(rows.length)
    for (let from = 0; from < rows.length; from += PAGE_ROWS)
      gatherLane(this.ids, rows, from, Math.min(rows.length, from + PAGE_ROWS), given)
    return given
  }
  get(row: number): Datum {
    const id = this.idOf(row)
    return id === NULL_ID ? null : this.pool.get(id === UNKNOWN ? PROBE : id)
  }
  isNull(row: number): boolean {
    return this.idOf(row) === NULL_ID
  }
  set(row: number, datum: Datum): void {
    if (datum === null) {
      this.clear(row)
      return
    }
    this.pool.set(PROBE, datum)
    this.seek(row)
  }
  load(row: number, vector: Vector, index: number): void {
    if (!isValid(vector.validity, index)) {
      this.clear(row)
      return
    }
    this.pool.load(PROBE, vector, index)
    this.seek(row)
  }
  /** Gives the row the value that stands in the pool's probe. */
  seek(row: number): void {
    const id = this.#index.find(this.#index.hash(PROBE))
    if (row === PROBE) this.point(id)
    else this.#hold(row, id === UNKNOWN ? this.#adopt() : id)
    if (id !== UNKNOWN) this.pool.clear(PROBE)
  }
  /** Gives the probe a value by its number, which holds within the epoch. */
  point(id: number): void {
    ;(this.ids[0] as Int32Array)[PROBE] = id
  }
  clear(row: number): void {
    if (row === PROBE) {
      this.point(NULL_ID)
      return
    }
    const id = this.idOf(row)
    if (id === NULL_ID) return
    const count = this.#counts.change(id, -1)
    this.#held--
    if (count === 0) this.#setIdle(id)
    this.#write(row, NULL_ID)
  }
  /** Gives rows that are null values by their numbers. */
  hold(rows: Int32Array, given: Int32Array, count: number): void {
    const { ids } = this
    const counts = this.#counts.pages
    for (let at = 0; at < count; at++) {
      const row = rows[at] as number
      const id = given[at] as number
      if (id === NULL_ID) continue
      ;(ids[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] = id
      const page = counts[id >>> PAGE_BITS] as Int32Array
      page[id & PAGE_MASK] = (page[id & PAGE_MASK] as number) + 1
      this.#held++
    }
  }
  copy(from: number, to: number): void {
    const id = this.idOf(from)
    if (to === PROBE) this.point(id)
    else this.#hold(to, id)
  }
  move(from: number, to: number): void {
    this.copy(from, to)
    this.clear(from)
  }
  reserve(datum: Datum): void {
    this.pool.reserve(datum)
    this.#space.reserve(1)
  }
  /** Of the probe: takes its value into the pool, where the next row will find it. Throws STATE_TOO_LARGE. */
  reserveRow(row: number): void {
    if (row === PROBE && this.idOf(PROBE) === UNKNOWN) this.point(this.#adopt())
  }

  hash(row: number, seed: number): number {
    const id = this.idOf(row)
    return id === NULL_ID ? seed : this.pool.hash(id === UNKNOWN ? PROBE : id, seed)
  }
  /** Different values never have one for the same seed. */
  mix(row: number, seed: number): number {
    const mixed = Math.imul(seed ^ this.idOf(row), 0x9e3779b1)
    return mixed ^ (mixed >>> 15)
  }
  equal(a: number, b: number): boolean {
    return this.idOf(a) === this.idOf(b)
  }
  /** Ends a look-up: what was in the probe is gone. */
  gather(rows: Int32Array): Vector {
    return this.gatherIds(this.idsOf(rows))
  }
  /** The values by their numbers. Ends a look-up too. */
  gatherIds(ids: Int32Array): Vector {
    this.#forgetProbe()
    return this.pool.gather(ids)
  }
  tidy(rowsMax: number): void {
    this.#sweep()
    this.pool.tidy(rowsMax)
  }

  /** The epoch ended: numbers that no row has are given back. */
  #sweep(): void {
    for (let at = 0; at < this.#idle.length; at++) {
      const id = this.#idle.at(at)
      this.#space.setFlags(id, 0)
      if (this.#counts.of(id) !== 0) continue
      this.#index.remove(this.#index.hash(id), id)
      this.pool.clear(id)
      this.#space.release(id)
      this.#distinct--
    }
    this.#idle.clear()
    this.#forgetProbe()
  }
  /** In the pool, the probe stands for null while nothing is looked for. */
  #forgetProbe(): void {
    this.point(NULL_ID)
    this.pool.clear(PROBE)
  }
  #adopt(): number {
    const hash = this.#index.hash(PROBE)
    this.#space.reserve(1)
    this.#index.reserve(PROBE, hash)
    this.pool.reserveRow(PROBE)
    const id = this.#space.take()
    this.pool.copy(PROBE, id)
    // Null has the probe's number.
    this.pool.clear(PROBE)
    this.#index.insert(hash, id)
    this.#distinct++
    this.#setIdle(id)
    return id
  }
  #hold(row: number, id: number): void {
    const old = this.idOf(row)
    if (old === id) return
    if (old !== NULL_ID) this.clear(row)
    if (id === NULL_ID) return
    this.#counts.change(id, 1)
    this.#held++
    this.#write(row, id)
  }
  #write(row: number, id: number): void {
    ;(this.ids[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] = id
  }
  #setIdle(id: number): void {
    if (this.#space.flagsOf(id) === IDLE) return
    this.#space.setFlags(id, IDLE)
    this.#idle.push(id)
  }
}

/** In parts: a long loop that runs once would be compiled while it runs, and again at its end. */
function gatherLane(pages: readonly Int32Array[], rows: Int32Array, from: number, to: number, given: Int32Array): void {
  for (let at = from; at < to; at++) {
    const row = rows[at] as number
    given[at] = (pages[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] as number
  }
}

/** How many rows have a value. */
class Counts implements RowLanes {
  readonly rowBytes = 4
  readonly pages: Int32Array[] = []
  grow(capacity: number): void {
    growLane(this.pages, capacity, int32Lane)
  }
  of(id: number): number {
    return (this.pages[id >>> PAGE_BITS] as Int32Array)[id & PAGE_MASK] as number
  }
  change(id: number, by: number): number {
    const page = this.pages[id >>> PAGE_BITS] as Int32Array
    const count = (page[id & PAGE_MASK] as number) + by
    page[id & PAGE_MASK] = count
    return count
  }
}
