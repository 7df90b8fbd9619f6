/**
 * State rows in the order of their ranks: each has a place by the ranks of all its key's values, since no two keys are the same, and they are given out by their
 * places. All lanes are gone through in parts by small functions, here and in row-order.ts: a query that gives its rows out once would run a loop over all of
 * them in the interpreter, and have it compiled anew after each of its ends.
 */
import { BATCH_ROWS_TARGET } from '../../../data/vector.ts'

export interface Ranks {
  /** By place in the unordered rows; 0 is null. */
  readonly ranks: Int32Array
  /** One more than the greatest. */
  readonly count: number
  /** Of columns of numbers of values: those by rank, that of null first. Null: they are not worth it. */
  readonly ids: Int32Array | null
}
export interface OrderedPart {
  /** Good until the next part is asked for. */
  readonly rows: Int32Array
  /** By column: the ranks of the rows, where the order has the column's `ids`. */
  readonly ranks: readonly (Int32Array | null)[]
}
export interface RowOrder {
  /** By column. */
  readonly ids: readonly (Int32Array | null)[]
  /** The next rows; null behind the last. */
  next(): OrderedPart | null
}

const PART = BATCH_ROWS_TARGET

export function byParts(length: number, work: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += PART) work(from, Math.min(length, from + PART))
}

export class PlacedRows implements RowOrder {
  readonly ids: readonly (Int32Array | null)[]
  readonly #counts: readonly number[]
  /** By place: the row; 0: none. */
  readonly #taken: Int32Array
  #place = 0
  readonly #rows = new Int32Array(PART + 1)
  readonly #places = new Int32Array(PART + 1)

  /** `places`: as many as there may be, which are the products of the counts. The ranks of the first column are used up. */
  constructor(columns: readonly Ranks[], rows: Int32Array, places: number) {
    this.ids = columns.map((one) => one.ids)
    this.#counts = columns.map((one) => one.count)
    this.#taken = new Int32Array(places)
    const lane = (columns[0] as Ranks).ranks
    for (const { ranks, count } of columns.slice(1)) byParts(rows.length, (from, to) => addRanks(lane, ranks, count, from, to))
    byParts(rows.length, (from, to) => takePlaces(this.#taken, lane, rows, from, to))
  }

  next(): OrderedPart | null {
    const places = this.#places
    let count = 0
    while (count === 0 && this.#place < this.#taken.length) {
      // As many places as there is room for rows, until all are seen or the part is full.
      count = 0
      while (count < PART && this.#place < this.#taken.length) {
        const to = Math.min(this.#taken.length, this.#place + PART - count)
        count = takenRows(this.#taken, this.#place, to, this.#rows, places, count)
        this.#place = to
      }
    }
    if (count === 0) return null
    const ranks: (Int32Array | null)[] = this.ids.map(() => null)
    for (let column = this.ids.length - 1; column >= 0; column--) {
      const lane = new Int32Array(count)
      splitPlaces(places, this.#counts[column] as number, lane, count)
      if (this.ids[column] !== null) ranks[column] = lane
    }
    return { rows: this.#rows.subarray(0, count), ranks }
  }
}

function addRanks(places: Int32Array, ranks: Int32Array, count: number, from: number, to: number): void {
  for (let at = from; at < to; at++) places[at] = Math.imul(places[at] as number, count) + (ranks[at] as number)
}
function takePlaces(taken: Int32Array, places: Int32Array, rows: Int32Array, from: number, to: number): void {
  for (let at = from; at < to; at++) taken[places[at] as number] = rows[at] as number
}
/** Without a branch: whether a place is taken cannot be foretold. */
function takenRows(taken: Int32Array, from: number, to: number, rows: Int32Array, places: Int32Array, count: number): number {
  for (let place = from; place < to; place++) {
    const row = taken[place] as number
    rows[count] = row
    places[count] = place
    count += -row >>> 31
  }
  return count
}
/** The ranks of the last column out of the places, which become those of the columns before it. */
function splitPlaces(places: Int32Array, count: number, ranks: Int32Array, length: number): void {
  for (let at = 0; at < length; at++) {
    const place = places[at] as number
    const before = (place / count) | 0
    places[at] = before
    ranks[at] = place - Math.imul(before, count)
  }
}
