/**
 * From keys to rows: open addressing with linear probing, in many small indexes that grow one by one, which spreads the work. A slot is the row and the hash of
 * its key, side by side, so a probe touches one cache line and growing reads no columns.
 *
 * Where one key column is a window, there is an index for each window: what an epoch touches lies together, whatever else is kept, and the rows of a window are
 * known. Else keys are spread over a fixed number of them.
 */
import { HASH_SEED } from '../../data/hash.ts'
import type { InternedColumn } from './interned-column.ts'
import { RowList } from './row-list.ts'
import type { StateColumn } from './state-column.ts'
import type { StateMemory } from './state-memory.ts'

/** The row of the key columns into which a key is written that is looked for. It is in no slot, so 0 marks a free one. */
export const PROBE = 0
export const NO_ROW = -1

const SPREAD_BITS = 7
const SPREAD = 1 << SPREAD_BITS
const SPREAD_MASK = SPREAD - 1
const FIRST_SLOTS = 8
/** What an index has beside its slots. */
const INDEX_BYTES = 128
/** One slot that is always free, so that an empty index needs no case of its own. */
const NO_SLOTS = new Int32Array(2)

export class KeyIndex {
  readonly #columns: readonly StateColumn[]
  readonly #memory: StateMemory
  readonly #section: InternedColumn | null
  readonly #slots: Int32Array[] = []
  readonly #counts: number[] = []
  /** By section: rows that are not in its slots yet. Null: none is, and rows go there at once. */
  readonly #waiting: (RowList | null)[] = []

  /** `section`: the column whose values have an index each; it is not among the columns. */
  constructor(columns: readonly StateColumn[], memory: StateMemory, section: InternedColumn | null = null) {
    this.#columns = columns
    this.#memory = memory
    this.#section = section
    if (section === null) this.#open(SPREAD_MASK)
  }

  /** The hash of a row's key, for this index alone. */
  hash(row: number): number {
    const columns = this.#columns
    let hash = HASH_SEED
    for (let index = 0; index < columns.length; index++) hash = (columns[index] as StateColumn).mix(row, hash)
    return hash
  }

