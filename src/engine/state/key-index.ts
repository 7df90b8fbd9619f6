/**
 * From keys to rows: an open-addressing index with linear probing for each of the 128 key groups. A slot is the row and the hash of its key, side by side, so
 * a probe touches one cache line and growing reads no columns. Groups grow one by one, which spreads the work.
 */
import { KEY_GROUPS } from '../../data/hash.ts'
import type { RowList } from './row-list.ts'
import type { StateColumn } from './state-column.ts'
import type { StateMemory } from './state-memory.ts'

/** The row of the key columns into which a key is written that is looked for. It is in no slot, so 0 marks a free one. */
export const PROBE = 0
export const NO_ROW = -1

const GROUP_BITS = 7
const GROUP_MASK = KEY_GROUPS - 1
const FIRST_SLOTS = 8
/** One slot that is always free, so that an empty group needs no case of its own. */
const NO_SLOTS = new Int32Array(2)

export class KeyIndex {
  readonly #columns: readonly StateColumn[]
  readonly #memory: StateMemory
  readonly #slots: Int32Array[] = Array.from({ length: KEY_GROUPS }, () => NO_SLOTS)
  readonly #counts = new Int32Array(KEY_GROUPS)

  constructor(columns: readonly StateColumn[], memory: StateMemory) {
    this.#columns = columns
    this.#memory = memory
  }

  /** The row whose key is that of the probe, which has this hash. */
  find(hash: number): number {
    const slots = this.#slots[hash & GROUP_MASK] as Int32Array
    const mask = slots.length - 2
    for (let at = ((hash >>> GROUP_BITS) << 1) & mask; ; at = (at + 2) & mask) {
      const row = slots[at] as number
      if (row === 0) return NO_ROW
      if (slots[at + 1] === hash && this.#isProbe(row)) return row
    }
  }

  /** Makes sure of a slot for one more key of this hash. Throws STATE_TOO_LARGE. */
  reserve(hash: number): void {
    const group = hash & GROUP_MASK
    const old = this.#slots[group] as Int32Array
    const capacity = old.length >> 1
    // Three quarters full at most.
    if (((this.#counts[group] as number) + 1) * 4 <= capacity * 3) return
    const grown = Math.max(FIRST_SLOTS, 2 * capacity)
    this.#memory.take(8 * (grown - (old === NO_SLOTS ? 0 : capacity)))
    const slots = new Int32Array(2 * grown)
    for (let at = 0; at < old.length; at += 2) if (old[at] !== 0) write(slots, old[at] as number, old[at + 1] as number)
    this.#slots[group] = slots
  }

  /** The key must not be there, and a slot reserved. */
  insert(hash: number, row: number): void {
    const group = hash & GROUP_MASK
    write(this.#slots[group] as Int32Array, row, hash)
    this.#counts[group] = (this.#counts[group] as number) + 1
  }

  remove(hash: number, row: number): void {
    const group = hash & GROUP_MASK
    const slots = this.#slots[group] as Int32Array
    const mask = slots.length - 2
    let gap = ((hash >>> GROUP_BITS) << 1) & mask
    while (slots[gap] !== row) gap = (gap + 2) & mask
    // Slots behind the gap move into it unless that would be before where their hash wants them: no marks of removed keys are needed.
    for (let at = (gap + 2) & mask; slots[at] !== 0; at = (at + 2) & mask) {
      const wanted = (((slots[at + 1] as number) >>> GROUP_BITS) << 1) & mask
      if (((at - wanted) & mask) < ((at - gap) & mask)) continue
      slots[gap] = slots[at] as number
      slots[gap + 1] = slots[at + 1] as number
      gap = at
    }
    slots[gap] = 0
    this.#counts[group] = (this.#counts[group] as number) - 1
  }

  count(group: number): number {
    return this.#counts[group] as number
  }
  /** Adds the rows of a group to the list. */
  rowsOf(group: number, rows: RowList): void {
    const slots = this.#slots[group] as Int32Array
    for (let at = 0; at < slots.length; at += 2) if (slots[at] !== 0) rows.push(slots[at] as number)
  }
  clear(group: number): void {
    if (this.#counts[group] === 0) return
    this.#slots[group]?.fill(0)
    this.#counts[group] = 0
  }

  #isProbe(row: number): boolean {
    const columns = this.#columns
    for (let index = 0; index < columns.length; index++) if (!(columns[index] as StateColumn).equal(PROBE, row)) return false
    return true
  }
}

function write(slots: Int32Array, row: number, hash: number): void {
  const mask = slots.length - 2
  let at = ((hash >>> GROUP_BITS) << 1) & mask
  while (slots[at] !== 0) at = (at + 2) & mask
  slots[at] = row
  slots[at + 1] = hash
}
