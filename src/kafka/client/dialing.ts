/** Connecting to a broker, and what can be wrong about that in words. */
import { MillraceError } from '../../error.ts'
import type { Channel, Receiver } from '../../io/io.ts'
import type { ConnectionOptions } from './connection.ts'
import { passingFailure, systemCodeOf } from './failure.ts'

const networkCodes = new Set(
  'ECONNREFUSED ECONNRESET ETIMEDOUT ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN EPIPE EADDRNOTAVAIL EMFILE'.split(' '),
)

export async function dialBroker(
  { io, host, port, tls, connectTimeoutMs }: ConnectionOptions,
  receiver: Receiver,
  signal: AbortSignal | undefined,
): Promise<Channel> {
  const address = `${host}:${port}`
  try {
    return await io.net.dial({
      host,
      port,
      timeoutMs: connectTimeoutMs,
      receiver,
      ...(tls === undefined ? {} : { tls }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    signal?.throwIfAborted()
    const code = systemCodeOf(error)
    const said = error instanceof Error ? error.message : String(error)
    const details = { address, code }
    if (tls === undefined || networkCodes.has(code)) {
      const handshake = tls !== undefined && code === 'ECONNRESET'
      const hint = handshake ? { hint: 'Check that the broker runs, and that the listener at this port speaks TLS.' } : {}
      throw passingFailure('KAFKA_UNREACHABLE', `There is no connection to ${address}: ${said}.`, { ...hint, cause: error, details })
    }
    throw new MillraceError('KAFKA_TLS_FAILED', `There is no secure connection to ${address}: ${said}.`, { cause: error, details })
  }
}
