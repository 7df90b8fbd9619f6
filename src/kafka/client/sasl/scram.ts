/**
 * SCRAM (RFC 5802, 7677): both sides prove that they know the password, and nobody who listens learns it. What a false broker asks for costs a bounded time.
 */
import { MillraceError } from '../../../error.ts'
import { type DigestName, hashOf, hmacOf, passwordKey, sameBytes } from '../../../io/digest.ts'
import type { PasswordSettings, SaslExchange } from './exchange.ts'

/** RFC 7677 wants at least so many; fewer would let a false broker guess the password cheaply. */
const ITERATIONS_MIN = 4_096
const ITERATIONS_MAX = 1_000_000
/** No channel binding; `biws` is its base64. */
const BINDING = 'n,,'

export function scramExchange({ mechanism, username, password }: PasswordSettings, nonce: string): SaslExchange {
  const digest: DigestName = mechanism === 'scram-sha-256' ? 'sha256' : 'sha512'
  const firstBare = `n=${username.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  let expected: Uint8Array | null = null

  async function prove(token: string): Promise<Uint8Array> {
    const { r: bothNonces = '', s: salt = '', i: count = '' } = attributesOf(token)
    const iterations = Number(count)
    if (!bothNonces.startsWith(nonce) || bothNonces === nonce) refuse('its nonce does not go on from ours')
    if (!(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX)) refuse(`it asks for ${count} iterations`)
    const salted = await passwordKey(digest, password.normalize('NFKC'), Buffer.from(salt, 'base64'), iterations)
    const clientKey = hmacOf(digest, salted, 'Client Key')
    const withoutProof = `c=${Buffer.from(BINDING).toString('base64')},r=${bothNonces}`
    const signed = `${firstBare},${token},${withoutProof}`
    const signature = hmacOf(digest, hashOf(digest, clientKey), signed)
    const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))
    expected = hmacOf(digest, hmacOf(digest, salted, 'Server Key'), signed)
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`)
  }

  return {
    first: async () => Buffer.from(`${BINDING}${firstBare}`),
    async next(token) {
      const text = Buffer.from(token).toString()
      const { e: error, v: signature = '' } = attributesOf(text)
      if (error !== undefined) refuse(`it says ${error}`)
      if (expected === null) return prove(text)
      if (!sameBytes(Buffer.from(signature, 'base64'), expected)) refuse('it does not know the password itself')
      return null
    },
  }
}

function attributesOf(token: string): Readonly<Record<string, string>> {
  return Object.fromEntries(token.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}

function refuse(why: string): never {
  throw new MillraceError('KAFKA_AUTHENTICATION_FAILED', `The exchange with the Kafka broker failed: ${why}.`)
}
