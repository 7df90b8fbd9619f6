/**
 * LZ4 in its frame format: what Kafka calls lz4. Written here because no published package without a native module reads frames and is still kept.
 *
 * Reads what any client writes: blocks that refer to earlier ones, checksums of blocks and contents, several frames. Memory is taken block by block, each at
 * most what its bytes could hold. Dictionaries are refused.
 */
import { recordsFault } from '../wire/fault.ts'
import { copyLiterals, copyMatch } from './byte-copies.ts'
import { visitMatches } from './match-finder.ts'
import { xxhash32 } from './xxhash32.ts'

const MAGIC = 0x184d2204
const FLAG = { independent: 0x20, blockChecksum: 0x10, contentSize: 0x08, contentChecksum: 0x04, dictionary: 0x01 } as const
const VERSION = 0x40
/** Independent blocks of at most 64 KiB, no sums but that of the head: what the Java client writes. */
const WRITTEN = { flags: VERSION | FLAG.independent, blockSize: 4 << 4, blockBytes: 65_536 } as const
const STORED = 0x8000_0000
/** A match goes on by 255 with each byte. */
const EXPANSION_MAX = 255
const MATCH_BYTES_MIN = 4
/** The last five bytes are literals, and no match begins in the last twelve. */
const [QUIET_START, QUIET_END] = [12, 5]

class Frames {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #sizeMax: number
  at = 0
  target: Uint8Array
  written = 0

