/**
 * Makes many rows of a table at once, for keys that are known to be new: rows of windows that are in no slot of the index yet (key-index.ts). A row one by one
 * goes through a dozen small functions; here each of them is a loop, which is what a row of a window that is new costs: some ten nanoseconds.
 *
 * `lease` gives row numbers out, the caller writes the keys of those that it uses into the key columns, and `make` makes rows of them. In between nothing else
 * may be done with the table. What is refused is refused by `lease`, but for the lists of a window's rows, whose bytes are counted and refused with the next.
 */
import type { EpochRows } from './epoch-rows.ts'
import type { InternedColumn } from './interned-column.ts'
import type { KeyGroups } from './key-groups.ts'
import type { KeyIndex } from './key-index.ts'
import type { RowSpace } from './row-space.ts'

/** Rows given out at once, at first and at most. */
const LEASE_MIN = 16
const LEASE_MAX = 1024

export interface AppenderParts {
  readonly section: InternedColumn | null
  readonly index: KeyIndex
  readonly space: RowSpace
  readonly epoch: EpochRows
  readonly groups: KeyGroups
  /** A row lives, whose key is set. */
  readonly enter: (row: number) => void
}

export class RowAppender {
  /** The rows given out, to be used in their order. */
  readonly rows = new Int32Array(LEASE_MAX)
  readonly #parts: AppenderParts
  #leased = 0
  #next = LEASE_MIN

  constructor(parts: AppenderParts) {
    this.#parts = parts
  }
  /** How many rows are given out. */
  get leased(): number {
    return this.#leased
  }
  /**
   * Whether no row is of the section, which is a number of a value in the column that divides the index. If so, rows of it may be made here and by the table's
   * `appendProbe`, without looking for them, by someone who knows that their keys are new.
   */
  canAppend(section: number): boolean {
    return this.#parts.index.canAppend(section)
  }
  /** Whether that still holds: nobody looked for a row of the section. */
  isAppending(section: number): boolean {
    return this.#parts.index.isAppending(section)
  }

  /** Gives some rows out. Throws STATE_TOO_LARGE. */
  lease(): void {
    const { epoch, space } = this.#parts
    epoch.reserveCreated(this.#next)
    this.#leased = space.lease(this.rows, this.#next)
    if (this.#next < LEASE_MAX) this.#next *= 2
  }
  /** Makes rows of the first ones that were given out, whose keys are written, and takes back the rest. `sections`: theirs, all of which are appending. */
  make(count: number, sections: Int32Array): void {
    const { rows } = this
    const { epoch, space, index, section, groups, enter } = this.#parts
    if (count < this.#leased) {
      space.giveBack(rows, count, this.#leased)
      this.#next = LEASE_MIN
    }
    this.#leased = 0
    if (count === 0) return
    section?.hold(rows, sections, count)
    index.appendAll(sections, rows, count)
    epoch.createAll(rows, count)
    if (groups.isOpen) for (let at = 0; at < count; at++) groups.add(rows[at] as number)
    for (let at = 0; at < count; at++) enter(rows[at] as number)
  }
}
