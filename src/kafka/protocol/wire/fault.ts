/** What the parsers and writers of the protocol throw. Nothing else leaves them, whatever the bytes are. */
import { MillraceError } from '../../../error.ts'

/** Throws KAFKA_PROTOCOL_ERROR. `why` completes the sentence "… cannot be read: …" or "… cannot be written: …". */
export function protocolFault(why: string, details: Readonly<Record<string, unknown>> = {}): never {
  throw new MillraceError('KAFKA_PROTOCOL_ERROR', `A message of the Kafka protocol is not well-formed: ${why}.`, { details })
}

/** Throws KAFKA_RECORDS_DAMAGED. */
export function recordsFault(why: string, details: Readonly<Record<string, unknown>> = {}): never {
  throw new MillraceError('KAFKA_RECORDS_DAMAGED', `A batch of Kafka records cannot be read: ${why}.`, { details })
}
