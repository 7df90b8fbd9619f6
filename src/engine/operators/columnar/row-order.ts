/**
 * State rows in the order of their keys, as compareDatums has it. The distinct values of a column are sorted, and rows go by the ranks of their values: all columns
 * at once where the ranks leave few places empty, else column by column from the last to the first. So a column costs a pass over the rows and a sort of what is
 * distinct in it.
 */
import { BATCH_ROWS_TARGET, type BinaryVector, type StringSliceVector, type Vector } from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'
import { InternedColumn } from '../../state/interned-column.ts'
import type { StateColumn } from '../../state/state-column.ts'
import { StructColumn } from '../../state/struct-column.ts'
import { byKeys } from '../groups.ts'
import { NumberColumnCodes } from './key-codes.ts'
import { byParts, type OrderedPart, PlacedRows, type Ranks, type RowOrder } from './placed-rows.ts'
import { TextCodes } from './text-codes.ts'

/** Up to so many rows are compared datum by datum. */
const FEW_ROWS = 24
const PLACES_A_ROW = 6
const DIGIT_BITS = 12

/** `implied`: columns that are the same where those before them are. */
export function orderRows(columns: readonly StateColumn[], implied: readonly StateColumn[], rows: Int32Array): RowOrder {
  const { length } = rows
  if (length <= FEW_ROWS) return new SortedRows(orderFew(columns, rows), Int32Array.from(rows.keys()), [])
  const placed = orderByPlaces(columns, rows)
  if (placed !== null) return placed
  const ranked = new Map<StateColumn, Ranks>()
  // Loops, here and below: `from` with a function goes through an iterator, and costs ten times as much.
  let order = new Int32Array(length)
  for (let at = 0; at < length; at++) order[at] = at
  for (const leaf of leavesOf(columns).reverse()) {
    if (implied.includes(leaf.column)) continue
    const sorted = leaf.presence || leaf.column instanceof InternedColumn ? null : orderByWhole(leaf.column.gather(rows), order)
    if (sorted !== null) {
      order = sorted
      continue
    }
    const ranks = leaf.presence ? presenceRanks(leaf.column, rows) : ranksOf(leaf.column, rows)
    ranked.set(leaf.column, ranks)
    if (ranks.count > 1) order = counted(order, ranks)
  }
  return new SortedRows(
    rows,
    order,
    columns.map((one) => ranked.get(one)),
  )
}

/** All rows in their order, in a lane. */
class SortedRows implements RowOrder {
  readonly ids: readonly (Int32Array | null)[]
  readonly #rows: Int32Array
  readonly #order: Int32Array
  readonly #ranks: readonly (Ranks | undefined)[]
  #from = 0

