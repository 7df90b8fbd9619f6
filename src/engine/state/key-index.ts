/**
 * From keys to rows: open addressing with linear probing, in many small indexes that grow one by one, which spreads the work. A slot is the row and the hash of
 * its key, side by side, so a probe touches one cache line and growing reads no columns.
 *
 * Where one key column is a window, there is an index for each window: what an epoch touches lies together, whatever else is kept, and the rows of a window are
 * known. Else keys are spread over a fixed number of them.
 */
import { HASH_SEED } from '../../data/hash.ts'
import type { InternedColumn } from './interned-column.ts'
import type { RowList } from './row-list.ts'
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
    const slots = this.#slots[this.#placeOf(PROBE, hash)] ?? NO_SLOTS
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
    const slots = new Int32Array(2 * grown)
    for (let at = 0; at < old.length; at += 2) if (old[at] !== 0) write(slots, old[at] as number, old[at + 1] as number)
    this.#slots[place] = slots
  }

  /** The key must not be there, and a slot reserved. */
  insert(hash: number, row: number): void {
    const place = this.#placeOf(row, hash)
    write(this.#slots[place] as Int32Array, row, hash)
    this.#counts[place] = (this.#counts[place] as number) + 1
  }

  remove(hash: number, row: number): void {
    const place = this.#placeOf(row, hash)
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
    if (count > 0 || this.#section === null) return
    this.#memory.add(-bytesOf(slots.length >> 1))
    this.#slots[place] = NO_SLOTS
  }

  /** Adds the rows of a section to the list. */
  rowsOf(section: number, rows: RowList): void {
    const slots = this.#slots[section] ?? NO_SLOTS
    for (let at = 0; at < slots.length; at += 2) if (slots[at] !== 0) rows.push(slots[at] as number)
  }

  #placeOf(row: number, hash: number): number {
    return this.#section === null ? hash & SPREAD_MASK : this.#section.idOf(row)
  }
  #open(place: number): void {
    while (this.#slots.length <= place) {
      this.#slots.push(NO_SLOTS)
      this.#counts.push(0)
    }
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
