/**
 * Lanes in pages: entry `row` of a lane is `pages[row >>> PAGE_BITS][row & PAGE_MASK]`. Only the first page is ever copied, while it grows to its full length,
 * so that growing costs the same at ten million rows as at a hundred thousand.
 */
export const PAGE_BITS = 14
export const PAGE_ROWS = 1 << PAGE_BITS
export const PAGE_MASK = PAGE_ROWS - 1
/** A multiple of 8, so that bitmaps have whole bytes. */
export const FIRST_ROWS = 64

export type Lane = Uint8Array | Int32Array | Uint32Array | Float64Array

/** The capacities that columns go through. */
export const nextCapacity = (capacity: number): number =>
  capacity === 0 ? FIRST_ROWS : capacity < PAGE_ROWS ? capacity * 2 : capacity + PAGE_ROWS

/** Grows a lane to the capacity, which is the next one. New entries are 0. */
export function growLane<T extends Lane>(pages: T[], capacity: number, make: (rows: number) => T): void {
  if (capacity > PAGE_ROWS) {
    pages.push(make(PAGE_ROWS))
    return
  }
  const page = make(capacity)
  if (pages[0] !== undefined) page.set(pages[0])
  pages[0] = page
}

export const uint8Lane = (rows: number): Uint8Array => new Uint8Array(rows)
export const int32Lane = (rows: number): Int32Array => new Int32Array(rows)
export const float64Lane = (rows: number): Float64Array => new Float64Array(rows)

/** Which rows have a value: a bit each. */
export class PresenceLane {
  static readonly ROW_BYTES = 1 / 8
  readonly pages: Uint8Array[] = []

  grow(capacity: number): void {
    growLane(this.pages, capacity, (rows) => new Uint8Array(rows >> 3))
  }
  has(row: number): boolean {
    return (((this.pages[row >>> PAGE_BITS] as Uint8Array)[(row & PAGE_MASK) >> 3] as number) & (1 << (row & 7))) !== 0
  }
  set(row: number): void {
    const page = this.pages[row >>> PAGE_BITS] as Uint8Array
    const at = (row & PAGE_MASK) >> 3
    page[at] = (page[at] as number) | (1 << (row & 7))
  }
  unset(row: number): void {
    const page = this.pages[row >>> PAGE_BITS] as Uint8Array
    const at = (row & PAGE_MASK) >> 3
    page[at] = (page[at] as number) & ~(1 << (row & 7))
  }
  /** The rows' bits as the validity of a vector. */
  validityOf(rows: Int32Array): Uint8Array | null {
    let bits: Uint8Array | null = null
    const { pages } = this
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as number
      const slot = row & PAGE_MASK
      if ((((pages[row >>> PAGE_BITS] as Uint8Array)[slot >> 3] as number) & (1 << (slot & 7))) !== 0) continue
      if (bits === null) bits = new Uint8Array((rows.length + 7) >> 3).fill(0xff)
      bits[at >> 3] = (bits[at >> 3] as number) & ~(1 << (at & 7))
    }
    return bits
  }
}