  constructor(bytes: Uint8Array, sizeMax: number) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#sizeMax = sizeMax
    this.target = new Uint8Array(Math.min(sizeMax, 4 * bytes.length))
  }

  /** Reads one frame. */
  frame(): void {
    if (this.#word() !== MAGIC) fault('it does not begin as a frame does')
    const head = this.at
    const flags = this.#byte()
    const blockBytes = 1 << (2 * ((this.#byte() >>> 4) & 7) + 8)
    if ((flags & 0xc0) !== VERSION || blockBytes < 65_536) fault('the head of a frame is not known')
    if ((flags & FLAG.dictionary) !== 0) fault('it needs a dictionary')
    // Our own limit counts, whatever size is announced.
    if ((flags & FLAG.contentSize) !== 0) this.#skip(8)
    const sum = (xxhash32(this.bytes, head, this.at) >>> 8) & 0xff
    if (this.#byte() !== sum) fault('the checksum of its head is wrong')
    const frameStart = this.written
    for (let size = this.#word(); size !== 0; size = this.#word())
      this.#block(size, blockBytes, frameStart, (flags & FLAG.blockChecksum) !== 0)
    if ((flags & FLAG.contentChecksum) !== 0 && this.#word() !== xxhash32(this.target, frameStart, this.written))
      fault('the checksum of its contents is wrong')
  }

  #block(size: number, blockBytes: number, frameStart: number, hasChecksum: boolean): void {
    const stored = size >= STORED
    const length = stored ? size - STORED : size
    const from = this.at
    this.#skip(length)
    if (length > blockBytes) fault(`a block has ${length} bytes`)
    if (hasChecksum && this.#word() !== xxhash32(this.bytes, from, from + length)) fault('the checksum of a block is wrong')
    this.#reserve(stored ? length : Math.min(blockBytes, length * EXPANSION_MAX))
    if (length > this.target.length - this.written && stored) fault(`${length} bytes do not fit`)
    if (stored) copyLiterals(this.bytes, from, length, this.target, this.written)
    this.written = stored
      ? this.written + length
      : decompressBlock(this.bytes, from, from + length, this.target, this.written, frameStart, this.#limit(blockBytes))
  }

  /** Where a block must end in the target at the latest. */
  #limit(blockBytes: number): number {
    return Math.min(this.written + blockBytes, this.target.length)
  }
  #reserve(more: number): void {
    const needed = Math.min(this.written + more, this.#sizeMax)
    if (needed <= this.target.length) return
    const grown = new Uint8Array(Math.min(Math.max(needed, 2 * this.target.length), this.#sizeMax))
    grown.set(this.target.subarray(0, this.written))
    this.target = grown
  }
  #byte(): number {
    const { at } = this
    this.#skip(1)
    return this.#view.getUint8(at)
  }
  #word(): number {
    const { at } = this
    this.#skip(4)
    return this.#view.getUint32(at, true)
  }
  #skip(length: number): void {
    if (length > this.bytes.length - this.at) fault('it ends too early')
    this.at += length
  }
}

export function lz4Decompress(bytes: Uint8Array, sizeMax: number): Uint8Array {
  const frames = new Frames(bytes, sizeMax)
  do frames.frame()
  while (frames.at < bytes.length)
  return frames.target.subarray(0, frames.written)
}

/** Returns where the output ends. Matches may reach back to `windowStart`, the output at most to `limit`. */
function decompressBlock(
  bytes: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  written: number,
  windowStart: number,
  limit: number,
): number {
  let at = from
  for (;;) {
    if (at >= to) fault('it ends within a block')
    const token = bytes[at++] as number
    let literals = token >>> 4
    if (literals === 15)
      for (let more = 255; more === 255; literals += more) {
        if (at >= to) fault('it ends within a length')
        more = bytes[at++] as number
      }
    if (literals > to - at || literals > limit - written) fault(`${literals} bytes do not fit`)
    copyLiterals(bytes, at, literals, target, written)
    at += literals
    written += literals
    if (at === to) return written
    if (to - at < 2) fault('it ends within a match')
    const distance = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
    at += 2
    let length = token & 15
    if (length === 15)
      for (let more = 255; more === 255; length += more) {
        if (at >= to) fault('it ends within a length')
        more = bytes[at++] as number
      }
    length += MATCH_BYTES_MIN
    if (distance === 0 || distance > written - windowStart || length > limit - written)
      fault(`a match of ${length} bytes from ${distance} before is not possible`)
    copyMatch(target, written, distance, length)
    written += length
  }
}

export function lz4Compress(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / WRITTEN.blockBytes)
  const target = new Uint8Array(16 + blocks * 32 + bytes.length + Math.ceil(bytes.length / EXPANSION_MAX))
  const view = new DataView(target.buffer)
  view.setUint32(0, MAGIC, true)
  target[4] = WRITTEN.flags
  target[5] = WRITTEN.blockSize
  target[6] = xxhash32(target, 4, 6) >>> 8
  let at = 7
  for (let from = 0; from < bytes.length; from += WRITTEN.blockBytes) {
    const to = Math.min(from + WRITTEN.blockBytes, bytes.length)
    const end = compressBlock(bytes, from, to, target, at + 4)
    const length = end - at - 4
    if (length < to - from) {
      view.setUint32(at, length, true)
      at = end
      continue
    }
    view.setUint32(at, STORED + (to - from), true)
    target.set(bytes.subarray(from, to), at + 4)
    at += 4 + to - from
  }
  view.setUint32(at, 0, true)
  return target.subarray(0, at + 4)
}

function compressBlock(bytes: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  const length = (rest: number): void => {
    for (; rest >= 255; rest -= 255) target[at++] = 255
    target[at++] = rest
  }
  const literals = (start: number, end: number, matchNibble: number): void => {
    const count = end - start
    target[at++] = (Math.min(count, 15) << 4) | matchNibble
    if (count >= 15) length(count - 15)
    copyLiterals(bytes, start, count, target, at)
    at += count
  }
  const last = visitMatches(bytes, from, to, QUIET_START, QUIET_END, (literalsFrom, start, distance, matchBytes) => {
    const rest = matchBytes - MATCH_BYTES_MIN
    literals(literalsFrom, start, Math.min(rest, 15))
    target[at++] = distance
    target[at++] = distance >>> 8
    if (rest >= 15) length(rest - 15)
  })
  literals(last, to, 0)
  return at
}

function fault(why: string): never {
  return recordsFault(`it is compressed with lz4, and ${why}`)
}
