/** UUIDs as Kafka prints them: 16 bytes in the URL's base 64, 22 characters. */
import { protocolFault } from './fault.ts'

export const UUID_BYTES = 16
/** "None": the topic id of a topic that has none. */
export const UUID_ZERO = 'A'.repeat(22)
const SHAPE = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** The sixteen bytes of `text`. */
export function uuidBytes(text: string): Uint8Array {
  if (!SHAPE.test(text)) protocolFault(`'${text}' is not a UUID of 22 characters`)
  return Buffer.from(text, 'base64url')
}
