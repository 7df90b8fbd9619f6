/**
 * Numbers for texts and binaries. Dictionaries are looked through once: as long as batches share one dictionary, which may grow, a row costs one load. Slices
 * are hashed and compared by bytes. The same text may have two codes, one of a dictionary and one of slices.
 */
import { hashBytes } from '../../../data/hash.ts'
import type { BinaryVector, StringDictionaryVector, StringSliceVector } from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'

const FIRST_SLOTS = 64
const FIRST_BYTES = 1024

export class TextCodes {
  #count = 0
  #dictionary: readonly string[] = []
  /** By position in the dictionary; 0: not looked at yet. */
  #known = new Int32Array(FIRST_SLOTS)
  readonly #byText = new Map<string, number>()
  /** Hash and code, side by side. */
  #slots = new Int32Array(2 * FIRST_SLOTS)
  #slices = 0
  #bytes = new Uint8Array(FIRST_BYTES)
  #end = 0
  /** By code: where its bytes are, and how many. */
  #places = new Int32Array(2 * FIRST_SLOTS)

  get count(): number {
    return this.#count
  }
  clear(): void {
    this.#count = 0
    this.#dictionary = []
    this.#byText.clear()
    this.#slots = new Int32Array(2 * FIRST_SLOTS)
    this.#slices = 0
    this.#bytes = new Uint8Array(FIRST_BYTES)
    this.#end = 0
    this.#places = new Int32Array(2 * FIRST_SLOTS)
  }

  /** The codes of a column's rows; 0 for null. */
  code(vector: StringDictionaryVector | StringSliceVector | BinaryVector, out: Int32Array): void {
    if ('codes' in vector) this.#codeDictionary(vector, out)
    else this.#codeSlices(vector, out)
  }

  #codeDictionary({ codes, dictionary, validity, length }: StringDictionaryVector, out: Int32Array): void {
    this.#adopt(dictionary)
    const known = this.#known
    for (let row = 0; row < length; row++) {
      if (validity !== null && !isValid(validity, row)) {
        out[row] = 0
        continue
      }
      const at = codes[row] as number
      const code = known[at] as number
      out[row] = code === 0 ? this.#codeAt(at) : code
    }
  }
  #adopt(dictionary: readonly string[]): void {
    if (dictionary !== this.#dictionary) {
      this.#dictionary = dictionary
      if (this.#known.length < dictionary.length) this.#known = new Int32Array(2 * dictionary.length)
      else this.#known.fill(0)
    } else if (this.#known.length < dictionary.length) {
      const known = new Int32Array(2 * dictionary.length)
      known.set(this.#known)
      this.#known = known
    }
  }
  #codeAt(at: number): number {
    const text = this.#dictionary[at] as string
    let code = this.#byText.get(text)
    if (code === undefined) {
      code = ++this.#count
      this.#byText.set(text, code)
    }
    this.#known[at] = code
    return code
  }

  #codeSlices({ bytes, offsets, lengths, validity, length }: StringSliceVector | BinaryVector, out: Int32Array): void {
    for (let row = 0; row < length; row++) {
      if (validity !== null && !isValid(validity, row)) out[row] = 0
      else out[row] = this.#codeSlice(bytes, offsets[row] as number, lengths[row] as number)
    }
  }
  #codeSlice(bytes: Uint8Array, start: number, length: number): number {
    const hash = hashBytes(bytes, start, start + length, 0)
    const slots = this.#slots
    const mask = slots.length - 2
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const code = slots[at + 1] as number
      if (code === 0) return this.#add(hash, bytes, start, length)
      if (slots[at] === hash && this.#isAt(code, bytes, start, length)) return code
    }
  }
  #isAt(code: number, bytes: Uint8Array, start: number, length: number): boolean {
    const from = this.#places[2 * code] as number
    if (this.#places[2 * code + 1] !== length) return false
    const own = this.#bytes
    for (let at = 0; at < length; at++) if (own[from + at] !== bytes[start + at]) return false
    return true
  }
  #add(hash: number, bytes: Uint8Array, start: number, length: number): number {
    const code = ++this.#count
    if (this.#end + length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#end + length))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    for (let at = 0; at < length; at++) this.#bytes[this.#end + at] = bytes[start + at] as number
    if (2 * code + 1 >= this.#places.length) {
      const places = new Int32Array(Math.max(2 * this.#places.length, 2 * code + 2))
      places.set(this.#places)
      this.#places = places
    }
    this.#places[2 * code] = this.#end
    this.#places[2 * code + 1] = length
    this.#end += length
    if (++this.#slices * 4 > this.#slots.length) this.#grow()
    write(this.#slots, hash, code)
    return code
  }
  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(2 * old.length)
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) write(this.#slots, old[at] as number, old[at + 1] as number)
  }
}

function write(slots: Int32Array, hash: number, code: number): void {
  const mask = slots.length - 2
  let at = (hash << 1) & mask
  while (slots[at + 1] !== 0) at = (at + 2) & mask
  slots[at] = hash
  slots[at + 1] = code
}
