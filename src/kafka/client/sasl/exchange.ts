/** How a client proves who it is. A mechanism is an exchange of tokens, which the connection carries (authenticate.ts). */
import type { Io } from '../../../io/io.ts'
import { oauthBearerExchange } from './oauthbearer.ts'
import { plainExchange } from './plain.ts'
import { scramExchange } from './scram.ts'

export interface PasswordSettings {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}
export interface TokenSettings {
  readonly mechanism: 'oauthbearer'
  /** A token that is valid now; asked for each new connection. */
  readonly token: () => string | Token | Promise<string | Token>
}
export interface Token {
  readonly value: string
  /** What goes with it, such as `logicalCluster`. */
  readonly extensions?: Readonly<Record<string, string>>
}
export type SaslSettings = PasswordSettings | TokenSettings

export interface SaslExchange {
  /** The token that begins. */
  first(): Promise<Uint8Array>
  /** The answer to the broker's token, or null when nothing is left to say. Throws KAFKA_AUTHENTICATION_FAILED. */
  next(token: Uint8Array): Promise<Uint8Array | null>
}

export function saslExchange(settings: SaslSettings, random: Io['random']): SaslExchange {
  switch (settings.mechanism) {
    case 'plain':
      return plainExchange(settings)
    case 'oauthbearer':
      return oauthBearerExchange(settings)
    default:
      return scramExchange(settings, `${random.uuid()}${random.uuid()}`.replaceAll('-', ''))
  }
}
