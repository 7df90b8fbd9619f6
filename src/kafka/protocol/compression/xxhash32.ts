/** xxHash32 with seed 0: the checksum inside lz4 frames. */
const [PRIME_1, PRIME_2, PRIME_3, PRIME_4, PRIME_5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1]

/** Of bytes[from … to), unsigned. */
export function xxhash32(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  let hash: number
  if (to - from >= 16) {
    let [a, b, c, d] = [(PRIME_1 + PRIME_2) | 0, PRIME_2 | 0, 0, -PRIME_1 | 0]
    for (const last = to - 16; at <= last; at += 16) {
      a = round(a, wordAt(bytes, at))
      b = round(b, wordAt(bytes, at + 4))
      c = round(c, wordAt(bytes, at + 8))
      d = round(d, wordAt(bytes, at + 12))
    }
    hash = (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0
  } else hash = PRIME_5
  hash = (hash + (to - from)) | 0
  for (; at + 4 <= to; at += 4) hash = Math.imul(rotated((hash + Math.imul(wordAt(bytes, at), PRIME_3)) | 0, 17), PRIME_4)
  for (; at < to; at++) hash = Math.imul(rotated((hash + Math.imul(bytes[at] as number, PRIME_5)) | 0, 11), PRIME_1)
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}

const round = (lane: number, word: number): number => Math.imul(rotated((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1)
const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}
