/** count and count_if. Neighbours in one state row are counted together. */
import type { BooleanVector, Vector } from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'
import type { LongColumn } from '../../state/long-column.ts'
import { PAGE_BITS, PAGE_MASK } from '../../state/pages.ts'
import { setAllZero } from './key-load.ts'
import type { Entries, LaneAggregate } from './lane-aggregates.ts'

export class CountLanes implements LaneAggregate {
  readonly wants: readonly number[]
  readonly #column: LongColumn
  readonly #isTrue: boolean
  #counted = new Uint8Array(0)

  /** `isTrue`: only true counts, else what is not null. */
  constructor(column: LongColumn, wants: readonly number[], isTrue: boolean) {
    this.#column = column
    this.wants = wants
    this.#isTrue = isTrue
  }
  init(rows: Int32Array, count: number): void {
    setAllZero(this.#column, rows, count)
  }
  update(entries: Entries, args: readonly Vector[]): void {
    if (this.#isTrue || args.some((one) => one.validity !== null)) this.#some(entries, this.#mask(args))
    else this.#all(entries)
  }
  result(rows: Int32Array): Vector {
    return this.#column.gather(rows)
  }

  #all({ count, rows }: Entries): void {
    const { narrow, wide } = this.#column
    if (wide === null) {
      for (let entry = 0; entry < count; ) {
        const row = rows[entry] as number
        const from = entry++
        while (entry < count && rows[entry] === row) entry++
        const page = narrow[row >>> PAGE_BITS] as Float64Array
        page[row & PAGE_MASK] = (page[row & PAGE_MASK] as number) + (entry - from)
      }
      return
    }
    for (let entry = 0; entry < count; ) {
      const row = rows[entry] as number
      const from = entry++
      while (entry < count && rows[entry] === row) entry++
      this.#add(row, entry - from)
    }
  }
  #some({ count, rows, at }: Entries, counted: Uint8Array): void {
    for (let entry = 0; entry < count; ) {
      const row = rows[entry] as number
      let sum = counted[at === null ? entry : (at[entry] as number)] as number
      for (entry++; entry < count && rows[entry] === row; entry++) sum += counted[at === null ? entry : (at[entry] as number)] as number
      if (sum > 0) this.#add(row, sum)
    }
  }
  #add(row: number, count: number): void {
    const column = this.#column
    if (column.wide === null) {
      const page = column.narrow[row >>> PAGE_BITS] as Float64Array
      page[row & PAGE_MASK] = (page[row & PAGE_MASK] as number) + count
    } else column.set(row, (column.get(row) as bigint) + BigInt(count))
  }

  #mask(args: readonly Vector[]): Uint8Array {
    const length = args[0]?.length ?? 0
    if (this.#counted.length < length) this.#counted = new Uint8Array(2 * length)
    const counted = this.#counted
    if (this.#isTrue) {
      const { values, validity } = args[0] as BooleanVector
      for (let row = 0; row < length; row++) counted[row] = isValid(validity, row) ? (values[row] as number) : 0
      return counted
    }
    counted.fill(1, 0, length)
    for (const { validity } of args)
      if (validity !== null) for (let row = 0; row < length; row++) if (!isValid(validity, row)) counted[row] = 0
    return counted
  }
}
