/** What a block holds: a JSON value, then bytes that it points into. `u32 length of the JSON, JSON as UTF-8, bytes`. */
import { MillraceError } from '../../error.ts'
import type { Json } from '../../plan/contracts/source.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

export function encodeJson(json: Json, attachments: readonly Uint8Array[]): Uint8Array {
  const text = encoder.encode(JSON.stringify(json))
  const payload = new Uint8Array(4 + text.length + attachments.reduce((sum, one) => sum + one.length, 0))
  new DataView(payload.buffer).setUint32(0, text.length, true)
  payload.set(text, 4)
  let at = 4 + text.length
  for (const one of attachments) {
    payload.set(one, at)
    at += one.length
  }
  return payload
}

/** Throws CHECKPOINT_DAMAGED: the checksum was right, so it was written by something else. */
export function decodeJson(payload: Uint8Array, path: string): { readonly json: Json; readonly bytes: Uint8Array } {
  try {
    const length = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true)
    if (4 + length > payload.length) throw new RangeError('its JSON is longer than the block')
    return { json: JSON.parse(utf8.decode(payload.subarray(4, 4 + length))) as Json, bytes: payload.subarray(4 + length) }
  } catch (error) {
    throw new MillraceError('CHECKPOINT_DAMAGED', `'${path}' holds a block that cannot be read.`, { details: { path }, cause: error })
  }
}

/** A payload without its bytes, in a buffer of its own. */
export function jsonOf(payload: Uint8Array): Uint8Array {
  if (payload.length < 4) return payload.slice()
  const length = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true)
  return payload.slice(0, 4 + length)
}
