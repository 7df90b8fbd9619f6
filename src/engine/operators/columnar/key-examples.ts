/**
 * The keys of a code (key-codes.ts), for the epoch under way: keys that were met in one window are put into the next as they stand in the state, and not looked up
 * again. Two codes of one key have one example.
 */
import { InternedColumn } from '../../state/interned-column.ts'
import { KeyIndex, NO_ROW, PROBE } from '../../state/key-index.ts'
import type { StateColumn } from '../../state/state-column.ts'
import { StateMemory } from '../../state/state-memory.ts'

export const NO_CODE = -1

export class KeyExamples {
  readonly #columns: readonly StateColumn[]
  #index: KeyIndex
  /** By code: a state row with the keys; 0: none yet. */
  #rows: Int32Array = new Int32Array(64)
  /** By code: the first code that the key had. */
  #first: Int32Array = new Int32Array(64)
  /** By code, of each column of numbers of values: its number. The rows lie far apart in the state, these do not. */
  readonly #ids: (Int32Array | null)[]
  readonly #codeOf = new Map<number, number>()
  #given: Int32Array = new Int32Array(64)

  constructor(columns: readonly StateColumn[]) {
    this.#columns = columns
    this.#ids = columns.map((one) => (one instanceof InternedColumn ? new Int32Array(64) : null))
    this.#index = new KeyIndex(columns, new StateMemory())
  }
  clear(): void {
    if (this.#codeOf.size === 0) return
    this.#rows.fill(0)
    this.#codeOf.clear()
    this.#index = new KeyIndex(this.#columns, new StateMemory())
  }
  fit(codes: number): void {
    if (codes < this.#rows.length) return
    this.#rows = grown(this.#rows, codes)
    this.#first = grown(this.#first, codes)
    for (const [index, lane] of this.#ids.entries()) if (lane !== null) this.#ids[index] = grown(lane, codes)
  }

  /** Puts the keys of the code into the probe, where they are known. */
  load(code: number): boolean {
    const row = this.#rows[code] as number
    if (row === 0) return false
    const columns = this.#columns
    for (let index = 0; index < columns.length; index++) {
      const ids = this.#ids[index] as Int32Array | null
      if (ids !== null) (columns[index] as InternedColumn).point(ids[code] as number)
      else (columns[index] as StateColumn).copy(row, PROBE)
    }
    return true
  }
  /** The code under which the keys of the code are known; NO_CODE where they are not. */
  knownAs(code: number): number {
    return this.#rows[code] === 0 ? NO_CODE : (this.#first[code] as number)
  }
  /** Writes the keys of known codes into the first of the rows, whose columns are null. */
  write(codes: Int32Array, rows: Int32Array, count: number): void {
    if (this.#given.length < count) this.#given = new Int32Array(2 * count)
    const given = this.#given
    for (let index = 0; index < this.#columns.length; index++) {
      const ids = this.#ids[index] as Int32Array | null
      const column = this.#columns[index] as StateColumn
      const from = ids ?? this.#rows
      for (let at = 0; at < count; at++) given[at] = from[codes[at] as number] as number
      if (ids !== null) (column as InternedColumn).hold(rows, given, count)
      else for (let at = 0; at < count; at++) column.copy(given[at] as number, rows[at] as number)
    }
  }
  /** The first code of the keys in the probe; NO_CODE: they have none. */
  find(): number {
    const row = this.#index.find(this.#index.hash(PROBE))
    return row === NO_ROW ? NO_CODE : (this.#codeOf.get(row) as number)
  }
  firstOf(code: number): number {
    return this.#first[code] as number
  }
  /** The keys of the code are in the row, and in none before. */
  add(code: number, row: number): void {
    this.#codeOf.set(row, code)
    const hash = this.#index.hash(row)
    this.#index.reserve(row, hash)
    this.#index.insert(hash, row)
    this.#note(code, code, row)
  }
  /** The keys of the code have an example under another. */
  follow(code: number, first: number): void {
    this.#note(code, first, this.#rows[first] as number)
  }

  #note(code: number, first: number, row: number): void {
    this.#rows[code] = row
    this.#first[code] = first
    for (let index = 0; index < this.#ids.length; index++) {
      const ids = this.#ids[index] as Int32Array | null
      if (ids !== null) ids[code] = (this.#columns[index] as InternedColumn).idOf(row)
    }
  }
}

function grown(lane: Int32Array, codes: number): Int32Array {
  const more = new Int32Array(2 * codes + 1)
  more.set(lane)
  return more
}
