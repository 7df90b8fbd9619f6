/** The sessions of one key during an epoch, the earliest first. They never touch each other, so their ends are in order too. */
export class KeySessions {
  /** The row that the index has for the key; 0: none. */
  first: number
  /** Whether the index got that row in this epoch. */
  readonly isNew: boolean
  /** Whether sessions came or went since the last commit. */
  hasChanged = false
  /** µs. */
  readonly starts: number[] = []
  readonly ends: number[] = []
  readonly rows: number[] = []
  /** Whether the row was readied for changes. */
  readonly touched: boolean[] = []

  constructor(first: number) {
    this.first = first
    this.isNew = first === 0
  }

  // By hand: lists are short, and splice makes an array of what it takes out.
  insert(at: number, start: number, end: number, row: number, touched: boolean): void {
    const { starts, ends, rows, touched: flags } = this
    for (let to = rows.length; to > at; to--) this.#move(to - 1, to)
    starts[at] = start
    ends[at] = end
    rows[at] = row
    flags[at] = touched
  }
  remove(at: number, count: number): void {
    const length = this.rows.length - count
    for (let to = at; to < length; to++) this.#move(to + count, to)
    this.starts.length = length
    this.ends.length = length
    this.rows.length = length
    this.touched.length = length
    this.hasChanged = true
  }
  #move(from: number, to: number): void {
    this.starts[to] = this.starts[from] as number
    this.ends[to] = this.ends[from] as number
    this.rows[to] = this.rows[from] as number
    this.touched[to] = this.touched[from] as boolean
  }
  /** The first session that ends at or after the time. */
  endingFrom(time: number): number {
    return firstFrom(this.ends, time)
  }
  /** The first session that starts after the time. */
  startingAfter(time: number): number {
    const { starts } = this
    let [low, high] = [0, starts.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((starts[middle] as number) > time) high = middle
      else low = middle + 1
    }
    return low
  }
}

function firstFrom(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) >= value) high = middle
    else low = middle + 1
  }
  return low
}
