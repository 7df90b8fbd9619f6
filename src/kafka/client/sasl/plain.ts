/** PLAIN (RFC 4616): name and password as they are, so that it belongs on TLS. */
import type { PasswordSettings, SaslExchange } from './exchange.ts'

export function plainExchange({ username, password }: PasswordSettings): SaslExchange {
  return {
    first: async () => Buffer.from(`\0${username}\0${password}`),
    next: async () => null,
  }
}
