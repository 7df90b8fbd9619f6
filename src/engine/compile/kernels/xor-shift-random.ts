/**
 * Spark's generator (XORShiftRandom over java.util.Random), bit for bit: `rand(42)` gives what it gives in Spark. The 64 bits of its state are two words, so
 * that a step is a handful of operations on whole numbers.
 */
import { hashBytes } from '../../../data/hash.ts'

/** Scala's MurmurHash3.arraySeed. */
const ARRAY_SEED = 0x3c074a61
const UNIT_27 = 2 ** 27
const UNIT_53 = 2 ** -53

export class XorShiftRandom {
  #high: number
  #low: number
  /** Gaussians come in pairs. */
  #spare: number | null = null

  /** `high` and `low`: the words of a seed that is a long. Near seeds, such as those of neighbouring partitions, begin far from each other. */
  constructor(high: number, low: number) {
    const bytes = new Uint8Array(8)
    const view = new DataView(bytes.buffer)
    view.setInt32(0, high)
    view.setInt32(4, low)
    this.#low = hashBytes(bytes, 0, 8, ARRAY_SEED)
    this.#high = hashBytes(bytes, 0, 8, this.#low)
  }

  /** Uniform in [0, 1). */
  double(): number {
    const first = this.#step() & 0x3ffffff
    return (first * UNIT_27 + (this.#step() & 0x7ffffff)) * UNIT_53
  }

  /** By Marsaglia's polar method. */
  gaussian(): number {
    const spare = this.#spare
    if (spare !== null) {
      this.#spare = null
      return spare
    }
    for (;;) {
      const a = 2 * this.double() - 1
      const b = 2 * this.double() - 1
      const square = a * a + b * b
      if (square >= 1 || square === 0) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      this.#spare = b * scale
      return a * scale
    }
  }

  /** The low word of the next state. */
  #step(): number {
    let high = this.#high ^ ((this.#high << 21) | (this.#low >>> 11))
    let low = this.#low ^ (this.#low << 21)
    low ^= high >>> 3
    high ^= (high << 4) | (low >>> 28)
    low ^= low << 4
    this.#high = high
    this.#low = low
    return low
  }
}
