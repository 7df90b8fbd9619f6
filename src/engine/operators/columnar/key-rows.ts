/** From the rows of a batch to rows of the state table, where all keys are columns of the batch. */
import type { DataType } from '../../../data/data-type.ts'
import type { Vector } from '../../../data/vector.ts'
import { CODES_MAX, type GroupRows, lane } from './group-rows.ts'
import { KeyCodes } from './key-codes.ts'
import type { Entries } from './lane-aggregates.ts'
import { CODE_BITS, CODE_MASK, Directory, RowCache } from './row-cache.ts'

export class KeyRows {
  readonly #groups: GroupRows
  readonly #codes: KeyCodes
  readonly #cache = new RowCache()
  #directory = new Directory(0)
  #rows: Int32Array = new Int32Array(0)

  constructor(groups: GroupRows, types: readonly DataType[]) {
    this.#groups = groups
    this.#codes = new KeyCodes(types)
  }
  /** Forgets the rows: some may have been removed. */
  clear(): void {
    this.#cache.clear()
    this.#directory = new Directory(0)
  }

  /** `at`: the rows that count; null: all. */
  map(keys: readonly Vector[], length: number, at: Int32Array | null): Entries {
    if (this.#codes.max > CODES_MAX || this.#cache.isFull) {
      this.clear()
      this.#codes.clear()
    }
    const codes = this.#codes.code(keys, length)
    const count = at === null ? length : at.length
    this.#rows = lane(this.#rows, count)
    const rows = this.#rows
    this.#directory.fit(this.#codes.max)
    const { places } = this.#directory
    let { slab } = this.#cache
    for (let entry = 0; entry < count; entry++) {
      const from = at === null ? entry : (at[entry] as number)
      const code = codes[from] as number
      let row = slab[(places[code >>> CODE_BITS] as number) + (code & CODE_MASK)] as number
      if (row === 0) {
        row = this.#miss(keys, from, code)
        slab = this.#cache.slab
      }
      rows[entry] = row
    }
    return { count, rows, at }
  }

  #miss(keys: readonly Vector[], from: number, code: number): number {
    this.#groups.load(this.#groups.table.keyColumns, keys, from)
    const row = this.#groups.upsert()
    this.#cache.set(this.#directory, code, row)
    return row
  }
}
