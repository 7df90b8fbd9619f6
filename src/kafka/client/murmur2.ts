/** MurmurHash2 with the seed and the byte order that Kafka's default partitioner has: the same key goes to the same partition whoever writes it. */
const SEED = 0x9747b28c
const MIX = 0x5bd1e995

/** Of bytes[from, to), as a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const length = to - from
  let hash = SEED ^ length
  let at = from
  for (const last = to - 3; at < last; at += 4) {
    let word =
      (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
    word = Math.imul(word, MIX)
    word ^= word >>> 24
    hash = Math.imul(hash, MIX) ^ Math.imul(word, MIX)
  }
  const left = to - at
  if (left === 3) hash ^= (bytes[at + 2] as number) << 16
  if (left >= 2) hash ^= (bytes[at + 1] as number) << 8
  if (left >= 1) hash = Math.imul(hash ^ (bytes[at] as number), MIX)
  hash ^= hash >>> 13
  hash = Math.imul(hash, MIX)
  return hash ^ (hash >>> 15)
}

/** The partition of a key. */
export const partitionOfKey = (key: Uint8Array, partitionCount: number, from = 0, to = key.length): number =>
  (murmur2(key, from, to) & 0x7fffffff) % partitionCount
