/**
 * The rows of each of the 128 key groups, which is how state is written to snapshots: a list for each, with the place of each row in it, so that a row comes and
 * goes at once. A table without a checkpoint has none of this.
 */
import { KEY_GROUPS } from '../../data/hash.ts'
import { growLane, int32Lane, PAGE_BITS, PAGE_MASK } from './pages.ts'
import { RowList } from './row-list.ts'
import type { RowLanes } from './row-space.ts'
import type { StateMemory } from './state-memory.ts'

export class GroupMembers implements RowLanes {
  readonly rowBytes = 4
  readonly #lists: readonly RowList[]
  readonly #places: Int32Array[] = []

  constructor(memory: StateMemory) {
    this.#lists = Array.from({ length: KEY_GROUPS }, () => new RowList(memory))
  }
  grow(capacity: number): void {
    growLane(this.#places, capacity, int32Lane)
  }
  /** Makes sure of room for one more. Throws STATE_TOO_LARGE. */
  reserve(group: number): void {
    this.#listOf(group).reserve(1)
  }
  add(group: number, row: number): void {
    const list = this.#listOf(group)
    this.#put(row, list.length)
    list.push(row)
  }
  remove(group: number, row: number): void {
    const list = this.#listOf(group)
    const last = list.pop()
    if (last === row) return
    const place = (this.#places[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] as number
    list.set(place, last)
    this.#put(last, place)
  }
  count(group: number): number {
    return this.#listOf(group).length
  }
  /** Good until a row comes or goes. */
  rowsOf(group: number): Int32Array {
    return this.#listOf(group).view()
  }

  #listOf(group: number): RowList {
    return this.#lists[group] as RowList
  }
  #put(row: number, place: number): void {
    ;(this.#places[row >>> PAGE_BITS] as Int32Array)[row & PAGE_MASK] = place
  }
}
