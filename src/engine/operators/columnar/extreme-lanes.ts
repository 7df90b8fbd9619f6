/** min and max of what has number lanes. Of equal values (0 and −0) the first stays; NaN is the greatest. */
import type { LongVector, Vector } from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'
import type { LongColumn } from '../../state/long-column.ts'
import type { NumberColumn } from '../../state/number-column.ts'
import { PAGE_BITS, PAGE_MASK } from '../../state/pages.ts'
import type { Entries, LaneAggregate } from './lane-aggregates.ts'

const FIRST_ARGUMENT = [0]
type NumberLane = Uint8Array | Int32Array | Float64Array

/** Of booleans, ints, dates and doubles. */
export class NumberExtreme implements LaneAggregate {
  readonly wants = FIRST_ARGUMENT
  readonly #column: NumberColumn
  readonly #isMax: boolean

  constructor(column: NumberColumn, isMax: boolean) {
    this.#column = column
    this.#isMax = isMax
  }
  init(): void {}
  update({ count, rows, at }: Entries, args: readonly Vector[]): void {
    const { values, validity } = args[0] as unknown as { readonly values: NumberLane; readonly validity: Uint8Array | null }
    const isMax = this.#isMax
    const { pages } = this.#column
    const present = this.#column.present.pages
    for (let entry = 0; entry < count; entry++) {
      const from = at === null ? entry : (at[entry] as number)
      if (validity !== null && !isValid(validity, from)) continue
      const row = rows[entry] as number
      const page = pages[row >>> PAGE_BITS] as NumberLane
      const slot = row & PAGE_MASK
      const bits = present[row >>> PAGE_BITS] as Uint8Array
      const byte = bits[slot >> 3] as number
      const bit = 1 << (slot & 7)
      const value = values[from] as number
      if ((byte & bit) === 0) {
        page[slot] = value
        bits[slot >> 3] = byte | bit
      } else {
        const old = page[slot] as number
        const [low, high] = [isMax ? old : value, isMax ? value : old]
        if (low < high || (Number.isNaN(high) && !Number.isNaN(low))) page[slot] = value
      }
    }
  }
  result(rows: Int32Array): Vector {
    return this.#column.gather(rows)
  }
}

/** Of longs and timestamps. */
export class LongExtreme implements LaneAggregate {
  readonly wants = FIRST_ARGUMENT
  readonly #column: LongColumn
  readonly #isMax: boolean

  constructor(column: LongColumn, isMax: boolean) {
    this.#column = column
    this.#isMax = isMax
  }
  init(): void {}
  update(entries: Entries, args: readonly Vector[]): void {
    const vector = args[0] as LongVector
    const { values, validity } = vector
    const { count, rows, at } = entries
    const column = this.#column
    if (!(values instanceof Float64Array) || column.wide !== null) {
      this.#wide(entries, vector)
      return
    }
    const isMax = this.#isMax
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
      const value = (values[from] as number) + 0
      if ((byte & bit) === 0) {
        page[slot] = value
        bits[slot >> 3] = byte | bit
      } else if (isMax ? value > (page[slot] as number) : value < (page[slot] as number)) page[slot] = value
    }
  }
  result(rows: Int32Array): Vector {
    return this.#column.gather(rows)
  }

  #wide({ count, rows, at }: Entries, { values, validity }: LongVector): void {
    const column = this.#column
    for (let entry = 0; entry < count; entry++) {
      const from = at === null ? entry : (at[entry] as number)
      if (!isValid(validity, from)) continue
      const row = rows[entry] as number
      const value = values instanceof Float64Array ? BigInt(values[from] as number) : (values[from] as bigint)
      const old = column.get(row) as bigint | null
      if (old === null || (this.#isMax ? value > old : value < old)) column.set(row, value)
    }
  }
}
