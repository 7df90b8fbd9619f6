/**
 * A column of longs or timestamps. A page has a Float64 lane while all its values are safe integers, else a BigInt64 lane for good; only the page of an unsafe
 * value is rewritten, so there is no pause. Generated code may use `narrow` and `present` as they are while `wide` is null, else `get` and `set`.
 */
import type { LongType, TimestampType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { hashLong, hashSafeLong } from '../../data/hash.ts'
import type { LongVector, Vector } from '../../data/vector.ts'
import { isValid } from '../../data/vector-reader.ts'
import { float64Lane, growLane, PAGE_BITS, PAGE_MASK, PAGE_ROWS, PresenceLane } from './pages.ts'
import type { StateColumn } from './state-column.ts'

const NOT_NARROW = new Float64Array(0)
const TWO_32 = 0x100000000
/** The high words of safe integers are from −2^21 to 2^21 − 1; of −2^53 alone, which is not safe, the high word is among them. */
const HIGH_MAX = 0x1fffff
const HIGH_MIN = -0x200000
const scratch = new DataView(new ArrayBuffer(8))

export class LongColumn implements StateColumn {
  readonly type: LongType | TimestampType
  readonly rowBytes = 8 + PresenceLane.ROW_BYTES
  readonly textBytes = 0
  readonly present = new PresenceLane()
  readonly narrow: Float64Array[] = []
  /** By page, where a page is wide; its narrow lane is empty then. Null: none is. */
  wide: (BigInt64Array | undefined)[] | null = null

  constructor(type: LongType | TimestampType) {
    this.type = type
  }
  grow(capacity: number): void {
    this.present.grow(capacity)
    const first = this.wide?.[0]
    if (capacity > PAGE_ROWS || first === undefined || this.wide === null) {
      growLane(this.narrow, capacity, float64Lane)
      return
    }
    const grown = new BigInt64Array(capacity)
    grown.set(first)
    this.wide[0] = grown
  }

  get(row: number): Datum {
    return this.present.has(row) ? this.#at(row) : null
  }
  /** The value as a number where it is a safe integer. */
  numberAt(row: number): number | bigint | null {
    if (!this.present.has(row)) return null
    const wide = this.#wideOf(row)
    if (wide === undefined) return this.#narrowAt(row)
    const value = wide[row & PAGE_MASK] as bigint
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  isNull(row: number): boolean {
    return !this.present.has(row)
  }
  set(row: number, datum: Datum): void {
    if (datum === null) {
      this.present.unset(row)
      return
    }
    // By words: no BigInt is made or compared.
    scratch.setBigInt64(0, datum as bigint)
    const high = scratch.getInt32(0)
    const low = scratch.getUint32(4)
    if (this.wide === null && high <= HIGH_MAX && high >= HIGH_MIN && (high !== HIGH_MIN || low !== 0)) {
      ;(this.narrow[row >>> PAGE_BITS] as Float64Array)[row & PAGE_MASK] = high * TWO_32 + low
      this.present.set(row)
    } else this.#setWide(row, datum as bigint)
  }
  clear(row: number): void {
    this.present.unset(row)
  }
  copy(from: number, to: number): void {
    if (this.wide === null) {
      ;(this.narrow[to >>> PAGE_BITS] as Float64Array)[to & PAGE_MASK] = this.#narrowAt(from)
      if (this.present.has(from)) this.present.set(to)
      else this.present.unset(to)
    } else this.set(to, this.get(from))
  }
  move(from: number, to: number): void {
    this.copy(from, to)
    this.present.unset(from)
  }
  reserve(): void {}
  reserveRow(): void {}

  hash(row: number, seed: number): number {
    if (!this.present.has(row)) return seed
    return this.#wideOf(row) === undefined ? hashSafeLong(this.#narrowAt(row), seed) : hashLong(this.#at(row), seed)
  }
  mix(row: number, seed: number): number {
    return this.hash(row, seed)
  }
  equal(a: number, b: number): boolean {
    const has = this.present.has(a)
    if (has !== this.present.has(b)) return false
    if (!has) return true
    return this.wide === null ? this.#narrowAt(a) === this.#narrowAt(b) : this.#at(a) === this.#at(b)
  }

  gather(rows: Int32Array): Vector {
    const { length } = rows
    const validity = this.present.validityOf(rows)
    const values = new Float64Array(length)
    // Two loops, since one for both would box each number.
    if (this.wide === null) {
      const { narrow } = this
      for (let at = 0; at < length; at++) {
        const row = rows[at] as number
        values[at] =
          validity === null || isValid(validity, at) ? ((narrow[row >>> PAGE_BITS] as Float64Array)[row & PAGE_MASK] as number) : 0
      }
    } else
      for (let at = 0; at < length; at++) {
        const value = isValid(validity, at) ? this.numberAt(rows[at] as number) : 0
        if (typeof value === 'bigint') return this.#gatherWide(rows, validity)
        values[at] = value as number
      }
    return { kind: this.type.kind, length, validity, values }
  }
  load(row: number, vector: Vector, index: number): void {
    if (!isValid(vector.validity, index)) {
      this.present.unset(row)
      return
    }
    const { values } = vector as LongVector
    if (values instanceof BigInt64Array) this.set(row, values[index] as bigint)
    else if (this.wide === null) {
      ;(this.narrow[row >>> PAGE_BITS] as Float64Array)[row & PAGE_MASK] = (values[index] as number) + 0
      this.present.set(row)
    } else this.set(row, BigInt(values[index] as number))
  }
  tidy(): void {}

  #at(row: number): bigint {
    const wide = this.#wideOf(row)
    return wide === undefined ? BigInt(this.#narrowAt(row)) : (wide[row & PAGE_MASK] as bigint)
  }
  #narrowAt(row: number): number {
    return (this.narrow[row >>> PAGE_BITS] as Float64Array)[row & PAGE_MASK] as number
  }
  #wideOf(row: number): BigInt64Array | undefined {
    return this.wide === null ? undefined : this.wide[row >>> PAGE_BITS]
  }
  #setWide(row: number, value: bigint): void {
    this.present.set(row)
    const page = row >>> PAGE_BITS
    const wide = this.#wideOf(row)
    const number = Number(value)
    if (wide !== undefined) wide[row & PAGE_MASK] = value
    else if (Number.isSafeInteger(number)) (this.narrow[page] as Float64Array)[row & PAGE_MASK] = number
    else {
      const widened = BigInt64Array.from(this.narrow[page] as Float64Array, BigInt) as BigInt64Array
      widened[row & PAGE_MASK] = value
      this.wide ??= []
      this.wide[page] = widened
      this.narrow[page] = NOT_NARROW
    }
  }
  #gatherWide(rows: Int32Array, validity: Uint8Array | null): Vector {
    const values = new BigInt64Array(rows.length)
    for (let at = 0; at < rows.length; at++) if (isValid(validity, at)) values[at] = this.#at(rows[at] as number)
    return { kind: this.type.kind, length: rows.length, validity, values }
  }
}
