/** A column of booleans, ints, dates or doubles. Generated code may use `pages` and `present` as they are. */
import type { BooleanType, DateType, DoubleType, IntType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { hashDouble, hashInt } from '../../data/hash.ts'
import type { Vector } from '../../data/vector.ts'
import { isValid } from '../../data/vector-reader.ts'
import { float64Lane, growLane, int32Lane, PAGE_BITS, PAGE_MASK, PresenceLane, uint8Lane } from './pages.ts'
import type { StateColumn } from './state-column.ts'

type NumberLane = Uint8Array | Int32Array | Float64Array

const makers = { boolean: uint8Lane, int: int32Lane, date: int32Lane, double: float64Lane } as const
const widths = { boolean: 1, int: 4, date: 4, double: 8 } as const

export class NumberColumn implements StateColumn {
  readonly type: BooleanType | IntType | DateType | DoubleType
  readonly rowBytes: number
  readonly textBytes = 0
  readonly pages: NumberLane[] = []
  readonly present = new PresenceLane()

  constructor(type: BooleanType | IntType | DateType | DoubleType) {
    this.type = type
    this.rowBytes = widths[type.kind] + PresenceLane.ROW_BYTES
  }
  grow(capacity: number): void {
    growLane<NumberLane>(this.pages, capacity, makers[this.type.kind])
    this.present.grow(capacity)
  }

  get(row: number): Datum {
    if (!this.present.has(row)) return null
    return this.type.kind === 'boolean' ? this.#at(row) !== 0 : this.#at(row)
  }
  isNull(row: number): boolean {
    return !this.present.has(row)
  }
  set(row: number, datum: Datum): void {
    if (datum === null) this.present.unset(row)
    else this.#write(row, this.type.kind === 'boolean' ? (datum === true ? 1 : 0) : (datum as number))
  }
  clear(row: number): void {
    this.present.unset(row)
  }
  copy(from: number, to: number): void {
    if (this.present.has(from)) this.#write(to, this.#at(from))
    else this.present.unset(to)
  }
  move(from: number, to: number): void {
    this.copy(from, to)
    this.present.unset(from)
  }
  reserve(): void {}
  reserveRow(): void {}

  hash(row: number, seed: number): number {
    if (!this.present.has(row)) return seed
    return this.type.kind === 'double' ? hashDouble(this.#at(row), seed) : hashInt(this.#at(row), seed)
  }
  mix(row: number, seed: number): number {
    return this.hash(row, seed)
  }
  equal(a: number, b: number): boolean {
    const has = this.present.has(a)
    if (has !== this.present.has(b)) return false
    if (!has) return true
    const x = this.#at(a)
    const y = this.#at(b)
    return x === y || (Number.isNaN(x) && Number.isNaN(y))
  }

  gather(rows: Int32Array): Vector {
    const { length } = rows
    const validity = this.present.validityOf(rows)
    const values = makers[this.type.kind](length)
    for (let at = 0; at < length; at++) if (isValid(validity, at)) values[at] = this.#at(rows[at] as number)
    return { kind: this.type.kind, length, validity, values } as Vector
  }
  load(row: number, vector: Vector, index: number): void {
    if (isValid(vector.validity, index)) this.#write(row, (vector as unknown as { readonly values: NumberLane }).values[index] as number)
    else this.present.unset(row)
  }
  tidy(): void {}

  #at(row: number): number {
    return (this.pages[row >>> PAGE_BITS] as NumberLane)[row & PAGE_MASK] as number
  }
  #write(row: number, value: number): void {
    ;(this.pages[row >>> PAGE_BITS] as NumberLane)[row & PAGE_MASK] = value
    this.present.set(row)
  }
}
