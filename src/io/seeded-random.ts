/** Chance that can be repeated: the same seed gives the same numbers on every machine. sfc32 (Doty-Humphrey), seeded by splitmix32. Not for secrets. */
import type { Random } from './io.ts'

/**
 * @example
 * ```ts
 * import { SeededRandom } from 'millrace/testing'
 *
 * const random = new SeededRandom(42)
 * console.log(`seed ${random.seed}`, random.next())
 * ```
 */
export class SeededRandom implements Random {
  /** What to print when a test fails. */
  readonly seed: number
  readonly #state: Uint32Array

  constructor(seed: number) {
    this.seed = seed >>> 0
    this.#state = new Uint32Array(4)
    let split = this.seed
    for (let i = 0; i < 3; i++) {
      split = (split + 0x9e3779b9) | 0
      let mixed = Math.imul(split ^ (split >>> 16), 0x21f0aaad)
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
      this.#state[i] = mixed ^ (mixed >>> 15)
    }
    this.#state[3] = 1
    for (let i = 0; i < 12; i++) this.uint32()
  }

  uint32(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = this.#state
    const result = (a + b + counter) >>> 0
    this.#state[0] = b ^ (b >>> 9)
    this.#state[1] = c + (c << 3)
    this.#state[2] = ((c << 21) | (c >>> 11)) + result
    this.#state[3] = counter + 1
    return result
  }

  next(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992
  }

  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.uint32().toString(16).padStart(8, '0')).join('')
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
  }
}
