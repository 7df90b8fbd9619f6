/** One token of a SASL exchange, and the answer to it. */
import { api, bytes, int16, int64, type Request, type RequestInit, type Response, type ResponseInit, string } from '../schema/definition.ts'

export const saslAuthenticate = api(
  'SaslAuthenticate',
  36,
  '0-2',
  '2+',
  {
    authBytes: bytes('0+'),
  },
  {
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    authBytes: bytes('0+'),
    sessionLifetimeMs: int64('1+', { default: 0, ignorable: true }),
  },
)

export type SaslAuthenticateRequest = Request<typeof saslAuthenticate>
export type SaslAuthenticateRequestInit = RequestInit<typeof saslAuthenticate>
export type SaslAuthenticateResponse = Response<typeof saslAuthenticate>
export type SaslAuthenticateResponseInit = ResponseInit<typeof saslAuthenticate>
