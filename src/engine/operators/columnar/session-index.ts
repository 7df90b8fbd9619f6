/**
 * From keys to the sessions of the last commit: an index of one row a key, and a chain through the rest. It is made from the table when the operator opens, and
 * follows at each commit; within an epoch it changes only by keys that had no session, which `forget` takes back.
 */
import { KeyIndex, NO_ROW } from '../../state/key-index.ts'
import type { StateColumn } from '../../state/state-column.ts'
import { PROBE, StateMemory, type StateTable } from '../../state/state-table.ts'

export class SessionIndex {
  readonly #table: StateTable
  /** The keys but for the start. */
  readonly #columns: readonly StateColumn[]
  #index: KeyIndex
  /** By row: the next session of its key; 0: none. */
  #next = new Int32Array(64)

  constructor(table: StateTable) {
    this.#table = table
    this.#columns = table.keyColumns.slice(0, -1)
    this.#index = this.#empty()
    this.rebuild()
  }

  rebuild(): void {
    this.#index = this.#empty()
    for (const row of this.#table.rows()) {
      for (const column of this.#columns) column.copy(row, PROBE)
      const first = this.find()
      if (first === 0) this.add(row)
      else {
        this.#link(row, this.nextOf(first))
        this.#link(first, row)
      }
    }
  }

  /** The row that stands for the keys in the probe; 0: they have none. */
  find(): number {
    const row = this.#index.find(this.#index.hash(PROBE))
    return row === NO_ROW ? 0 : row
  }
  nextOf(row: number): number {
    return this.#next[row] ?? 0
  }
  /** The row stands for its keys, which have none. */
  add(row: number): void {
    const hash = this.#index.hash(row)
    this.#index.reserve(row, hash)
    this.#index.insert(hash, row)
    this.#link(row, 0)
  }
  forget(row: number): void {
    this.#index.remove(this.#index.hash(row), row)
  }
  /** The sessions of the keys that `first` stood for are these rows now. */
  replace(first: number, rows: readonly number[]): void {
    if (first !== rows[0]) {
      if (first !== 0) this.forget(first)
      if (rows[0] !== undefined) this.add(rows[0])
    }
    for (let at = 0; at < rows.length; at++) this.#link(rows[at] as number, rows[at + 1] ?? 0)
  }

  #empty(): KeyIndex {
    return new KeyIndex(this.#columns, new StateMemory())
  }
  #link(row: number, next: number): void {
    if (row >= this.#next.length) {
      const grown = new Int32Array(Math.max(2 * this.#next.length, row + 1))
      grown.set(this.#next)
      this.#next = grown
    }
    this.#next[row] = next
  }
}
