import { expect, test } from 'vitest'
import { scramExchange } from './scram.ts'

const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString())
const exchange = (nonce = 'rOprNGfwEbeRWgbNEkqO', username = 'user') =>
  scramExchange({ mechanism: 'scram-sha-256', username, password: 'pencil' }, nonce)
const serverFirst = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'

test('the example of RFC 7677', async () => {
  const { first, next } = exchange()
  expect(text(await first())).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
  expect(text(await next(Buffer.from(serverFirst)))).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  )
  expect(await next(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))).toBeNull()
})

test('a name with commas and signs of equality', async () => {
  expect(text(await exchange('x', 'a,b=c').first())).toBe('n,,n=a=2Cb=3Dc,r=x')
})

const falseBrokers: readonly (readonly [what: string, token: string])[] = [
  ['a nonce of its own', serverFirst.replace('rOprNGfwEbeRWgbNEkqO', 'somethingElse')],
  ['no nonce of its own', serverFirst.replace(/%[^,]*/, '')],
  ['few iterations', serverFirst.replace('4096', '1')],
  ['endless iterations', serverFirst.replace('4096', '999999999')],
  ['no number of iterations', serverFirst.replace('4096', 'many')],
  ['an error', 'e=other-error'],
  ['nothing', ''],
]
test.each(falseBrokers)('a broker that sends %s is refused', async (_, token) => {
  const { first, next } = exchange()
  await first()
  await expect(next(Buffer.from(token))).rejects.toMatchObject({ code: 'KAFKA_AUTHENTICATION_FAILED' })
})

test('a broker that cannot prove itself is refused', async () => {
  const { first, next } = exchange()
  await first()
  await next(Buffer.from(serverFirst))
  await expect(next(Buffer.from(`v=${Buffer.alloc(32).toString('base64')}`))).rejects.toMatchObject({ code: 'KAFKA_AUTHENTICATION_FAILED' })
})
