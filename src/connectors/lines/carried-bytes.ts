/** The beginning of a line whose end has not come yet, as it came: any number of chunks, joined once when the end is there. */

/** What may stand in front of a chunk in its buffer: see ReadBuffers. */
export const LEAD_BYTES = 64 * 1024 - 16

export class CarriedBytes {
  readonly #parts: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Keeps a copy. */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#parts.push(new Uint8Array(bytes))
    this.#length += bytes.length
  }

  /** The last `count` bytes. */
  tail(count: number): Uint8Array {
    const tail: number[] = []
    for (let part = this.#parts.length - 1; part >= 0 && tail.length < count; part--) {
      const bytes = this.#parts[part] as Uint8Array
      for (let at = bytes.length - 1; at >= 0 && tail.length < count; at--) tail.push(bytes[at] as number)
    }
    return Uint8Array.from(tail.reverse())
  }

  /** What is carried, and the chunk behind it; nothing is carried any more. `inPlace`: the chunk's buffer may be written to, in front of the chunk too. */
  joined(chunk: Uint8Array, inPlace: boolean): Uint8Array {
    const before = this.#length
    if (before === 0) return chunk
    const fitsInFront = inPlace && before <= LEAD_BYTES && chunk.byteOffset >= LEAD_BYTES
    const joined = fitsInFront
      ? new Uint8Array(chunk.buffer, chunk.byteOffset - before, before + chunk.length)
      : new Uint8Array(before + chunk.length)
    let at = 0
    for (const part of this.#parts) {
      joined.set(part, at)
      at += part.length
    }
    if (!fitsInFront) joined.set(chunk, at)
    this.#parts.length = 0
    this.#length = 0
    return joined
  }
}
