/**
 * The rows of each of the 128 key groups, which is how state is written to snapshots: a list for each, with the place of each row in it, so that a row comes and
 * goes at once. A table without a checkpoint never opens them.
 */
import { HASH_SEED, KEY_GROUPS } from '../../data/hash.ts'
import type { EpochRows } from './epoch-rows.ts'
import { growLane, int32Lane, PAGE_BITS, PAGE_MASK } from './pages.ts'
import { RowList } from './row-list.ts'
import type { RowLanes, RowSpace } from './row-space.ts'
import type { StateColumn } from './state-column.ts'
import type { StateMemory } from './state-memory.ts'

/** The group is to be worked out. */
export const NO_GROUP = -1

export class KeyGroups implements RowLanes {
  readonly rowBytes = 4
  readonly #columns: readonly StateColumn[]
  readonly #space: RowSpace
  readonly #epoch: EpochRows
  readonly #memory: StateMemory
  #lists: readonly RowList[] = []
  readonly #places: Int32Array[] = []

  constructor(columns: readonly StateColumn[], space: RowSpace, epoch: EpochRows, memory: StateMemory) {
    this.#columns = columns
    this.#space = space
    this.#epoch = epoch
    this.#memory = memory
  }
  grow(capacity: number): void {
    growLane(this.#places, capacity, int32Lane)
  }
  get isOpen(): boolean {
    return this.#lists.length > 0
  }
  /** The group of a row's key, by the hash of data/hash.ts. */
  groupOf(row: number): number {
    const columns = this.#columns
    let hash = HASH_SEED
    for (let index = 0; index < columns.length; index++) hash = (columns[index] as StateColumn).hash(row, hash)
    return hash & (KEY_GROUPS - 1)
  }
  /** Makes sure of room for one more. Throws STATE_TOO_LARGE. */
  reserve(row: number, group = NO_GROUP): void {
    this.#listOf(row, group).reserve(1)
  }
  add(row: number, group = NO_GROUP): void {
    const list = this.#listOf(row, group)
    this.#put(row, list.length)
    list.push(row)
  }
  remove(row: number, group = NO_GROUP): void {
    const list = this.#listOf(row, group)
    const last = list.pop()
    if (last === row) return
    const place = (this.#places[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] as number
    list.set(place, last)
    this.#put(last, place)
  }
  /** Good until a row comes or goes. From the first call on, groups are kept. */
  rowsOf(group: number): Int32Array {
    if (!this.isOpen) this.#open()
    return (this.#lists[group] as RowList).view()
  }

  #open(): void {
    this.#lists = Array.from({ length: KEY_GROUPS }, () => new RowList(this.#memory))
    this.#space.add(this)
    for (const row of this.#epoch.used()) this.add(row)
  }
  #listOf(row: number, group: number): RowList {
    return this.#lists[group === NO_GROUP ? this.groupOf(row) : group] as RowList
  }
  #put(row: number, place: number): void {
    ;(this.#places[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] = place
  }
}
