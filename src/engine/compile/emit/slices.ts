/** What generated code calls on strings that are slices of UTF-8 bytes. Bytes that are no UTF-8 count as U+FFFD, as everywhere. */
import { hashBytes } from '../../../data/hash.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()
/** Up to here a loop is faster than the decoder's call. */
const SHORT = 12

export function textOf(bytes: Uint8Array, offset: number, length: number): string {
  if (length > SHORT) return decoder.decode(bytes.subarray(offset, offset + length))
  let text = ''
  for (let at = offset; at < offset + length; at++) {
    const byte = bytes[at] as number
    if (byte >= 0x80) return decoder.decode(bytes.subarray(offset, offset + length))
    text += String.fromCharCode(byte)
  }
  return text
}

export const binaryOf = (bytes: Uint8Array, offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length)

/** Whether there is another way to say the text than by its own bytes: then only texts can be compared. */
export const isSlicePattern = (text: string): boolean => text.isWellFormed() && !text.includes('\uFFFD')

export function equalsBytes(bytes: Uint8Array, offset: number, length: number, wanted: Uint8Array): boolean {
  return length === wanted.length && matchesAt(bytes, offset, wanted)
}
export function startsWithBytes(bytes: Uint8Array, offset: number, length: number, wanted: Uint8Array): boolean {
  return length >= wanted.length && matchesAt(bytes, offset, wanted)
}
export function endsWithBytes(bytes: Uint8Array, offset: number, length: number, wanted: Uint8Array): boolean {
  return length >= wanted.length && matchesAt(bytes, offset + length - wanted.length, wanted)
}
export function containsBytes(bytes: Uint8Array, offset: number, length: number, wanted: Uint8Array): boolean {
  if (wanted.length === 0) return true
  const first = wanted[0] as number
  for (let at = offset; at <= offset + length - wanted.length; at++) if (bytes[at] === first && matchesAt(bytes, at, wanted)) return true
  return false
}
function matchesAt(bytes: Uint8Array, offset: number, wanted: Uint8Array): boolean {
  for (let at = 0; at < wanted.length; at++) if (bytes[offset + at] !== wanted[at]) return false
  return true
}

/** The number of code points. */
export function pointsOf(bytes: Uint8Array, offset: number, length: number): number {
  for (let at = offset; at < offset + length; at++) {
    if ((bytes[at] as number) >= 0x80) return Array.from(decoder.decode(bytes.subarray(offset, offset + length))).length
  }
  return length
}

export function hashSlice(bytes: Uint8Array, offset: number, length: number, seed: number): number {
  for (let at = offset; at < offset + length; at++) {
    if ((bytes[at] as number) >= 0x80) return hashText(decoder.decode(bytes.subarray(offset, offset + length)), seed)
  }
  return hashBytes(bytes, offset, offset + length, seed)
}
export function hashText(text: string, seed: number): number {
  const bytes = encoder.encode(text)
  return hashBytes(bytes, 0, bytes.length, seed)
}
