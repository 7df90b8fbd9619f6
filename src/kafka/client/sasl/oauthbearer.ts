/** OAUTHBEARER (RFC 7628): a token that someone else signed. A broker that refuses it says why in a token of its own, and wants that acknowledged. */
import { MillraceError } from '../../../error.ts'
import type { SaslExchange, TokenSettings } from './exchange.ts'

export function oauthBearerExchange({ token }: TokenSettings): SaslExchange {
  let refusal: string | null = null
  return {
    async first() {
      const given = await token()
      const { value, extensions = {} } = typeof given === 'string' ? { value: given } : given
      const more = Object.entries(extensions).map(([key, text]) => `${key}=${text}\x01`)
      return Buffer.from(`n,,\x01auth=Bearer ${value}\x01${more.join('')}\x01`)
    },
    async next(answer) {
      if (refusal !== null || answer.length > 0) {
        if (refusal !== null) throw new MillraceError('KAFKA_AUTHENTICATION_FAILED', `The Kafka broker refused the token: ${refusal}.`)
        refusal = Buffer.from(answer).toString()
        return Buffer.from('\x01')
      }
      return null
    },
  }
}
