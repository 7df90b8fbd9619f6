/**
 * From key codes (key-codes.ts) and windows to rows of the state table, for the epoch under way: in an epoch a row is looked up, and readied for rollback, once.
 *
 * Each code has a cell for each of its last windows, one beside the other, so that a row that is in several windows reads one line of memory. `latest` is the
 * newest window that a code has seen; windows that are `size` behind it have no cell any more. All others have: an empty cell says that the code met no row there.
 */
const FIRST_CODES = 64
/** More cells are not worth keeping: 32 MiB. */
const CELLS_MAX = 1 << 23
const NEVER = Number.NEGATIVE_INFINITY

export class WindowRing {
  /** A power of 2. */
  readonly size: number
  readonly bits: number
  /** Row numbers, 0 where there is none. Another array after `fit`, as is `latest`. */
  cells: Int32Array
  /** Any safe integers. */
  latest: Float64Array

  /** `windows`: as many as a row can be in. Twice as many leave room for rows out of order. */
  constructor(windows: number) {
    this.bits = Math.max(2, Math.min(20, 32 - Math.clz32(2 * windows - 1)))
    this.size = 1 << this.bits
    this.cells = new Int32Array(FIRST_CODES << this.bits)
    this.latest = new Float64Array(FIRST_CODES).fill(NEVER)
  }
  hasRoom(codes: number): boolean {
    return codes < CELLS_MAX >> this.bits
  }
  fit(codes: number): void {
    const { latest, cells } = this
    if (codes < latest.length) return
    const length = Math.max(2 * latest.length, codes + 1)
    this.latest = new Float64Array(length).fill(NEVER)
    this.latest.set(latest)
    this.cells = new Int32Array(length << this.bits)
    this.cells.set(cells)
  }
  clear(): void {
    // What is left of before is behind `latest` when it is looked at.
    this.latest.fill(NEVER)
  }

  /** The code meets the window: newer ones than it has seen get empty cells. */
  advance(code: number, window: number): void {
    const seen = this.latest[code] as number
    const from = Math.max(seen + 1, window - this.size + 1)
    const base = code << this.bits
    for (let at = from; at <= window; at++) this.cells[base | (at & (this.size - 1))] = 0
    this.latest[code] = window
  }
  /** 0: there is no row yet. −1: the window is too far behind. */
  get(code: number, window: number): number {
    const seen = this.latest[code] as number
    if (window > seen) this.advance(code, window)
    else if (window <= seen - this.size) return -1
    return this.cells[(code << this.bits) | (window & (this.size - 1))] as number
  }
  /** Of a window that `get` knows. */
  set(code: number, window: number, row: number): void {
    this.cells[(code << this.bits) | (window & (this.size - 1))] = row
  }
}
