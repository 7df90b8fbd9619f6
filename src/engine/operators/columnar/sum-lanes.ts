/** sum and avg. The loops are long on purpose: one call an entry would cost as much as the entry. */
import type { DoubleVector, LongVector, Vector } from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'
import { checkedLong } from '../../compile/kernels/numbers.ts'
import type { LongColumn } from '../../state/long-column.ts'
import type { NumberColumn } from '../../state/number-column.ts'
import { PAGE_BITS, PAGE_MASK } from '../../state/pages.ts'
import { setAllZero } from './key-load.ts'
import type { Entries, Failure, LaneAggregate } from './lane-aggregates.ts'

const FIRST_ARGUMENT = [0]

/** Of doubles. It begins at 0, so that the sum of −0 alone is 0. */
export class NumberSum implements LaneAggregate {
  readonly wants = FIRST_ARGUMENT
  readonly #column: NumberColumn

  constructor(column: NumberColumn) {
    this.#column = column
  }
  init(): void {}
  update({ count, rows, at }: Entries, args: readonly Vector[]): void {
    const { values, validity } = args[0] as DoubleVector
    const pages = this.#column.pages as Float64Array[]
    const present = this.#column.present.pages
    for (let entry = 0; entry < count; entry++) {
      const from = at === null ? entry : (at[entry] as number)
      if (validity !== null && !isValid(validity, from)) continue
      const row = rows[entry] as number
      const page = pages[row >>> PAGE_BITS] as Float64Array
      const slot = row & PAGE_MASK
      const bits = present[row >>> PAGE_BITS] as Uint8Array
      const byte = bits[slot >> 3] as number
      const bit = 1 << (slot & 7)
      if ((byte & bit) !== 0) page[slot] = (page[slot] as number) + (values[from] as number)
      else {
        page[slot] = 0 + (values[from] as number)
        bits[slot >> 3] = byte | bit
      }
    }
  }
  result(rows: Int32Array): Vector {
    return this.#column.gather(rows)
  }
}

/** Of longs, exact: by numbers while they are safe integers, else by BigInt. */
export class LongSum implements LaneAggregate {
  readonly wants = FIRST_ARGUMENT
  readonly #column: LongColumn

  constructor(column: LongColumn) {
    this.#column = column
  }
  init(): void {}
  update(entries: Entries, args: readonly Vector[], failure: Failure): void {
    const vector = args[0] as LongVector
    const { values, validity } = vector
    const { count, rows, at } = entries
    const column = this.#column
    if (!(values instanceof Float64Array) || column.wide !== null) {
      this.#wide(entries, 0, vector, failure)
      return
    }
    const present = column.present.pages
    for (let entry = 0; entry < count; entry++) {
      const from = at === null ? entry : (at[entry] as number)
      if (validity !== null && !isValid(validity, from)) continue
      const row = rows[entry] as number
      const page = column.narrow[row >>> PAGE_BITS] as Float64Array
      const slot = row & PAGE_MASK
      const bits = present[row >>> PAGE_BITS] as Uint8Array
      const byte = bits[slot >> 3] as number
      const bit = 1 << (slot & 7)
      // Not −0, which is no long.
      const sum = (byte & bit) === 0 ? (values[from] as number) + 0 : (page[slot] as number) + (values[from] as number)
      if (sum > Number.MAX_SAFE_INTEGER || sum < -Number.MAX_SAFE_INTEGER) {
        this.#wide(entries, entry, vector, failure)
        return
      }
      page[slot] = sum
      bits[slot >> 3] = byte | bit
    }
  }
  result(rows: Int32Array): Vector {
    return this.#column.gather(rows)
  }

  #wide({ count, rows, at }: Entries, first: number, { values, validity }: LongVector, failure: Failure): void {
    const column = this.#column
    for (let entry = first; entry < count; entry++) {
      const from = at === null ? entry : (at[entry] as number)
      if (!isValid(validity, from)) continue
      const row = rows[entry] as number
      const value = values instanceof Float64Array ? BigInt(values[from] as number) : (values[from] as bigint)
      const old = column.get(row) as bigint | null
      try {
        column.set(row, old === null ? value : checkedLong('The sum', old + value, old, value))
      } catch (error) {
        failure.add(entry, error)
        return
      }
    }
  }
}

export class Mean implements LaneAggregate {
  readonly wants = FIRST_ARGUMENT
  readonly #sum: NumberColumn
  readonly #count: LongColumn

  constructor(sum: NumberColumn, count: LongColumn) {
    this.#sum = sum
    this.#count = count
  }
  init(rows: Int32Array, count: number): void {
    for (let at = 0; at < count; at++) this.#sum.set(rows[at] as number, 0)
    setAllZero(this.#count, rows, count)
  }
  update({ count, rows, at }: Entries, args: readonly Vector[]): void {
    const { values, validity } = args[0] as DoubleVector
    const pages = this.#sum.pages as Float64Array[]
    const counts = this.#count
    for (let entry = 0; entry < count; entry++) {
      const from = at === null ? entry : (at[entry] as number)
      if (validity !== null && !isValid(validity, from)) continue
      const row = rows[entry] as number
      const page = pages[row >>> PAGE_BITS] as Float64Array
      page[row & PAGE_MASK] = (page[row & PAGE_MASK] as number) + (values[from] as number)
      if (counts.wide === null) {
        const numbers = counts.narrow[row >>> PAGE_BITS] as Float64Array
        numbers[row & PAGE_MASK] = (numbers[row & PAGE_MASK] as number) + 1
      } else counts.set(row, (counts.get(row) as bigint) + 1n)
    }
  }
  result(rows: Int32Array): Vector {
    const { length } = rows
    const sums = this.#sum.gather(rows) as DoubleVector
    const counts = (this.#count.gather(rows) as LongVector).values
    const values = new Float64Array(length)
    let validity: Uint8Array | null = null
    for (let at = 0; at < length; at++) {
      const count = Number(counts[at])
      if (count !== 0) {
        values[at] = (sums.values[at] as number) / count
        continue
      }
      validity ??= new Uint8Array((length + 7) >> 3).fill(0xff)
      validity[at >> 3] = (validity[at >> 3] as number) & ~(1 << (at & 7))
    }
    return { kind: 'double', length, validity, values }
  }
}
