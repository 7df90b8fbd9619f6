/**
 * The distinct strings of one column, found by their bytes. Generated code looks strings of at most seven bytes up by itself in `table`; the others come
 * through `find`. Only strings whose every byte was checked are in the tables, so a hit needs no further check: a string with an escape, a control character
 * or a damaged byte can only miss.
 *
 * Bytes that are no UTF-8 are other spellings of a text with U+FFFD: they are read anew each time, so that they cannot fill the tables.
 *
 * Bounded: a dictionary that is full gives no code for a new string, and the column goes on as slices.
 */
import { isUtf8 } from 'node:buffer'
import { stringText } from '../json-reader.ts'
import { textOf } from '../text-records.ts'
import { skipString } from './byte-scan.ts'

const STRINGS_MAX = 1 << 16
const CHARACTERS_MAX = 4 << 20
const SHORT_MAX = 7

export class StringDictionary {
  /** Four entries a slot: the string's first four bytes; the other three, and above them its length plus one; its code plus one (0 = free); nothing. */
  table = new Int32Array(4 * 256)
  /** Behind the last string found, its closing quote included. */
  end = 0
  isFull = false
  readonly #stringsMax: number
  readonly #strings: string[] = []
  readonly #codeOf = new Map<string, number>()
  #published: readonly string[] = []
  #characters = 0
  #shortUsed = 0

  // The long ones: slots hold an entry's index plus one; an entry has its hash, its place in the arena, its length and its code.
  #slots = new Int32Array(256)
  readonly #hashes: number[] = []
  readonly #places: number[] = []
  readonly #lengths: number[] = []
  readonly #codes: number[] = []
  #arena = new DataView(new ArrayBuffer(4096))
  #arenaUsed = 0

  constructor(stringsMax = STRINGS_MAX) {
    this.#stringsMax = stringsMax
  }

  get size(): number {
    return this.#strings.length
  }

  /** The strings by their codes; a list that was given out does not change, and a later one begins with it. */
  strings(): readonly string[] {
    if (this.#published.length !== this.#strings.length) this.#published = this.#strings.slice()
    return this.#published
  }

  /** The code of a text; negative, and the dictionary full, where there is no room for it. */
  codeOf(text: string): number {
    const known = this.#codeOf.get(text)
    if (known !== undefined) return known
    const code = this.#strings.length
    this.isFull = code >= this.#stringsMax || this.#characters + text.length > CHARACTERS_MAX
    if (this.isFull) return -1
    this.#characters += text.length
    this.#strings.push(text)
    this.#codeOf.set(text, code)
    return code
  }

  /** The code of the string behind the quote at `at - 1`, and `end`; negative where it is no string or finds no room. */
  find(bytes: Uint8Array, view: DataView, at: number, recordEnd: number): number {
    // The same search for a quote, a backslash or a control character as in value-code.ts, and the hash on the way.
    let next = at
    let hash = 0
    let rest: number
    for (;;) {
      const word = view.getInt32(next, true)
      const x = word ^ 0x02020202
      const y = word ^ 0x5c5c5c5c
      const marks = (((x - 0x21212121) & ~x) | ((y - 0x01010101) & ~y)) & 0x80808080
      if (marks !== 0) {
        const count = (31 - Math.clz32(marks & -marks)) >>> 3
        rest = word & ((1 << (count << 3)) - 1)
        next += count
        break
      }
      hash = mixed(hash, word)
      next += 4
      if (next >= recordEnd) return -1
    }
    if (bytes[next] !== 0x22) return this.#escaped(bytes, at, recordEnd)
    hash = mixed(mixed(hash, rest), next - at)
    this.end = next + 1
    const length = next - at
    if (length <= SHORT_MAX) return this.#short(bytes, view, at, next)
    const mask = this.#slots.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    for (let entry = this.#slots[slot] as number; entry !== 0; entry = this.#slots[slot] as number) {
      if (
        this.#hashes[entry - 1] === hash &&
        this.#lengths[entry - 1] === length &&
        this.#isAt(this.#places[entry - 1] as number, view, at, length)
      )
        return this.#codes[entry - 1] as number
      slot = (slot + 1) & mask
    }
    return this.#addLong(bytes, at, next, hash)
  }

