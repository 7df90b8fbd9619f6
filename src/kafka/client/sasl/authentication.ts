/** Carries the exchange of a mechanism over a connection that is new. */
import { MillraceError } from '../../../error.ts'
import type { Io } from '../../../io/io.ts'
import { apis } from '../../protocol/apis.ts'
import type { Connection } from '../connection.ts'
import { brokerFailure } from '../failure.ts'
import { type SaslSettings, saslExchange } from './exchange.ts'

/** More tokens than any mechanism has. */
const TOKENS_MAX = 8

/** How long the broker believes it, in milliseconds; 0 for as long as the connection lasts. */
export async function authenticate(connection: Connection, settings: SaslSettings, random: Io['random']): Promise<number> {
  const mechanism = settings.mechanism.toUpperCase()
  const { errorCode, mechanisms } = await connection.request(apis.saslHandshake, { mechanism }, { version: 1 })
  if (errorCode !== 0)
    throw brokerFailure(errorCode, `authenticate by ${mechanism}`, { message: `It has ${mechanisms.join(', ') || 'no mechanism'}` })
  const exchange = saslExchange(settings, random)
  let lifetimeMs = 0
  let token: Uint8Array | null = await exchange.first()
  for (let count = 0; token !== null; count++) {
    if (count === TOKENS_MAX) throw new MillraceError('KAFKA_AUTHENTICATION_FAILED', `${connection.address} goes on asking for proofs.`)
    const answer = await connection.request(apis.saslAuthenticate, { authBytes: token })
    if (answer.errorCode !== 0) throw brokerFailure(answer.errorCode, `authenticate by ${mechanism}`, { message: answer.errorMessage })
    lifetimeMs = answer.sessionLifetimeMs
    token = await exchange.next(answer.authBytes)
  }
  return lifetimeMs
}
