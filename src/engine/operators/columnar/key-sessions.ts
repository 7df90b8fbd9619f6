/** The sessions of one key during an epoch, the earliest first. They never touch each other, so their ends are in order too. */
export class KeySessions {
  readonly hash: number
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

  constructor(hash: number, first: number) {
    this.hash = hash
    this.first = first
    this.isNew = first === 0
  }

  insert(at: number, start: number, end: number, row: number, touched: boolean): void {
    this.starts.splice(at, 0, start)
    this.ends.splice(at, 0, end)
    this.rows.splice(at, 0, row)
    this.touched.splice(at, 0, touched)
  }
  remove(at: number, count: number): void {
    this.starts.splice(at, count)
    this.ends.splice(at, count)
    this.rows.splice(at, count)
    this.touched.splice(at, count)
    this.hasChanged = true
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
