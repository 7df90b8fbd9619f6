/** Chance that follows from a text: the same text gives the same numbers, texts that differ anywhere have nothing in common. sfc32 (Doty-Humphrey). */
import type { Seed } from '../kernel.ts'

/** Steps after which each bit of the state depends on each that came in. */
const MIXING_STEPS = 16

export class Sfc32 {
  #a: number
  #b: number
  #c: number
  #counter: number

  constructor([a, b, c, counter]: Seed) {
    this.#a = a
    this.#b = b
    this.#c = c
    this.#counter = counter
    this.#mix()
  }

  /** 32 bits, with a sign. */
  word(): number {
    const result = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0
    return result
  }

  /** A step loses nothing, so what was taken in stays in the state. */
  take(text: string): void {
    for (let at = 0; at < text.length; at++) {
      this.#a ^= text.charCodeAt(at)
      this.word()
    }
    this.#mix()
  }

  #mix(): void {
    for (let step = 0; step < MIXING_STEPS; step++) this.word()
  }
}

/** 128 bits that follow from the text. */
export function seedOf(text: string): Seed {
  const sponge = new Sfc32([text.length, 0x9e3779b9 | 0, 0x243f6a88, 1])
  sponge.take(text)
  return [sponge.word(), sponge.word(), sponge.word(), sponge.word()]
}
