/**
 * Spark's `hash(…)`: Murmur3 with seed 42 over the datums, folded left to right; and the key groups made from it. State formats rely on both for ever.
 * Spark's variant mixes each trailing byte as a word of its own, and skips nulls.
 */
import type { DataType } from './data-type.ts'
import type { Datum } from './datum.ts'

/** Keys are spread over so many groups from format 1, so that parallelism can change later without moving a key between groups. */
export const KEY_GROUPS = 128

const SEED = 42
const utf8 = new TextEncoder()
const scratch = new DataView(new ArrayBuffer(8))

/** A signed 32-bit hash, equal to that of Spark. */
export function hashDatums(types: readonly DataType[], datums: readonly Datum[]): number {
  return datums.reduce<number>((seed, datum, index) => hashDatum(types[index] as DataType, datum, seed), SEED)
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
    case 'double': {
      const value = datum as number
      // −0 is 0 and every NaN the canonical one.
      scratch.setFloat64(0, value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value)
      return hashLong(scratch.getBigInt64(0), seed)
    }
    case 'string':
      return hashBytes(utf8.encode(datum as string), seed)
    case 'binary':
      return hashBytes(datum as Uint8Array, seed)
    case 'struct':
      return type.fields.reduce((folded, one, index) => hashDatum(one.type, (datum as readonly Datum[])[index] ?? null, folded), seed)
  }
}

const hashInt = (value: number, seed: number): number => finish(mixH1(seed, mixK1(value)), 4)

function hashLong(value: bigint, seed: number): number {
  const low = Number(BigInt.asIntN(32, value))
  const high = Number(BigInt.asIntN(32, value >> 32n))
  return finish(mixH1(mixH1(seed, mixK1(low)), mixK1(high)), 8)
}

function hashBytes(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const aligned = bytes.length - (bytes.length % 4)
  let hash = seed
  for (let index = 0; index < aligned; index += 4) hash = mixH1(hash, mixK1(view.getInt32(index, true)))
  for (let index = aligned; index < bytes.length; index++) hash = mixH1(hash, mixK1(view.getInt8(index)))
  return finish(hash, bytes.length)
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