  #escaped(bytes: Uint8Array, at: number, recordEnd: number): number {
    this.end = skipString(bytes, at, recordEnd)
    return this.end < 0 ? -1 : this.codeOf(stringText(bytes, at, this.end - 1, true))
  }

  #short(bytes: Uint8Array, view: DataView, at: number, end: number): number {
    const length = end - at
    const low = length >= 4 ? view.getInt32(at, true) : view.getInt32(at, true) & ((1 << (length << 3)) - 1)
    const high = (length > 4 ? view.getInt32(at + 4, true) & ((1 << ((length - 4) << 3)) - 1) : 0) | ((length + 1) << 24)
    const known = this.table[slotOf(this.table, low, high) + 2] as number
    if (known !== 0) return known - 1
    const code = this.codeOf(textOf(bytes, at, end))
    if (code < 0 || !isUtf8(bytes.subarray(at, end))) return code
    if (++this.#shortUsed * 8 > this.table.length) this.#growShort()
    insertShort(this.table, low, high, code)
    return code
  }
  #growShort(): void {
    const grown = new Int32Array(this.table.length * 4)
    for (let slot = 0; slot < this.table.length; slot += 4)
      if (this.table[slot + 2] !== 0)
        insertShort(grown, this.table[slot] as number, this.table[slot + 1] as number, (this.table[slot + 2] as number) - 1)
    this.table = grown
  }

  #isAt(place: number, view: DataView, at: number, length: number): boolean {
    const arena = this.#arena
    let index = 0
    for (; index + 4 <= length; index += 4) if (arena.getInt32(place + index, true) !== view.getInt32(at + index, true)) return false
    for (; index < length; index++) if (arena.getUint8(place + index) !== view.getUint8(at + index)) return false
    return true
  }
  #addLong(bytes: Uint8Array, at: number, end: number, hash: number): number {
    const length = end - at
    const code = this.codeOf(textOf(bytes, at, end))
    if (code < 0 || !isUtf8(bytes.subarray(at, end))) return code
    if (this.#arenaUsed + length > this.#arena.byteLength) {
      const grown = new Uint8Array(Math.max(2 * this.#arena.byteLength, this.#arenaUsed + length))
      grown.set(new Uint8Array(this.#arena.buffer, 0, this.#arenaUsed))
      this.#arena = new DataView(grown.buffer)
    }
    new Uint8Array(this.#arena.buffer).set(bytes.subarray(at, end), this.#arenaUsed)
    this.#hashes.push(hash)
    this.#places.push(this.#arenaUsed)
    this.#lengths.push(length)
    this.#codes.push(code)
    this.#arenaUsed += length
    if (this.#codes.length * 2 > this.#slots.length) {
      this.#slots = new Int32Array(this.#slots.length * 4)
      for (let entry = 0; entry < this.#codes.length; entry++) this.#place(entry)
    } else this.#place(this.#codes.length - 1)
    return code
  }
  #place(entry: number): void {
    const hash = this.#hashes[entry] as number
    const mask = this.#slots.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = entry + 1
  }
}

const mixed = (hash: number, word: number): number => Math.imul((hash ^ word) + ((hash << 13) | (hash >>> 19)), -1640531535)

/** The slot that has the string, or the free one that it belongs into. value-code.ts searches in the same way. */
function slotOf(table: Int32Array, low: number, high: number): number {
  let hash = Math.imul(low, -1640531535) ^ Math.imul(high, -2048144777)
  hash ^= hash >>> 15
  const mask = table.length - 4
  let slot = (hash << 2) - 4
  for (;;) {
    slot = (slot + 4) & mask
    // Without a branch that is taken for the first time when two strings share their first four bytes: see rehearsal.ts.
    if (table[slot + 2] === 0 || (((table[slot] as number) ^ low) | ((table[slot + 1] as number) ^ high)) === 0) return slot
  }
}
function insertShort(table: Int32Array, low: number, high: number, code: number): void {
  const slot = slotOf(table, low, high)
  table[slot] = low
  table[slot + 1] = high
  table[slot + 2] = code + 1
}
