/**
 * Bytes of texts and binaries, in chunks. A position is the chunk's number and the word of four bytes within it, in 32 bits: 16 GiB for a column. A chunk whose
 * last bytes are freed goes; chunks that are mostly freed are emptied by their owner (see bytes-column.ts). Chunk 0 holds the probe.
 */
import { Buffer } from 'node:buffer'
import { MillraceError } from '../../error.ts'
import type { StateMemory } from './state-memory.ts'

const WORD_BITS = 18
const WORD_MASK = (1 << WORD_BITS) - 1
const CHUNKS_MAX = 1 << (32 - WORD_BITS)
const CHUNK_BYTES = 1 << (WORD_BITS + 2)
const FIRST_CHUNK_BYTES = 1024
/** Less than this is not worth moving anything. */
const WASTE_BYTES_MIN = 1 << 18
const NO_BYTES = Buffer.alloc(0)

/** What a text of so many bytes takes. */
const sizeOf = (length: number): number => (length + 3) & ~3

export class ByteArena {
  readonly #memory: StateMemory
  readonly #chunks: Buffer[] = [NO_BYTES]
  /** Bytes of each chunk that are owned. */
  readonly #owned: number[] = [0]
  readonly #freeChunks: number[] = []
  readonly #sparse = new Set<number>()
  #current = 0
  #at = 0
  #size = 0
  #ownedBytes = 0
  /** A chunk of its own that `reserve` made for a long text. */
  #spare: number | null = null

  constructor(memory: StateMemory) {
    this.#memory = memory
  }

  get ownedBytes(): number {
    return this.#ownedBytes
  }
  chunkOf(position: number): Buffer {
    return this.#chunks[position >>> WORD_BITS] as Buffer
  }
  offsetOf(position: number): number {
    return (position & WORD_MASK) << 2
  }

  /** Makes room for a text in chunk 0, whose position is 0. */
  probe(length: number): Buffer {
    if ((this.#chunks[0] as Buffer).length < length) {
      this.#memory.add(length * 2 - (this.#chunks[0] as Buffer).length)
      this.#chunks[0] = Buffer.allocUnsafeSlow(length * 2)
    }
    return this.#chunks[0] as Buffer
  }

  /** Makes sure that the next `allocate` of so many bytes, or fewer where they are less than a chunk, needs no memory. Throws STATE_TOO_LARGE. */
  reserve(length: number): void {
    const size = sizeOf(length)
    if (size > CHUNK_BYTES) {
      if (this.#spare !== null && (this.#chunks[this.#spare] as Buffer).length === size) return
      this.#dropSpare()
      this.#spare = this.#open(size)
    } else if (this.#at + size > (this.#chunks[this.#current] as Buffer).length || this.#current === 0) this.#advance(size)
  }
  /** Whether `allocate` needs no memory, or the budget has it. */
  has(length: number): boolean {
    return this.#memory.has(Math.max(sizeOf(length), CHUNK_BYTES))
  }

  allocate(length: number): number {
    if (length === 0) return 0
    const size = sizeOf(length)
    this.reserve(length)
    let position: number
    let chunk = this.#current
    if (size > CHUNK_BYTES) {
      chunk = this.#spare as number
      this.#spare = null
      position = (chunk << WORD_BITS) >>> 0
    } else {
      position = ((chunk << WORD_BITS) | (this.#at >> 2)) >>> 0
      this.#at += size
    }
    this.#own(chunk, size)
    return position
  }
  free(position: number, length: number): void {
    const chunk = position >>> WORD_BITS
    if (length === 0 || chunk === 0) return
    this.#own(chunk, -sizeOf(length))
    if (this.#owned[chunk] !== 0) return
    if (chunk === this.#current) this.#at = 0
    else this.#release(chunk)
  }
  /** Whether a text can be written over one that its row owns; counts what is left over as freed. */
  fits(position: number, oldLength: number, length: number): boolean {
    const change = sizeOf(length) - sizeOf(oldLength)
    if (oldLength === 0 || length === 0 || change > 0) return false
    this.#own(position >>> WORD_BITS, change)
    return true
  }

  /** Gives back what is not needed now. Chooses the chunks to be emptied, where more than a third of all is waste; `isSparse` knows them. */
  chooseSparse(): boolean {
    this.#dropSpare()
    if (this.#current !== 0 && this.#owned[this.#current] === 0) {
      this.#release(this.#current)
      this.#current = 0
      this.#at = 0
    }
    const waste = this.#size - this.#ownedBytes
    if (waste < WASTE_BYTES_MIN || waste * 3 < this.#size) return false
    for (const [chunk, bytes] of this.#chunks.entries()) {
      if (chunk === 0 || chunk === this.#current || chunk === this.#spare || bytes.length === 0) continue
      if ((this.#owned[chunk] as number) * 3 < bytes.length * 2) this.#sparse.add(chunk)
    }
    return this.#sparse.size > 0
  }
  isSparse(position: number): boolean {
    return this.#sparse.has(position >>> WORD_BITS)
  }
  forgetSparse(): void {
    this.#sparse.clear()
  }

  /** What was reserved for a text that then went over its old one. */
  #dropSpare(): void {
    if (this.#spare !== null) this.#release(this.#spare)
    this.#spare = null
  }
  #own(chunk: number, bytes: number): void {
    this.#owned[chunk] = (this.#owned[chunk] as number) + bytes
    this.#ownedBytes += bytes
  }
  #advance(size: number): void {
    const old = this.#current
    const last = (this.#chunks[old] as Buffer).length
    const next = this.#open(Math.max(size, Math.min(CHUNK_BYTES, Math.max(FIRST_CHUNK_BYTES, old === 0 ? 0 : 2 * last))))
    this.#current = next
    this.#at = 0
    if (old !== 0 && this.#owned[old] === 0) this.#release(old)
  }
  #open(size: number): number {
    if (this.#freeChunks.length === 0 && this.#chunks.length === CHUNKS_MAX)
      throw new MillraceError('STATE_TOO_LARGE', 'One column of the state has more texts than 16 GiB.')
    this.#memory.take(size)
    this.#size += size
    const chunk = this.#freeChunks.pop() ?? this.#chunks.length
    this.#chunks[chunk] = Buffer.allocUnsafeSlow(size)
    this.#owned[chunk] = 0
    return chunk
  }
  #release(chunk: number): void {
    const size = (this.#chunks[chunk] as Buffer).length
    this.#memory.add(-size)
    this.#size -= size
    this.#chunks[chunk] = NO_BYTES
    this.#sparse.delete(chunk)
    this.#freeChunks.push(chunk)
  }
}
