/**
 * From key codes (key-codes.ts) to rows of the state table, for the epoch under way: in an epoch a row is looked up, and readied for rollback, once. Where keys have
 * windows beside them, window-ring.ts does this.
 *
 * A directory is a lane of places of pages, one for each 64 codes; a page has a row for each code, 0 where it is not known. Pages lie in one slab, whose
 * page 0 stays empty and stands for all that are not made. So a hit is two loads, and a directory with few rows is small.
 */
export const CODE_BITS = 6
const PAGE_ROWS = 1 << CODE_BITS
export const CODE_MASK = PAGE_ROWS - 1
/** More than that is not worth keeping: 16 MiB. */
const ENTRIES_MAX = 1 << 22

/** The rows of all keys. */
export class Directory {
  /** By code >>> CODE_BITS; at least as long as `RowCache.fit` was asked for. */
  places: Int32Array

  constructor(codes: number) {
    this.places = new Int32Array((codes >>> CODE_BITS) + 1)
  }
  fit(codes: number): void {
    const pages = (codes >>> CODE_BITS) + 1
    if (this.places.length >= pages) return
    const places = new Int32Array(2 * pages)
    places.set(this.places)
    this.places = places
  }
}

export class RowCache {
  /** Changes when `set` needs a new page. */
  slab = new Int32Array(1 << 12)
  #end = PAGE_ROWS

  get isFull(): boolean {
    return this.#end > ENTRIES_MAX
  }
  /** Directories made before are not to be used any more. */
  clear(): void {
    if (this.isFull) this.slab = new Int32Array(1 << 12)
    this.#end = PAGE_ROWS
  }
  set(directory: Directory, code: number, row: number): void {
    let place = directory.places[code >>> CODE_BITS] as number
    if (place === 0) {
      place = this.#end
      this.#end += PAGE_ROWS
      if (this.#end > this.slab.length) {
        const grown = new Int32Array(2 * this.slab.length)
        grown.set(this.slab)
        this.slab = grown
      } else this.slab.fill(0, place, this.#end)
      directory.places[code >>> CODE_BITS] = place
    }
    this.slab[place + (code & CODE_MASK)] = row
  }
}
