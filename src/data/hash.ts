/**
 * Spark's `hash(…)`: Murmur3 with seed 42 over the datums, folded left to right; and the key groups made from it. State formats rely on both for ever.
 * Spark's variant mixes each trailing byte as a word of its own, and skips nulls.
 */
import type { DataType } from './data-type.ts'
import type { Datum } from './datum.ts'

/** Keys are spread over so many groups from format 1, so that parallelism can change later without moving a key between groups. */
export const KEY_GROUPS = 128

/** What hashing a tuple begins with; each datum is hashed with the hash of those before it as its seed. A null leaves the seed as it is. */
export const HASH_SEED = 42
const utf8 = new TextEncoder()
const scratch = new DataView(new ArrayBuffer(8))

/** A signed 32-bit hash, equal to that of Spark. */
export function hashDatums(types: readonly DataType[], datums: readonly Datum[]): number {
  return datums.reduce<number>((seed, datum, index) => hashDatum(types[index] as DataType, datum, seed), HASH_SEED)
}

/** The group of a key: 0 to 127. */
export function keyGroup(types: readonly DataType[], key: readonly Datum[]): number {
  return hashDatums(types, key) & (KEY_GROUPS - 1)
}

function hashDatum(type: DataType, datum: Datum, seed: number): number {
  if (datum === null) return seed
  switch (type.kind) {
    case 'null':
      return seed
    case 'boolean':
      return hashInt(datum === true ? 1 : 0, seed)
    case 'int':
    case 'date':
      return hashInt(datum as number, seed)
    case 'long':
    case 'timestamp':
      return hashLong(datum as bigint, seed)
    case 'double':
      return hashDouble(datum as number, seed)
    case 'string':
      datum = utf8.encode(datum as string)
      return hashBytes(datum, 0, datum.length, seed)
    case 'binary':
      return hashBytes(datum as Uint8Array, 0, (datum as Uint8Array).length, seed)
    case 'struct':
      return type.fields.reduce((folded, one, index) => hashDatum(one.type, (datum as readonly Datum[])[index] ?? null, folded), seed)
  }
}

// The parts, for whoever has values in lanes and not as datums (engine/state).

export const hashInt = (value: number, seed: number): number => finish(mixH1(seed, mixK1(value)), 4)

function hashWords(low: number, high: number, seed: number): number {
  return finish(mixH1(mixH1(seed, mixK1(low)), mixK1(high)), 8)
}
export function hashLong(value: bigint, seed: number): number {
  scratch.setBigInt64(0, value)
  return hashWords(scratch.getInt32(4), scratch.getInt32(0), seed)
}
/** Of a long that is a safe integer. */
export function hashSafeLong(value: number, seed: number): number {
  return hashWords(value | 0, Math.floor(value / 0x100000000) | 0, seed)
}
/** −0 is 0 and every NaN the canonical one. */
export function hashDouble(value: number, seed: number): number {
  if (Number.isNaN(value)) return hashWords(0, 0x7ff80000, seed)
  scratch.setFloat64(0, value === 0 ? 0 : value)
  return hashWords(scratch.getInt32(4), scratch.getInt32(0), seed)
}
/** Of the bytes [start, end), as of a binary or of a string in UTF-8. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  const aligned = end - ((end - start) % 4)
  let hash = seed
  let at = start
  // Words are put together by hand: a DataView of its own would cost more than a short key's hash.
  for (; at < aligned; at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
    hash = mixH1(hash, mixK1(low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)))
  }
  for (; at < end; at++) hash = mixH1(hash, mixK1(((bytes[at] as number) << 24) >> 24))
  return finish(hash, end - start)
}

function mixK1(value: number): number {
  const mixed = Math.imul(value, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}
function mixH1(hash: number, k1: number): number {
  const mixed = hash ^ k1
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}
function finish(hash: number, length: number): number {
  let mixed = hash ^ length
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
