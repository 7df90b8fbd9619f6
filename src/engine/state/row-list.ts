/** A growing list of row numbers. Its bytes are counted where a budget is given, and refused only by `reserve`. */
import type { StateMemory } from './state-memory.ts'

const FIRST_LENGTH = 16
const NO_ROWS = new Int32Array(0)

export class RowList {
  readonly #memory: StateMemory | null
  #rows = new Int32Array(FIRST_LENGTH)
  #length = 0

  constructor(memory: StateMemory | null) {
    this.#memory = memory
    memory?.add(4 * FIRST_LENGTH)
  }

  get length(): number {
    return this.#length
  }
  at(index: number): number {
    return this.#rows[index] as number
  }
  set(index: number, row: number): void {
    this.#rows[index] = row
  }
  push(row: number): void {
    if (this.#length === this.#rows.length) {
      this.#memory?.add(4 * this.#length)
      this.#grow()
    }
    this.#rows[this.#length++] = row
  }
  pop(): number {
    return this.#rows[--this.#length] as number
  }
  /** Adds the first of the rows, for which there is room. */
  pushAll(rows: Int32Array, count: number): void {
    this.#rows.set(rows.subarray(0, count), this.#length)
    this.#length += count
  }
  /** Makes sure of room for some more. Throws STATE_TOO_LARGE. */
  reserve(count: number): void {
    while (this.#length + count > this.#rows.length) {
      this.#memory?.take(4 * this.#rows.length)
      this.#grow()
    }
  }
  clear(): void {
    this.#length = 0
  }
  /** Gives back what was counted; the list is not to be used any more. */
  release(): void {
    this.#memory?.add(-4 * this.#rows.length)
    this.#rows = NO_ROWS
    this.#length = 0
  }
  /** The rows, as long as nothing is pushed. */
  view(): Int32Array {
    return this.#rows.subarray(0, this.#length)
  }

  #grow(): void {
    const rows = new Int32Array(2 * this.#rows.length)
    rows.set(this.#rows)
    this.#rows = rows
  }
}