  /** `order`: places in the rows. */
  constructor(rows: Int32Array, order: Int32Array, ranks: readonly (Ranks | undefined)[]) {
    this.ids = ranks.map((one) => one?.ids ?? null)
    this.#rows = rows
    this.#order = order
    this.#ranks = ranks
  }
  next(): OrderedPart | null {
    const places = this.#order.subarray(this.#from, this.#from + BATCH_ROWS_TARGET)
    this.#from += places.length
    if (places.length === 0) return null
    const ranks = this.#ranks.map((one) => (one === undefined || one.ids === null ? null : takeEntries(one.ranks, places)))
    return { rows: takeEntries(this.#rows, places), ranks }
  }
}
function takeEntries(lane: Int32Array, places: Int32Array): Int32Array {
  const taken = new Int32Array(places.length)
  for (let at = 0; at < taken.length; at++) taken[at] = lane[places[at] as number] as number
  return taken
}

/** Each row has a place by the ranks of its values. Null where that would be too many places, or values have no ranks. */
function orderByPlaces(columns: readonly StateColumn[], rows: Int32Array): RowOrder | null {
  if (columns.length === 0 || !columns.every((one) => one instanceof InternedColumn)) return null
  const placesMax = PLACES_A_ROW * rows.length
  const ranked: Ranks[] = []
  let places = 1
  for (const column of columns) {
    const ranks = internedRanks(column, rows)
    ranked.push(ranks)
    places *= ranks.count
    if (places > placesMax) return null
  }
  return new PlacedRows(ranked, rows, places)
}

function orderFew(columns: readonly StateColumn[], rows: Int32Array): Int32Array {
  if (rows.length < 2) return rows
  const compare = byKeys(columns.map((one) => one.type))
  const keys = Array.from(rows, (row) => ({ row, key: columns.map((one) => one.get(row)) }))
  return Int32Array.from(
    keys.sort((a, b) => compare(a.key, b.key)),
    ({ row }) => row,
  )
}

interface Leaf {
  readonly column: StateColumn
  readonly presence: boolean
}
function leavesOf(columns: readonly StateColumn[]): Leaf[] {
  return columns.flatMap((column) =>
    column instanceof StructColumn ? [{ column, presence: true }, ...leavesOf(column.children)] : [{ column, presence: false }],
  )
}

/** Stable. */
function counted(order: Int32Array, { ranks, count }: Ranks): Int32Array<ArrayBuffer> {
  const ends = new Int32Array(count + 1)
  for (let at = 0; at < order.length; at++) {
    const next = (ranks[at] as number) + 1
    ends[next] = (ends[next] as number) + 1
  }
  for (let rank = 0; rank < count; rank++) ends[rank + 1] = (ends[rank + 1] as number) + (ends[rank] as number)
  const sorted = new Int32Array(order.length)
  for (let at = 0; at < order.length; at++) {
    const place = order[at] as number
    const rank = ranks[place] as number
    const to = ends[rank] as number
    sorted[to] = place
    ends[rank] = to + 1
  }
  return sorted
}

function presenceRanks(column: StateColumn, rows: Int32Array): Ranks {
  const ranks = new Int32Array(rows.length)
  let present = 0
  for (let at = 0; at < rows.length; at++) {
    ranks[at] = column.isNull(rows[at] as number) ? 0 : 1
    present += ranks[at] as number
  }
  return { ranks, count: present < rows.length ? 2 : 1, ids: null }
}

function ranksOf(column: StateColumn, rows: Int32Array): Ranks {
  if (column instanceof InternedColumn) return internedRanks(column, rows)
  const vector = column.gather(rows)
  switch (vector.kind) {
    case 'null':
      return { ranks: new Int32Array(rows.length), count: 1, ids: null }
    case 'boolean':
      return { ranks: Int32Array.from(rows, (row) => (column.isNull(row) ? 0 : column.get(row) === true ? 2 : 1)), count: 3, ids: null }
    case 'string':
    case 'binary':
      return textRanks(vector as StringSliceVector | BinaryVector)
    default:
      return numberRanks(vector as NumberVector)
  }
}

/** The ranks of the distinct values, which are ordered in their pool. */
function internedRanks(column: InternedColumn, rows: Int32Array): Ranks {
  const { length } = rows
  const ranks = column.idsOf(rows)
  // Few rows of many values are not worth a lane of all.
  const isDense = column.idsEnd <= 4 * length + 1024
  const distinct = isDense ? distinctIds(ranks, column.idsEnd) : codeIds(ranks)
  const rankOf = new Int32Array(isDense ? column.idsEnd : distinct.length + 1)
  const sorted = sortedRows(orderRows([column.pool], [], distinct), distinct.length)
  if (isDense) for (let at = 0; at < sorted.length; at++) rankOf[sorted[at] as number] = at + 1
  else {
    const rankOfId = new Map<number, number>()
    for (let at = 0; at < sorted.length; at++) rankOfId.set(sorted[at] as number, at + 1)
    for (let code = 1; code <= distinct.length; code++) rankOf[code] = rankOfId.get(distinct[code - 1] as number) as number
  }
  byParts(length, (from, to) => translateEntries(ranks, rankOf, from, to))
  if (distinct.length * 2 > length) return { ranks, count: distinct.length + 1, ids: null }
  const ids = new Int32Array(sorted.length + 1)
  ids.set(sorted, 1)
  return { ranks, count: ids.length, ids }
}
function sortedRows(order: RowOrder, length: number): Int32Array {
  const sorted = new Int32Array(length)
  let end = 0
  for (let part = order.next(); part !== null; part = order.next()) {
    sorted.set(part.rows, end)
    end += part.rows.length
  }
  return sorted
}
function translateEntries(lane: Int32Array, to: Int32Array, from: number, end: number): void {
  for (let at = from; at < end; at++) lane[at] = to[lane[at] as number] as number
}
/** But for 0, which is null. */
function distinctIds(ids: Int32Array, end: number): Int32Array {
  const seen = new Uint8Array(end)
  byParts(ids.length, (from, to) => markEntries(seen, ids, from, to))
  const distinct = new Int32Array(end)
  let count = 0
  for (let id = 1; id < end; id++) {
    distinct[count] = id
    count += seen[id] as number
  }
  return distinct.subarray(0, count)
}
function markEntries(seen: Uint8Array, ids: Int32Array, from: number, to: number): void {
  for (let at = from; at < to; at++) seen[ids[at] as number] = 1
}
/** Makes the ids codes from 1 on, 0 for null, and gives the ids by code − 1. */
function codeIds(ids: Int32Array): Int32Array {
  const codeOf = new Map<number, number>([[0, 0]])
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] as number
    let code = codeOf.get(id)
    if (code === undefined) {
      code = codeOf.size
      codeOf.set(id, code)
    }
    ids[at] = code
  }
  return Int32Array.from(codeOf.keys()).subarray(1)
}

