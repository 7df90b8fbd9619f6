/**
 * The sessions of one key during an epoch, the earliest first. They never touch each other, so their ends are in order too. What is known of a session lies side by
 * side in one array: keys come in any order, so each array more would be one more wait for memory.
 */
const START = 0
const END = 1
const ROW = 2
/** Whether the row was readied for changes: 0 or 1. */
const TOUCHED = 3
const STRIDE = 4

export class KeySessions {
  /** The row that the index has for the key; 0: none. */
  first: number
  /** Whether the index got that row in this epoch. */
  readonly isNew: boolean
  /** Whether sessions came or went since the last commit. */
  hasChanged = false
  length = 0
  readonly #cells: number[] = []

  constructor(first: number) {
    this.first = first
    this.isNew = first === 0
  }

  /** µs. */
  startOf(at: number): number {
    return this.#cells[at * STRIDE + START] as number
  }
  endOf(at: number): number {
    return this.#cells[at * STRIDE + END] as number
  }
  /** The start, infinite behind the last session. */
  startOrNever(at: number): number {
    return at < this.length ? this.startOf(at) : Number.POSITIVE_INFINITY
  }
  rowOf(at: number): number {
    return this.#cells[at * STRIDE + ROW] as number
  }
  isTouched(at: number): boolean {
    return this.#cells[at * STRIDE + TOUCHED] === 1
  }
  setStart(at: number, start: number): void {
    this.#cells[at * STRIDE + START] = start
  }
  setEnd(at: number, end: number): void {
    this.#cells[at * STRIDE + END] = end
  }
  setRow(at: number, row: number): void {
    this.#cells[at * STRIDE + ROW] = row
  }
  setTouched(at: number): void {
    this.#cells[at * STRIDE + TOUCHED] = 1
  }
  rows(): number[] {
    const rows: number[] = []
    for (let at = 0; at < this.length; at++) rows.push(this.rowOf(at))
    return rows
  }

  // By hand: lists are short, and splice makes an array of what it takes out.
  insert(at: number, start: number, end: number, row: number, touched: boolean): void {
    const cells = this.#cells
    const to = at * STRIDE
    for (let cell = this.length * STRIDE - 1; cell >= to; cell--) cells[cell + STRIDE] = cells[cell] as number
    cells[to] = start
    cells[to + END] = end
    cells[to + ROW] = row
    cells[to + TOUCHED] = touched ? 1 : 0
    this.length++
  }
  remove(at: number, count: number): void {
    const cells = this.#cells
    this.length -= count
    const end = this.length * STRIDE
    for (let cell = at * STRIDE; cell < end; cell++) cells[cell] = cells[cell + count * STRIDE] as number
    cells.length = end
    this.hasChanged = true
  }

  /** The first session that ends at or after the time. */
  endingFrom(time: number): number {
    const { length } = this
    // Most rows are of the last session, or behind it.
    if (length === 0 || this.endOf(length - 1) < time) return length
    let [low, high] = [0, length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.endOf(middle) >= time) high = middle
      else low = middle + 1
    }
    return low
  }
  /** The first session that starts after the time. */
  startingAfter(time: number): number {
    const { length } = this
    if (length === 0 || this.startOf(length - 1) <= time) return length
    let [low, high] = [0, length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.startOf(middle) > time) high = middle
      else low = middle + 1
    }
    return low
  }
}
