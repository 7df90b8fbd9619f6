/** Where bytes repeat what stands at most 65535 bytes before: the greedy search that the writers of snappy and lz4 share. Fast before thorough. */
const HASH_BITS = 14
const MATCH_BYTES_MIN = 4
const DISTANCE_MAX = 65_535
/** After so many misses (as a power of two) the steps grow by one: what does not compress is passed over quickly. */
const PATIENCE_BITS = 6

/** bytes[literalsFrom … at) have no match; bytes[at … at + length) are those `distance` before. */
export type MatchVisitor = (literalsFrom: number, at: number, distance: number, length: number) => void

/** Positions by the hash of four bytes, one higher. Used by one search at a time. */
const table = new Int32Array(1 << HASH_BITS)

/**
 * Visits the matches in bytes[from … to), in order. No match begins in the last `quietStart` bytes or reaches into the last `quietEnd`. Returns where the
 * literals behind the last match begin.
 */
export function visitMatches(
  bytes: Uint8Array,
  from: number,
  to: number,
  quietStart: number,
  quietEnd: number,
  visit: MatchVisitor,
): number {
  table.fill(0)
  const lastStart = to - Math.max(quietStart, MATCH_BYTES_MIN)
  const lastEnd = to - quietEnd
  let literalsFrom = from
  let at = from
  let misses = 1 << PATIENCE_BITS
  while (at <= lastStart) {
    const word = wordAt(bytes, at)
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
    const candidate = (table[slot] as number) - 1
    table[slot] = at + 1
    if (candidate < from || at - candidate > DISTANCE_MAX || wordAt(bytes, candidate) !== word) {
      at += misses++ >> PATIENCE_BITS
      continue
    }
    let end = at + MATCH_BYTES_MIN
    for (let other = candidate + MATCH_BYTES_MIN; end < lastEnd && bytes[end] === bytes[other]; other++) end++
    visit(literalsFrom, at, at - candidate, end - at)
    at = end
    literalsFrom = end
    misses = 1 << PATIENCE_BITS
  }
  return literalsFrom
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}
