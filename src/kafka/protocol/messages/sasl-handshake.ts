/** Choose a SASL mechanism. From version 1 its tokens travel in SaslAuthenticate. */
import { api, int16, type Request, type RequestInit, type Response, type ResponseInit, string, strings } from '../schema/definition.ts'

export const saslHandshake = api(
  'SaslHandshake',
  17,
  '0-1',
  'none',
  {
    mechanism: string('0+'),
  },
  {
    errorCode: int16('0+'),
    mechanisms: strings('0+'),
  },
)

export type SaslHandshakeRequest = Request<typeof saslHandshake>
export type SaslHandshakeRequestInit = RequestInit<typeof saslHandshake>
export type SaslHandshakeResponse = Response<typeof saslHandshake>
export type SaslHandshakeResponseInit = ResponseInit<typeof saslHandshake>
