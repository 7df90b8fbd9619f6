/**
 * Walks over JSON in bytes for generated code, with every check of the grammar. Positions go in and come out; a negative one says that the oracle must look:
 * what is there is wrong, or odd enough that speed does not matter. Nothing here makes objects.
 *
 * `end` bounds what belongs to the record. Bytes beyond it are read now and then, but never taken for the record's: whoever calls compares the last position
 * with the end.
 */
import { Buffer } from 'node:buffer'

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Deeper values are left to the oracle, which has a limit of its own. */
const DEPTH_MAX = 64

export function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at] as number
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
    at++
  }
  return at
}

/** From behind the opening quote, or from any whole character inside, to behind the closing quote. */
export function skipString(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at++] as number
    if (byte === QUOTE) return at
    if (byte < 0x20) return -1
    if (byte === BACKSLASH) {
      at = afterEscape(bytes, at, end)
      if (at < 0) return -1
    }
  }
  return -1
}

function afterEscape(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1
  const letter = bytes[at++]
  switch (letter) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at
    case 0x75: {
      if (at + 4 > end) return -1
      for (const last = at + 4; at < last; at++) if (!isHex(bytes[at] as number)) return -1
      return at
    }
    default:
      return -1
  }
}
const isHex = (byte: number): boolean => (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)

/** Behind the digits, at least one. */
function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  const from = at
  while (at < end && ((bytes[at] as number) - 0x30) >>> 0 < 10) at++
  return at === from ? -1 : at
}

/** Behind the whole number, without leading zeros. */
export function skipWhole(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] === 0x2d) at++
  const from = at
  at = skipDigits(bytes, at, end)
  return at > from + 1 && bytes[from] === 0x30 ? -1 : at
}

export function skipNumber(bytes: Uint8Array, at: number, end: number): number {
  at = skipWhole(bytes, at, end)
  if (at < 0) return -1
  if (at < end && bytes[at] === 0x2e) {
    at = skipDigits(bytes, at + 1, end)
    if (at < 0) return -1
  }
  if (at < end && ((bytes[at] as number) | 0x20) === 0x65) {
    at++
    if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++
    return skipDigits(bytes, at, end)
  }
  return at
}

function skipLiteral(bytes: Uint8Array, at: number, end: number, literal: Uint8Array): number {
  if (at + literal.length > end) return -1
  for (let index = 0; index < literal.length; index++) if (bytes[at + index] !== literal[index]) return -1
  return at + literal.length
}
const [TRUE, FALSE, NULL] = ['true', 'false', 'null'].map((word) => new TextEncoder().encode(word)) as [Uint8Array, Uint8Array, Uint8Array]

/** Behind the value of any kind; `depth` objects and arrays are around it. */
export function skipValue(bytes: Uint8Array, at: number, end: number, depth: number): number {
  if (at >= end || depth > DEPTH_MAX) return -1
  switch (bytes[at]) {
    case QUOTE:
      return skipString(bytes, at + 1, end)
    case 0x7b:
      return skipItems(bytes, at + 1, end, depth + 1, 0x7d)
    case 0x5b:
      return skipItems(bytes, at + 1, end, depth + 1, 0x5d)
    case 0x74:
      return skipLiteral(bytes, at, end, TRUE)
    case 0x66:
      return skipLiteral(bytes, at, end, FALSE)
    case 0x6e:
      return skipLiteral(bytes, at, end, NULL)
    default:
      return skipNumber(bytes, at, end)
  }
}

/** The same in lines, where the record's end is not known: no value has a line end within, though white space inside of brackets may be one elsewhere. */
export function skipValueInLine(bytes: Uint8Array, at: number, end: number, depth: number): number {
  const first = bytes[at]
  return skipValue(bytes, at, first === 0x7b || first === 0x5b ? lineEnd(bytes, at, end) : end, depth)
}
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++
  return at
}

/** Behind the closing bracket, from behind the opening one. */
function skipItems(bytes: Uint8Array, at: number, end: number, depth: number, close: number): number {
  at = skipSpace(bytes, at, end)
  if (at < end && bytes[at] === close) return at + 1
  for (;;) {
    if (close === 0x7d) {
      at = skipName(bytes, at, end)
      if (at < 0) return -1
    }
    at = skipValue(bytes, at, end, depth)
    if (at < 0) return -1
    at = skipSpace(bytes, at, end)
    if (at >= end) return -1
    const byte = bytes[at++]
    if (byte === close) return at
    if (byte !== 0x2c) return -1
    at = skipSpace(bytes, at, end)
  }
}

/** From the quote before a member's name to its value. */
function skipName(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || bytes[at] !== QUOTE) return -1
  at = skipString(bytes, at + 1, end)
  return at < 0 ? -1 : toValue(bytes, at, end)
}

/** From behind a member's name to its value. */
export function toValue(bytes: Uint8Array, at: number, end: number): number {
  at = skipSpace(bytes, at, end)
  if (at >= end || bytes[at] !== 0x3a) return -1
  return skipSpace(bytes, at + 1, end)
}

export function isAscii(bytes: Uint8Array, at: number, length: number): boolean {
  for (let index = 0; index < length; index++) if ((bytes[at + index] as number) >= 0x80) return false
  return true
}

/** The same text, of ASCII bytes. */
export const asciiText = (bytes: Uint8Array, at: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1')
