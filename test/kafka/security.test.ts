/** Who may enter, and what is said to those who may not: TLS, client certificates, all SASL mechanisms, wrong settings of each kind, against a real broker. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TlsSettings } from '../../src/io/io.ts'
import { KafkaClient, type KafkaClientOptions } from '../../src/kafka/client/client.ts'
import type { SaslSettings } from '../../src/kafka/client/sasl/exchange.ts'
import { type Cluster, describeKafka, START_MS_MAX, startCluster } from './cluster.ts'
import { readLedger } from './ledger.ts'

const user = { username: 'millrace', password: 'millrace-secret' }
/** Unsigned, as Kafka takes them unless it is told whom to ask. */
const tokenOf = (sub: string, validSeconds: number): string => {
  const now = Math.floor(Date.now() / 1000)
  const part = (object: object): string => Buffer.from(JSON.stringify(object)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub, iat: now, exp: now + validSeconds })}.`
}

describeKafka('security', () => {
  let cluster: Cluster
  let ca = ''
  const clients: KafkaClient[] = []
  beforeAll(async () => {
    cluster = await startCluster('security', { secure: true })
    ca = readFileSync(join(cluster.folder, 'broker.pem'), 'utf8')
  }, START_MS_MAX)
  afterAll(async () => {
    for (const client of clients) await client.close()
    await cluster?.forget()
  })

  const portOf = (listener: 'PLAINTEXT' | 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT'): number => cluster.brokers[0]?.ports[listener] ?? 0
  function clientOf(listener: Parameters<typeof portOf>[0], options: Partial<KafkaClientOptions> = {}, host = 'localhost'): KafkaClient {
    const client = new KafkaClient({
      bootstrapServers: `${host}:${portOf(listener)}`,
      operationTimeoutMs: 2_000,
      requestTimeoutMs: 1_500,
      ...options,
    })
    clients.push(client)
    return client
  }
  const clientCertificate = (): TlsSettings => ({ ca, pfx: readFileSync(join(cluster.folder, 'client.p12')), passphrase: 'millrace' })

  async function roundTrip(client: KafkaClient, topic: string): Promise<void> {
    await client.admin.createTopics([{ topic, partitions: 2 }])
    const producer = await client.producer()
    const writer = await producer.topic(topic)
    for (let id = 0; id < 100; id++) writer.append(1, null, Buffer.from(`{"id": ${id}}`), [], id % 2)
    await producer.flush()
    producer.close()
    expect((await readLedger(client, topic)).map(({ count }) => count)).toEqual([50, 50])
  }

  describe('lets in', () => {
    test('a certificate of the client over TLS', () => roundTrip(clientOf('SSL', { tls: clientCertificate() }), 'by-certificate'))

    const mechanisms: readonly SaslSettings[] = [
      { mechanism: 'plain', ...user },
      { mechanism: 'scram-sha-256', ...user },
      { mechanism: 'scram-sha-512', ...user },
      { mechanism: 'oauthbearer', token: () => tokenOf('millrace', 60) },
    ]
    test.each(mechanisms)('$mechanism over TLS', (sasl) => roundTrip(clientOf('SASL_SSL', { tls: { ca }, sasl }), `tls-${sasl.mechanism}`))
    test.each(mechanisms)('$mechanism without TLS', (sasl) => roundTrip(clientOf('SASL_PLAINTEXT', { sasl }), `plain-${sasl.mechanism}`))

    test('a connection whose token runs out, by a new one', async () => {
      let tokens = 0
      const token = (): string => {
        tokens++
        return tokenOf('millrace', 3)
      }
      const client = clientOf('SASL_PLAINTEXT', { sasl: { mechanism: 'oauthbearer', token } })
      await client.topics()
      const before = tokens
      await new Promise((resolve) => setTimeout(resolve, 3_500))
      await client.topics()
      expect(tokens).toBeGreaterThan(before)
    })
  })

  describe('says of', () => {
    const refusals: readonly (readonly [what: string, code: string, words: RegExp, () => KafkaClient])[] = [
      [
        'a wrong password (PLAIN)',
        'KAFKA_AUTHENTICATION_FAILED',
        /password/,
        () => clientOf('SASL_PLAINTEXT', { sasl: { mechanism: 'plain', ...user, password: 'x' } }),
      ],
      [
        'a wrong password (SCRAM)',
        'KAFKA_AUTHENTICATION_FAILED',
        /password/,
        () => clientOf('SASL_SSL', { tls: { ca }, sasl: { mechanism: 'scram-sha-512', ...user, password: 'x' } }),
      ],
      [
        'an unknown user',
        'KAFKA_AUTHENTICATION_FAILED',
        /password/,
        () => clientOf('SASL_PLAINTEXT', { sasl: { mechanism: 'scram-sha-256', username: 'nobody', password: 'x' } }),
      ],
      [
        'a token that has run out',
        'KAFKA_AUTHENTICATION_FAILED',
        /invalid_token/,
        () => clientOf('SASL_PLAINTEXT', { sasl: { mechanism: 'oauthbearer', token: () => tokenOf('millrace', -10) } }),
      ],
      ['nothing to prove who it is', 'KAFKA_CONNECTION_LOST', /SASL/, () => clientOf('SASL_PLAINTEXT')],
      ['no certificate of the client', 'KAFKA_TLS_FAILED', /certificate/, () => clientOf('SSL', { tls: { ca } })],
      [
        'a broker that nobody vouches for',
        'KAFKA_TLS_FAILED',
        /self-signed/,
        () => clientOf('SASL_SSL', { tls: true, sasl: { mechanism: 'plain', ...user } }),
      ],
      [
        'a certificate with another name',
        'KAFKA_TLS_FAILED',
        /altnames/,
        () => clientOf('SASL_SSL', { tls: { ca, serverName: 'kafka.example' }, sasl: { mechanism: 'plain', ...user } }),
      ],
      ['TLS where none is spoken', 'KAFKA_UNREACHABLE', /TLS/, () => clientOf('PLAINTEXT', { tls: { ca } })],
      ['no TLS where it is spoken', 'KAFKA_PROTOCOL_ERROR', /TLS/, () => clientOf('SSL')],
    ]
    test.each(refusals)('%s: %s', async (_, code, words, make) => {
      const error = await make()
        .topics()
        .catch((one: unknown) => one)
      expect(error).toMatchObject({ code })
      expect(String(error)).toMatch(words)
    })

    test('a topic without the right to it: KAFKA_AUTHORIZATION_FAILED', async () => {
      const topic = 'not-for-strangers'
      await clientOf('PLAINTEXT').admin.createTopics([{ topic }])
      const stranger = clientOf('SASL_PLAINTEXT', { sasl: { mechanism: 'plain', username: 'stranger', password: 'stranger-secret' } })
      await expect(stranger.topic(topic)).rejects.toMatchObject({ code: 'KAFKA_AUTHORIZATION_FAILED' })
      const fetcher = stranger.fetcher()
      fetcher.assign([{ topic, partition: 0, offset: 0 }])
      const { failed } = await fetcher.next()
      expect(failed).toMatchObject([{ topic, partition: 0, error: { code: 'KAFKA_AUTHORIZATION_FAILED' } }])
      await expect(stranger.admin.createTopics([{ topic: 'theirs' }])).rejects.toMatchObject({ code: 'KAFKA_AUTHORIZATION_FAILED' })
    })
  })
})
