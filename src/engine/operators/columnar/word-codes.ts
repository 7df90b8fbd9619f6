/** Numbers for pairs of 32-bit words, 1, 2, … in the order in which they are first seen: open addressing over one typed array. */
const FIRST_SLOTS = 64
/** Low word, high word, code; the fourth is not used, so that a slot lies in one cache line. */
const STRIDE_BITS = 2

export class WordCodes {
  #count = 0
  #slots = new Int32Array(FIRST_SLOTS << STRIDE_BITS)
  #mask = FIRST_SLOTS - 1

  get count(): number {
    return this.#count
  }
  clear(): void {
    if (this.#count === 0) return
    this.#count = 0
    this.#slots = new Int32Array(FIRST_SLOTS << STRIDE_BITS)
    this.#mask = FIRST_SLOTS - 1
  }

  codeOf(low: number, high: number): number {
    const slots = this.#slots
    const mask = this.#mask
    for (let slot = hashOf(low, high) & mask; ; slot = (slot + 1) & mask) {
      const at = slot << STRIDE_BITS
      const code = slots[at + 2] as number
      if (code === 0) return this.#add(low, high, at)
      if (slots[at] === low && slots[at + 1] === high) return code
    }
  }

  #add(low: number, high: number, at: number): number {
    this.#write(this.#slots, low, high, ++this.#count, at)
    if (this.#count * 2 > this.#mask) this.#grow()
    return this.#count
  }
  #grow(): void {
    const old = this.#slots
    const slots = new Int32Array(2 * old.length)
    const mask = 2 * this.#mask + 1
    for (let from = 0; from < old.length; from += 1 << STRIDE_BITS) {
      const code = old[from + 2] as number
      if (code === 0) continue
      const [low, high] = [old[from] as number, old[from + 1] as number]
      let slot = hashOf(low, high) & mask
      while (slots[(slot << STRIDE_BITS) + 2] !== 0) slot = (slot + 1) & mask
      this.#write(slots, low, high, code, slot << STRIDE_BITS)
    }
    this.#slots = slots
    this.#mask = mask
  }
  #write(slots: Int32Array, low: number, high: number, code: number, at: number): void {
    slots[at] = low
    slots[at + 1] = high
    slots[at + 2] = code
  }
}

function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
  const spread = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return spread ^ (spread >>> 14)
}
