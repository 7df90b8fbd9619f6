/** A column of strings, as UTF-8, or of binaries. */
import { Buffer } from 'node:buffer'
import type { BinaryType, StringType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { hashBytes } from '../../data/hash.ts'
import type { BinaryVector, StringDictionaryVector, StringSliceVector, Vector } from '../../data/vector.ts'
import { isValid } from '../../data/vector-reader.ts'
import { MillraceError } from '../../error.ts'
import { ByteArena } from './byte-arena.ts'
import { growLane, PAGE_BITS, PAGE_MASK, PresenceLane } from './pages.ts'
import type { StateColumn } from './state-column.ts'
import type { StateMemory } from './state-memory.ts'

const PROBE = 0
const encoder = new TextEncoder()
let scratch = new Uint8Array(4096)
/** Texts up to this length are reserved at three bytes a unit, longer ones at their true length. */
const SHORT_UNITS = 256
/** A call of TextEncoder or of `set` costs as much as a loop over so many bytes. */
const LOOP_BYTES_MAX = 48

export class BytesColumn implements StateColumn {
  readonly type: StringType | BinaryType
  readonly rowBytes = 8 + PresenceLane.ROW_BYTES
  readonly present = new PresenceLane()
  readonly arena: ByteArena
  /** Two entries for each row, in one cache line: the position in the arena, and the length in bytes, which is 0 where the row is null. */
  readonly slices: Uint32Array[] = []
  #capacity = 0
  /** The next row that `tidy` looks at; 0: it rests. */
  #cursor = 0

  constructor(type: StringType | BinaryType, memory: StateMemory) {
    this.type = type
    this.arena = new ByteArena(memory)
  }
  get textBytes(): number {
    return this.arena.ownedBytes
  }
  grow(capacity: number): void {
    this.present.grow(capacity)
    growLane(this.slices, capacity, (rows) => new Uint32Array(2 * rows))
    this.#capacity = capacity
  }

  get(row: number): Datum {
    if (!this.present.has(row)) return null
    const chunk = this.arena.chunkOf(this.#positionOf(row))
    const start = this.arena.offsetOf(this.#positionOf(row))
    const end = start + this.lengthOf(row)
    return this.type.kind === 'string' ? chunk.toString('utf8', start, end) : new Uint8Array(chunk.subarray(start, end))
  }
  lengthOf(row: number): number {
    return (this.slices[row >>> PAGE_BITS] as Uint32Array)[2 * (row & PAGE_MASK) + 1] as number
  }
  isNull(row: number): boolean {
    return !this.present.has(row)
  }
  set(row: number, datum: Datum): void {
    if (datum === null) this.clear(row)
    else if (typeof datum === 'string') this.setBytes(row, scratch, 0, encode(datum))
    else this.setBytes(row, datum as Uint8Array, 0, (datum as Uint8Array).length)
  }
  /** Sets the row to the bytes from `start`, which may be those of another row. */
  setBytes(row: number, bytes: Uint8Array, start: number, length: number): void {
    const position = row === PROBE ? 0 : this.#roomFor(row, length)
    const to = row === PROBE ? this.arena.probe(length) : this.arena.chunkOf(position)
    copyBytes(bytes, start, length, to, this.arena.offsetOf(position))
    this.#point(row, position, length)
    this.present.set(row)
  }
  clear(row: number): void {
    if (!this.present.has(row)) return
    this.arena.free(this.#positionOf(row), this.lengthOf(row))
    this.#point(row, 0, 0)
    this.present.unset(row)
  }
  copy(from: number, to: number): void {
    if (this.present.has(from)) {
      const position = this.#positionOf(from)
      this.setBytes(to, this.arena.chunkOf(position), this.arena.offsetOf(position), this.lengthOf(from))
    } else this.clear(to)
  }
  move(from: number, to: number): void {
    this.clear(to)
    if (!this.present.has(from)) return
    this.#point(to, this.#positionOf(from), this.lengthOf(from))
    this.present.set(to)
    this.#point(from, 0, 0)
    this.present.unset(from)
  }
  reserve(datum: Datum): void {
    if (datum === null) return
    if (typeof datum !== 'string') this.arena.reserve((datum as Uint8Array).length)
    else this.arena.reserve(datum.length <= SHORT_UNITS ? 3 * datum.length : Buffer.byteLength(datum))
  }
  reserveRow(row: number): void {
    this.arena.reserve(this.lengthOf(row))
  }

  hash(row: number, seed: number): number {
    if (!this.present.has(row)) return seed
    const position = this.#positionOf(row)
    const start = this.arena.offsetOf(position)
    return hashBytes(this.arena.chunkOf(position), start, start + this.lengthOf(row), seed)
  }
  mix(row: number, seed: number): number {
    return this.hash(row, seed)
  }
  equal(a: number, b: number): boolean {
    if (this.present.has(a) !== this.present.has(b)) return false
    const length = this.lengthOf(a)
    if (length !== this.lengthOf(b)) return false
    const x = this.arena.chunkOf(this.#positionOf(a))
    const y = this.arena.chunkOf(this.#positionOf(b))
    const from = this.arena.offsetOf(this.#positionOf(a))
    const to = this.arena.offsetOf(this.#positionOf(b))
    for (let at = 0; at < length; at++) if (x[from + at] !== y[to + at]) return false
    return true
  }

  gather(rows: Int32Array): Vector {
    const lengths = new Int32Array(rows.length)
    const offsets = new Int32Array(rows.length)
    let total = 0
    for (let at = 0; at < rows.length; at++) {
      offsets[at] = total
      lengths[at] = this.lengthOf(rows[at] as number)
      total += lengths[at] as number
    }
    if (total > 0x7fffffff) throw new MillraceError('RECORD_TOO_LONG', `${rows.length} rows of state have ${total} bytes of one column.`)
    const bytes = new Uint8Array(total)
    for (let at = 0; at < rows.length; at++) {
      const position = this.#positionOf(rows[at] as number)
      copyBytes(this.arena.chunkOf(position), this.arena.offsetOf(position), lengths[at] as number, bytes, offsets[at] as number)
    }
    const lanes = { length: rows.length, validity: this.present.validityOf(rows), bytes, offsets, lengths }
    return this.type.kind === 'string' ? { kind: 'string', form: 'slices', ...lanes } : { kind: 'binary', ...lanes }
  }
  load(row: number, vector: Vector, index: number): void {
    if (!isValid(vector.validity, index)) {
      this.clear(row)
      return
    }
    const from = vector as StringSliceVector | StringDictionaryVector | BinaryVector
    if ('codes' in from) this.set(row, from.dictionary[from.codes[index] as number] as string)
    else this.setBytes(row, from.bytes, from.offsets[index] as number, from.lengths[index] as number)
  }

  tidy(rowsMax: number): void {
    if (this.#cursor === 0) {
      if (!this.arena.chooseSparse()) return
      this.#cursor = PROBE + 1
    }
    const end = Math.min(this.#cursor + rowsMax, this.#capacity)
    for (; this.#cursor < end; this.#cursor++) {
      const row = this.#cursor
      const length = this.lengthOf(row)
      const old = this.#positionOf(row)
      if (length === 0 || !this.arena.isSparse(old)) continue
      // Moving needs a new chunk before old ones go; where the budget has none, memory stays as it is.
      if (!this.arena.has(length)) break
      const position = this.arena.allocate(length)
      copyBytes(this.arena.chunkOf(old), this.arena.offsetOf(old), length, this.arena.chunkOf(position), this.arena.offsetOf(position))
      this.arena.free(old, length)
      this.#point(row, position, length)
    }
    if (this.#cursor < this.#capacity) return
    this.#cursor = 0
    this.arena.forgetSparse()
  }

  /** Where bytes of the row go: over its own if they fit. Throws STATE_TOO_LARGE before the row changes. */
  #roomFor(row: number, length: number): number {
    const old = this.#positionOf(row)
    const oldLength = this.lengthOf(row)
    if (this.arena.fits(old, oldLength, length)) return old
    const position = this.arena.allocate(length)
    this.arena.free(old, oldLength)
    return position
  }
  #positionOf(row: number): number {
    return (this.slices[row >>> PAGE_BITS] as Uint32Array)[2 * (row & PAGE_MASK)] as number
  }
  #point(row: number, position: number, length: number): void {
    const slices = this.slices[row >>> PAGE_BITS] as Uint32Array
    slices[2 * (row & PAGE_MASK)] = position
    slices[2 * (row & PAGE_MASK) + 1] = length
  }
}

/** Writes the text into `scratch` as UTF-8; its length in bytes. */
function encode(text: string): number {
  const { length } = text
  if (length <= LOOP_BYTES_MAX) {
    let at = 0
    for (; at < length; at++) {
      const unit = text.charCodeAt(at)
      if (unit > 0x7f) break
      scratch[at] = unit
    }
    if (at === length) return length
  }
  if (3 * length > scratch.length) scratch = new Uint8Array(6 * length)
  return encoder.encodeInto(text, scratch).written
}

function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length <= LOOP_BYTES_MAX) for (let index = 0; index < length; index++) to[at + index] = from[start + index] as number
  else to.set(from.subarray(start, start + length), at)
}
