/**
 * Snappy, as Kafka's clients use it: its raw format, alone (librdkafka) or in the framing of the Java library xerial, a head and then blocks behind their lengths.
 * Both are read; the framing is written. Written here because what is published either needs a native module or is no longer kept.
 *
 * A block announces its size. One that could not come from so few bytes is refused before memory is taken.
 */
import { recordsFault } from '../wire/fault.ts'
import { copyLiterals, copyMatch } from './byte-copies.ts'
import { visitMatches } from './match-finder.ts'

/** "\x82SNAPPY\0", version 1, compatible with 1. */
const HEAD = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1)
const NAME_BYTES = 8
const BLOCK_BYTES = 65_536
/** Three bytes copy at most 64. */
const EXPANSION_MAX = 22

export function snappyDecompress(bytes: Uint8Array, sizeMax: number): Uint8Array {
  if (!isFramed(bytes)) return decompressBlock(bytes, 0, bytes.length, sizeMax)
  const blocks: Uint8Array[] = []
  let size = 0
  for (let at = HEAD.length; at < bytes.length; ) {
    if (bytes.length - at < 4) fault('it ends within the length of a block')
    const length =
      ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
    at += 4
    if (length < 0 || length > bytes.length - at) fault(`a block has ${length} bytes, and ${bytes.length - at} remain`)
    const block = decompressBlock(bytes, at, at + length, sizeMax - size)
    blocks.push(block)
    size += block.length
    at += length
  }
  const [first] = blocks
  return blocks.length === 1 && first !== undefined ? first : Buffer.concat(blocks, size)
}

const isFramed = (bytes: Uint8Array): boolean =>
  bytes.length >= HEAD.length && HEAD.subarray(0, NAME_BYTES).every((byte, index) => bytes[index] === byte)

function decompressBlock(bytes: Uint8Array, from: number, to: number, sizeMax: number): Uint8Array {
  let at = from
  let size = 0
  for (let scale = 1; ; scale *= 128) {
    if (at >= to || scale > 2 ** 28) fault('the size of a block cannot be read')
    const byte = bytes[at++] as number
    size += (byte & 0x7f) * scale
    if (byte < 0x80) break
  }
  if (size > sizeMax) fault(`it would have more than the ${sizeMax} bytes that are left to it`)
  if (size > (to - at) * EXPANSION_MAX) fault(`${to - at} bytes announce ${size}`)
  const target = new Uint8Array(size)
  let written = 0
  while (at < to) {
    const tag = bytes[at++] as number
    const kind = tag & 3
    if (kind === 0) {
      let length = tag >>> 2
      if (length >= 60) {
        const extra = length - 59
        if (extra > to - at) fault('it ends within a length')
        length = 0
        for (let index = extra - 1; index >= 0; index--) length = length * 256 + (bytes[at + index] as number)
        at += extra
      }
      length++
      if (length > to - at || length > size - written) fault(`${length} bytes do not fit`)
      copyLiterals(bytes, at, length, target, written)
      at += length
      written += length
      continue
    }
    const offsetBytes = kind === 3 ? 4 : kind
    if (offsetBytes > to - at) fault('it ends within a copy')
    let distance = bytes[at] as number
    if (kind === 1) distance |= (tag >>> 5) << 8
    else distance |= (bytes[at + 1] as number) << 8
    if (kind === 3) distance += (bytes[at + 2] as number) * 0x1_0000 + (bytes[at + 3] as number) * 0x100_0000
    at += offsetBytes
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    if (distance === 0 || distance > written || length > size - written)
      fault(`a copy of ${length} bytes from ${distance} before is not possible`)
    copyMatch(target, written, distance, length)
    written += length
  }
  if (written !== size) fault(`it has ${written} bytes, and announces ${size}`)
  return target
}

export function snappyCompress(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES)
  // A block without a match has a byte more for each 60, at most.
  const target = new Uint8Array(HEAD.length + blocks * 16 + bytes.length + Math.ceil(bytes.length / 6))
  target.set(HEAD)
  let at = HEAD.length
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
    const end = compressBlock(bytes, from, Math.min(from + BLOCK_BYTES, bytes.length), target, at + 4)
    const length = end - at - 4
    target[at] = length >>> 24
    target[at + 1] = length >>> 16
    target[at + 2] = length >>> 8
    target[at + 3] = length
    at = end
  }
  return target.subarray(0, at)
}

function compressBlock(bytes: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  let size = to - from
  for (; size > 0x7f; size >>>= 7) target[at++] = (size & 0x7f) | 0x80
  target[at++] = size
  const literals = (start: number, end: number): void => {
    const length = end - start
    if (length === 0) return
    const rest = length - 1
    if (rest < 60) target[at++] = rest << 2
    else if (rest < 256) {
      target[at++] = 60 << 2
      target[at++] = rest
    } else {
      target[at++] = 61 << 2
      target[at++] = rest
      target[at++] = rest >>> 8
    }
    copyLiterals(bytes, start, length, target, at)
    at += length
  }
  const last = visitMatches(bytes, from, to, 4, 0, (literalsFrom, start, distance, length) => {
    literals(literalsFrom, start)
    for (let left = length; left > 0; ) {
      // The shortest copy with this encoding has four bytes.
      const part = left > 64 ? (left < 68 ? 60 : 64) : left
      const isShort = part < 12 && distance < 2048
      target[at++] = isShort ? 1 | ((part - 4) << 2) | ((distance >>> 8) << 5) : 2 | ((part - 1) << 2)
      target[at++] = distance
      if (!isShort) target[at++] = distance >>> 8
      left -= part
    }
  })
  literals(last, to)
  return at
}

function fault(why: string): never {
  return recordsFault(`it is compressed with snappy, and ${why}`)
}
