/**
 * Where decoded values are put, column by column, before they are vectors. Generated code writes `values` itself; what the oracle read comes through `store`.
 *
 * Laws: rows are filled in ascending order, and a row counts only when the next one is begun. A record that fails half-way may have written into its row:
 * `rollback` forgets what is kept beside the lanes, and the next record writes the lanes again. A null is marked at the end of its record, once.
 */
import type { DataType } from '../../../data/data-type.ts'
import type { Datum } from '../../../data/datum.ts'
import { type TimeZone, timeZone } from '../../../data/time-zone.ts'
import type { Vector } from '../../../data/vector.ts'
import { vectorOf } from '../../../data/vector-builder.ts'
import { datumOfText } from '../json-scalars.ts'
import { asciiText, skipString } from './byte-scan.ts'
import { longOf } from './number-reader.ts'

export abstract class Lane {
  /** Rows that there is room for. */
  protected capacity = 0
  /** Bit set = null, unlike the validity of a vector, so that rows without nulls write nothing. */
  #nulls: Uint8Array | null = null

  /** Begins a batch; `bytes` are those of its records. What the lanes had is never given out itself. */
  begin(_bytes: Uint8Array): void {
    this.#nulls = null
  }
  /** Makes room for so many rows; those that are there stay. */
  reserve(capacity: number): void {
    if (capacity <= this.capacity) return
    this.capacity = capacity
    if (this.#nulls !== null) this.#nulls = grown(this.#nulls, (capacity + 7) >> 3)
  }

  markNull(row: number): void {
    this.#nulls ??= new Uint8Array((this.capacity + 7) >> 3)
    this.#nulls[row >> 3] = (this.#nulls[row >> 3] as number) | (1 << (row & 7))
  }

  markNulls(from: number, to: number): void {
    for (let row = from; row < to; row++) this.markNull(row)
  }

  store(row: number, datum: Datum): void {
    if (datum === null) this.markNull(row)
    else this.put(row, datum)
  }

  /** Forgets what was kept beside the lane of this row and those after it; of nulls only one row's can be there. */
  rollback(row: number): void {
    const nulls = this.#nulls
    if (nulls !== null && row >> 3 < nulls.length) nulls[row >> 3] = (nulls[row >> 3] as number) & ~(1 << (row & 7))
  }

  protected abstract put(row: number, datum: Exclude<Datum, null>): void
  abstract finish(rows: number): Vector

  protected validity(rows: number): Uint8Array | null {
    const nulls = this.#nulls
    if (nulls === null) return null
    const bits = nulls.slice(0, (rows + 7) >> 3)
    for (let index = 0; index < bits.length; index++) bits[index] = ~(bits[index] as number)
    if ((rows & 7) !== 0) bits[bits.length - 1] = (bits[bits.length - 1] as number) & ((1 << (rows & 7)) - 1)
    return bits
  }
}

/** The first entries, as a lane of exactly the vector's length; zeros take their place, so that what is null is zero also in the next batch. */
export function taken<T extends Uint8Array | Int32Array | Float64Array>(values: T, rows: number): T {
  const own = values.slice(0, rows)
  values.fill(0, 0, rows)
  return own as T
}

/** The same entries, with room for more. */
export function grown<T extends Uint8Array | Int32Array | Float64Array>(values: T, capacity: number): T {
  const larger = new (values.constructor as new (length: number) => T)(capacity)
  larger.set(values)
  return larger
}

export class BooleanLane extends Lane {
  values = new Uint8Array(0)

  override reserve(capacity: number): void {
    super.reserve(capacity)
    if (this.values.length < capacity) this.values = grown(this.values, capacity)
  }
  protected override put(row: number, datum: Exclude<Datum, null>): void {
    this.values[row] = datum === true ? 1 : 0
  }
  override finish(rows: number): Vector {
    return { kind: 'boolean', length: rows, validity: this.validity(rows), values: taken(this.values, rows) }
  }
}

export class IntLane extends Lane {
  readonly #kind: 'int' | 'date'
  values = new Int32Array(0)

  constructor(kind: 'int' | 'date') {
    super()
    this.#kind = kind
  }
  override reserve(capacity: number): void {
    super.reserve(capacity)
    if (this.values.length < capacity) this.values = grown(this.values, capacity)
  }
  protected override put(row: number, datum: Exclude<Datum, null>): void {
    this.values[row] = datum as number
  }
  override finish(rows: number): Vector {
    return { kind: this.#kind, length: rows, validity: this.validity(rows), values: taken(this.values, rows) }
  }
}

export class DoubleLane extends Lane {
  values = new Float64Array(0)

