/** Copies of runs of bytes within decompression: short ones byte by byte, which costs less than a call into the engine. */
const SHORT = 32

/** Bytes from another array. */
export function copyLiterals(source: Uint8Array, from: number, length: number, target: Uint8Array, at: number): void {
  if (length > SHORT) target.set(source.subarray(from, from + length), at)
  else for (let index = 0; index < length; index++) target[at + index] = source[from + index] as number
}

/** What stands `distance` before, `length` bytes of it. Where they overlap, what was just written is repeated. */
export function copyMatch(target: Uint8Array, at: number, distance: number, length: number): void {
  if (length > SHORT && distance >= length) target.copyWithin(at, at - distance, at - distance + length)
  else for (let to = at, from = at - distance, end = at + length; to < end; to++, from++) target[to] = target[from] as number
}