  /** The row whose key is that of the probe, which has this hash. */
  find(hash: number): number {
    const place = this.#placeOf(PROBE, hash)
    if (this.#section !== null && place < this.#slots.length && place >= 0) this.#settle(place)
    const slots = this.#slots[place] ?? NO_SLOTS
    const mask = slots.length - 2
    for (let at = ((hash >>> SPREAD_BITS) << 1) & mask; ; at = (at + 2) & mask) {
      const row = slots[at] as number
      if (row === 0) return NO_ROW
      if (slots[at + 1] === hash && this.#isProbe(row)) return row
    }
  }

  /** Makes sure of a slot for the key of the row, which has this hash. Throws STATE_TOO_LARGE. */
  reserve(row: number, hash: number): void {
    const place = this.#placeOf(row, hash)
    if (place >= this.#slots.length) this.#open(place)
    const old = this.#slots[place] as Int32Array
    const capacity = old.length >> 1
    // Three quarters full at most.
    if (((this.#counts[place] as number) + 1) * 4 <= capacity * 3) return
    const grown = Math.max(FIRST_SLOTS, 2 * capacity)
    this.#memory.take(bytesOf(grown) - (old === NO_SLOTS ? 0 : bytesOf(capacity)))
    this.#grow(place, grown)
  }

  // ── sections whose rows are not looked for yet

  /** Whether the section is empty: then its rows may be appended, by someone who knows that their keys differ, until one is looked for. */
  canAppend(section: number): boolean {
    if (section >= this.#slots.length) this.#open(section)
    if (this.#counts[section] !== 0 || this.#waiting[section] !== null) return false
    this.#waiting[section] = new RowList(this.#memory)
    return true
  }
  isAppending(section: number): boolean {
    return this.#waiting[section] != null
  }
  /** Throws STATE_TOO_LARGE. */
  reserveAppend(section: number): void {
    this.#waiting[section]?.reserve(1)
  }
  append(section: number, row: number): void {
    this.#waiting[section]?.push(row)
  }
  appendAll(sections: Int32Array, rows: Int32Array, count: number): void {
    const waiting = this.#waiting
    for (let at = 0; at < count; at++) (waiting[sections[at] as number] as RowList).push(rows[at] as number)
  }
  /** Forgets the rows of the section. */
  drop(section: number): void {
    if (this.#slots[section] === undefined) return
    this.#counts[section] = 0
    this.#release(section)
    this.#waiting[section]?.release()
    this.#waiting[section] = null
  }

  /** The key must not be there, and a slot reserved. */
  insert(hash: number, row: number): void {
    const place = this.#placeOf(row, hash)
    write(this.#slots[place] as Int32Array, row, hash)
    this.#counts[place] = (this.#counts[place] as number) + 1
  }

  remove(hash: number, row: number): void {
    const place = this.#placeOf(row, hash)
    if (this.#section !== null) this.#settle(place)
    const slots = this.#slots[place] as Int32Array
    const mask = slots.length - 2
    let gap = ((hash >>> SPREAD_BITS) << 1) & mask
    while (slots[gap] !== row) gap = (gap + 2) & mask
    // Slots behind the gap move into it unless that would be before where their hash wants them: no marks of removed keys are needed.
    for (let at = (gap + 2) & mask; slots[at] !== 0; at = (at + 2) & mask) {
      const wanted = (((slots[at + 1] as number) >>> SPREAD_BITS) << 1) & mask
      if (((at - wanted) & mask) < ((at - gap) & mask)) continue
      slots[gap] = slots[at] as number
      slots[gap + 1] = slots[at + 1] as number
      gap = at
    }
    slots[gap] = 0
    const count = (this.#counts[place] as number) - 1
    this.#counts[place] = count
    if (count === 0 && this.#section !== null) this.#release(place)
  }

  /** Adds the rows of a section to the list. */
  rowsOf(section: number, rows: RowList): void {
    const slots = this.#slots[section] ?? NO_SLOTS
    for (let at = 0; at < slots.length; at += 2) if (slots[at] !== 0) rows.push(slots[at] as number)
    const waiting = this.#waiting[section]?.view() ?? NO_SLOTS.subarray(0, 0)
    for (let at = 0; at < waiting.length; at++) rows.push(waiting[at] as number)
  }

  #placeOf(row: number, hash: number): number {
    return this.#section === null ? hash & SPREAD_MASK : this.#section.idOf(row)
  }
  #open(place: number): void {
    while (this.#slots.length <= place) {
      this.#slots.push(NO_SLOTS)
      this.#counts.push(0)
      this.#waiting.push(null)
    }
  }
  /** What waits goes into the slots, all at once: room for all is made first, and lies together. */
  #settle(place: number): void {
    const list = this.#waiting[place] ?? null
    if (list === null) return
    this.#waiting[place] = null
    let capacity = FIRST_SLOTS
    while (list.length * 4 > capacity * 3) capacity *= 2
    // It must not fail, so it is counted, and the next row that may be refused is.
    this.#memory.add(bytesOf(capacity))
    this.#grow(place, capacity)
    const slots = this.#slots[place] as Int32Array
    for (let at = 0; at < list.length; at++) write(slots, list.at(at), this.hash(list.at(at)))
    this.#counts[place] = list.length
    list.release()
  }
  #grow(place: number, capacity: number): void {
    const old = this.#slots[place] as Int32Array
    const slots = new Int32Array(2 * capacity)
    for (let at = 0; at < old.length; at += 2) if (old[at] !== 0) write(slots, old[at] as number, old[at + 1] as number)
    this.#slots[place] = slots
  }
  #release(place: number): void {
    const slots = this.#slots[place] as Int32Array
    if (slots === NO_SLOTS) return
    this.#memory.add(-bytesOf(slots.length >> 1))
    this.#slots[place] = NO_SLOTS
  }
  #isProbe(row: number): boolean {
    const columns = this.#columns
    for (let index = 0; index < columns.length; index++) if (!(columns[index] as StateColumn).equal(PROBE, row)) return false
    return true
  }
}

const bytesOf = (slots: number): number => INDEX_BYTES + 8 * slots

function write(slots: Int32Array, row: number, hash: number): void {
  const mask = slots.length - 2
  let at = ((hash >>> SPREAD_BITS) << 1) & mask
  while (slots[at] !== 0) at = (at + 2) & mask
  slots[at] = row
  slots[at + 1] = hash
}
