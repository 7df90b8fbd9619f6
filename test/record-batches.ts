/** Records as sources hand them over: one after the other in one buffer, a newline between them. For the tests of this folder. */
import { Buffer } from 'node:buffer'
import type { Records } from '../src/engine/decode/decoder.ts'

export function recordsOf(records: readonly (string | Uint8Array)[]): Records {
  const parts = records.map((record) => Buffer.from(record as string))
  const starts = new Int32Array(parts.length)
  const ends = new Int32Array(parts.length)
  let at = 0
  for (const [index, part] of parts.entries()) {
    starts[index] = at
    ends[index] = at + part.length
    at += part.length + 1
  }
  const bytes = new Uint8Array(Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')])))
  return { bytes, starts, ends, origin: 'test.json:1' }
}