/** By the digits of whole numbers, the least first; null where the vector has others, or they are too far apart. */
function orderByWhole(vector: Vector, order: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> | null {
  if (vector.kind !== 'int' && vector.kind !== 'date' && vector.kind !== 'long' && vector.kind !== 'timestamp') return null
  const { values, validity, length } = vector
  if (values instanceof BigInt64Array) return null
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = 0; at < length; at++) {
    if (validity !== null && !isValid(validity, at)) continue
    const value = values[at] as number
    if (value < min) min = value
    if (value > max) max = value
  }
  // 0 is for null.
  const greatest = max < min ? 0 : max - min + 1
  if (greatest >= Number.MAX_SAFE_INTEGER) return null
  // As few passes as there may be, with digits so short that the places of a pass lie near each other.
  const wholeBits = Math.max(1, Math.ceil(Math.log2(greatest + 1)))
  const bits = Math.ceil(wholeBits / Math.ceil(wholeBits / DIGIT_BITS))
  const ranks = new Int32Array(length)
  for (let scale = 1; scale <= greatest; scale *= 2 ** bits) {
    const mask = 2 ** bits - 1
    if (greatest < 2 ** 31 && validity === null)
      for (let at = 0; at < length; at++) ranks[at] = (((values[at] as number) - min + 1) / scale) & mask
    else
      for (let at = 0; at < length; at++)
        ranks[at] = validity === null || isValid(validity, at) ? Math.floor(((values[at] as number) - min + 1) / scale) & mask : 0
    order = counted(order, { ranks, count: 2 ** bits, ids: null })
  }
  return order
}

type NumberVector = Extract<Vector, { readonly kind: 'int' | 'date' | 'long' | 'timestamp' | 'double' }>

function numberRanks(vector: NumberVector): Ranks {
  const codes = new NumberColumnCodes()
  const ranks = new Int32Array(vector.length)
  codes.code(vector, ranks)
  const count = codes.max
  const values = vector.values.slice(0, count)
  for (let at = 0; at < ranks.length; at++) {
    const code = ranks[at] as number
    if (code !== 0) values[code - 1] = vector.values[at] as never
  }
  // A typed array sorts numbers in their order, NaN last; keys have no −0.
  values.sort()
  const sorted = new Int32Array(count)
  codes.code({ kind: vector.kind, length: count, validity: null, values } as NumberVector, sorted)
  translate(ranks, sorted)
  return { ranks, count: count + 1, ids: null }
}

function textRanks(vector: StringSliceVector | BinaryVector): Ranks {
  const { bytes, offsets, lengths, length } = vector
  const codes = new TextCodes()
  const ranks = new Int32Array(length)
  codes.code(vector, ranks)
  const { count } = codes
  /** By code: a row that has it. */
  const rowOf = new Int32Array(count + 1)
  for (let at = 0; at < length; at++) rowOf[ranks[at] as number] = at
  const sorted = Int32Array.from({ length: count }, (_, index) => index + 1)
  sorted.sort((a, b) => {
    const x = rowOf[a] as number
    const y = rowOf[b] as number
    return compareBytes(bytes, offsets[x] as number, lengths[x] as number, offsets[y] as number, lengths[y] as number)
  })
  translate(ranks, sorted)
  return { ranks, count: count + 1, ids: null }
}

/** Codes become ranks; `sorted` has the codes in order. */
function translate(codes: Int32Array, sorted: Int32Array): void {
  const rankOf = new Int32Array(sorted.length + 1)
  for (let rank = 0; rank < sorted.length; rank++) rankOf[sorted[rank] as number] = rank + 1
  for (let at = 0; at < codes.length; at++) codes[at] = rankOf[codes[at] as number] as number
}

function compareBytes(bytes: Uint8Array, a: number, aLength: number, b: number, bLength: number): number {
  const length = Math.min(aLength, bLength)
  for (let at = 0; at < length; at++) {
    const order = (bytes[a + at] as number) - (bytes[b + at] as number)
    if (order !== 0) return order
  }
  return aLength - bLength
}