  override reserve(capacity: number): void {
    super.reserve(capacity)
    if (this.values.length < capacity) this.values = grown(this.values, capacity)
  }
  protected override put(row: number, datum: Exclude<Datum, null>): void {
    this.values[row] = datum as number
  }
  override finish(rows: number): Vector {
    return { kind: 'double', length: rows, validity: this.validity(rows), values: taken(this.values, rows) }
  }
}

/** Longs and timestamps: doubles while they are safe, with the others beside them; one of those makes the whole lane 64 bits wide at the end. */
export class LongLane extends Lane {
  readonly #kind: 'long' | 'timestamp'
  values = new Float64Array(0)
  readonly #wideRows: number[] = []
  readonly #wideValues: bigint[] = []

  constructor(kind: 'long' | 'timestamp') {
    super()
    this.#kind = kind
  }
  override begin(bytes: Uint8Array): void {
    super.begin(bytes)
    this.rollback(0)
  }
  override reserve(capacity: number): void {
    super.reserve(capacity)
    if (this.values.length < capacity) this.values = grown(this.values, capacity)
  }
  protected override put(row: number, datum: Exclude<Datum, null>): void {
    const value = Number(datum as bigint)
    if (Number.isSafeInteger(value)) this.values[row] = value
    else this.#putWide(row, datum as bigint)
  }
  /** The number of more than 15 digits in the bytes; false where it is no long. */
  wide(row: number, bytes: Uint8Array, at: number, end: number): boolean {
    const value = longOf(bytes, at, end)
    if (value === null) return false
    this.put(row, value)
    return true
  }
  #putWide(row: number, value: bigint): void {
    this.values[row] = 0
    this.#wideRows.push(row)
    this.#wideValues.push(value)
  }
  override rollback(row: number): void {
    super.rollback(row)
    while ((this.#wideRows.at(-1) ?? -1) >= row) {
      this.#wideRows.pop()
      this.#wideValues.pop()
    }
  }
  override finish(rows: number): Vector {
    const validity = this.validity(rows)
    const narrow = taken(this.values, rows)
    if (this.#wideRows.length === 0) return { kind: this.#kind, length: rows, validity, values: narrow }
    const values = new BigInt64Array(rows)
    for (let row = 0; row < rows; row++) values[row] = BigInt(narrow[row] as number)
    for (const [index, row] of this.#wideRows.entries()) values[row] = this.#wideValues[index] as bigint
    return { kind: this.#kind, length: rows, validity, values }
  }
}

export class StructLane extends Lane {
  readonly #children: readonly Lane[]

  constructor(children: readonly Lane[]) {
    super()
    this.#children = children
  }
  override store(row: number, datum: Datum): void {
    super.store(row, datum)
    if (datum === null) for (const child of this.#children) child.store(row, null)
  }
  protected override put(row: number, datum: Exclude<Datum, null>): void {
    for (const [index, child] of this.#children.entries()) child.store(row, (datum as readonly Datum[])[index] ?? null)
  }
  override finish(rows: number): Vector {
    return { kind: 'struct', length: rows, validity: this.validity(rows), children: this.#children.map((child) => child.finish(rows)) }
  }
}

/** Types that are rare in JSON (binary, null), as an object per row. */
export class DatumLane extends Lane {
  readonly #type: DataType
  readonly #zone: TimeZone
  #datums: Datum[] = []

  constructor(type: DataType, zone: TimeZone) {
    super()
    this.#type = type
    this.#zone = zone
  }
  override begin(bytes: Uint8Array): void {
    super.begin(bytes)
    this.#datums = []
  }
  override markNull(row: number): void {
    this.#datums[row] = null
  }
  protected override put(row: number, datum: Exclude<Datum, null>): void {
    this.#datums[row] = datum
  }
  /** The string behind the quote at `at - 1`; gives the position behind it, negative where the oracle must look. */
  text(row: number, bytes: Uint8Array, at: number, end: number): number {
    const behind = skipString(bytes, at, end)
    const datum = behind < 0 ? undefined : datumOfText(this.#type, asciiText(bytes, at, behind - 1), this.#zone)
    if (datum === undefined) return -1
    this.#datums[row] = datum
    return behind
  }
  override finish(rows: number): Vector {
    return vectorOf(this.#type, this.#datums.slice(0, rows))
  }
}

/** From behind the quote before a binary to behind it; negative where the oracle must look. */
export function skipBinary(bytes: Uint8Array, at: number, end: number): number {
  const behind = skipString(bytes, at, end)
  return behind >= 0 && datumOfText({ kind: 'binary' }, asciiText(bytes, at, behind - 1), UTC) !== undefined ? behind : -1
}
const UTC = timeZone('UTC')
