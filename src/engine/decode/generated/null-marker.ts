/** Marks the nulls of a row whose bits generated code has collected. */
import type { Lane } from './lanes.ts'

export class NullMarker {
  readonly #lanes: readonly Lane[]

  constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes
  }

  /** Bit k stands for lane `first + k`. */
  mark(row: number, first: number, bits: number): void {
    while (bits !== 0) {
      const bit = 31 - Math.clz32(bits & -bits)
      this.#lanes[first + bit]?.markNull(row)
      bits &= bits - 1
    }
  }
}
