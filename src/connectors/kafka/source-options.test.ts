/** What the options of the Kafka source mean, and what is refused before anything starts. */
import { describe, expect, test } from 'vitest'
import { field, longType, stringType, structType } from '../../data/data-type.ts'
import { checkOptions } from '../../plan/contracts/options.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import { clientSettings } from './client-options.ts'
import { kafkaSource } from './kafka-source-provider.ts'
import { SOURCE, sourceOptions, sourceSettings } from './source-settings.ts'

const base = { 'kafka.bootstrap.servers': 'a:9092, b:9093', subscribe: 'orders' }
const settings = (options: Options) => sourceSettings(checkOptions(SOURCE, { ...base, ...options }, sourceOptions))
const describeWith = (options: Options, schema = null as ReturnType<typeof structType> | null) =>
  kafkaSource.describe({ ...base, ...options }, schema)
const ids = structType([field('id', longType, false), field('timestamp', stringType)])

describe('the description', () => {
  test("of the records has Spark's columns", () => {
    const { schema, hidden, decoder, guarantee, title } = describeWith({ subscribe: 'orders, returns' })
    expect(schema.fields.map(({ name, type }) => `${name} ${type.kind}`)).toEqual([
      'key binary',
      'value binary',
      'topic string',
      'partition int',
      'offset long',
      'timestamp timestamp',
      'timestampType int',
    ])
    expect([hidden, decoder, guarantee, title]).toEqual([[], null, 'replayable', 'Subscribe[orders, returns]'])
  })

  test('of JSON values has their columns, and hidden those of the record that have other names', () => {
    const { schema, hidden, decoder } = describeWith({ valueFormat: 'json', mode: 'failfast' }, ids)
    expect(schema.fields.map(({ name, nullable }) => `${name} ${nullable}`)).toEqual(['id true', 'timestamp true'])
    expect(hidden.map(({ name }) => name)).toEqual(['key', 'topic', 'partition', 'offset', 'timestampType'])
    expect(decoder).toMatchObject({ format: 'json', mode: 'FAILFAST', corruptRecordColumn: null })
  })
})

test('which partitions, and from where', () => {
  expect(settings({}).selection).toEqual({ kind: 'subscribe', topics: ['orders'] })
  expect(settings({}).starting).toEqual({ at: { place: 'latest' }, noneAtTime: 'error' })
  expect(settings({ startingOffsets: '{"a-b":{"0":7,"1":-2,"2":-1}}' }).starting.at).toEqual(
    new Map([
      ['a-b-0', { offset: 7 }],
      ['a-b-1', { place: 'earliest' }],
      ['a-b-2', { place: 'latest' }],
    ]),
  )
  expect(settings({ startingOffsets: 'earliest', startingTimestamp: '5' }).starting.at).toEqual({ place: 5 })
  expect(settings({ startingOffsetsByTimestamp: '{"a":{"0":5}}' }).starting.at).toEqual(new Map([['a-0', { place: 5 }]]))
  expect(settings({}).isolation).toBe('read_committed')
})

test('how the cluster is reached', () => {
  const client = (options: Options) => clientSettings(SOURCE, checkOptions(SOURCE, { ...base, ...options }, sourceOptions))
  const io = { disk: { readNow: (path: string) => (path === '/ca.pem' ? Uint8Array.of(1) : null) } } as Parameters<
    ReturnType<typeof client>
  >[0]
  expect(client({})(io)).toMatchObject({ bootstrapServers: ['a:9092', 'b:9093'], tls: false, requestTimeoutMs: 5000 })
  const jaas = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="ada" password="a\\"b";'
  const secure = { 'kafka.security.protocol': 'sasl_ssl', 'kafka.sasl.mechanism': 'SCRAM-SHA-512', 'kafka.sasl.jaas.config': jaas }
  expect(client({ ...secure, 'kafka.ssl.truststore.location': '/ca.pem' })(io)).toMatchObject({
    sasl: { mechanism: 'scram-sha-512', username: 'ada', password: 'a"b' },
    tls: { ca: Uint8Array.of(1), verify: true },
  })
  expect(() => client({ ...secure, 'kafka.ssl.truststore.location': '/none.pem' })(io)).toThrow(/no file '\/none.pem'/)
  expect(() => client({ 'kafka.security.protocol': 'SASL_PLAINTEXT' })).toThrow(/MISSING_OPTION.*no name/)
})

describe('what is refused', () => {
  test.each([
    [{ 'kafka.bootstrap.servers': 'localhost' }, 'INVALID_OPTION', /host:port/],
    [{ subscribePattern: 'o.*' }, 'INVALID_OPTION', /'subscribe' and 'subscribePattern'/],
    [{ subscribe: ' , ' }, 'INVALID_OPTION', /names no topic/],
    [{ startingOffsets: 'first' }, 'INVALID_OPTION', /no JSON object/],
    [{ startingOffsets: '{"a":{"0":-3}}' }, 'INVALID_OPTION', /partition 0 of 'a' has -3/],
    [{ startingOffsets: '{"a":{"0":9007199254740993}}' }, 'INVALID_OPTION', /partition 0/],
    [{ startingOffsetsByTimestamp: '[]' }, 'INVALID_OPTION', /no JSON object/],
    [{ includeHeaders: 'true' }, 'UNSUPPORTED_OPERATION', /no type for lists/],
    [{ maxOffsetsPerTrigger: '0' }, 'INVALID_OPTION', /at least 1/],
    [{ 'kafka.auto.offset.reset': 'earliest' }, 'UNKNOWN_OPTION', /kafka.auto.offset.reset/],
    [{ 'kafka.isolation.levle': 'x' }, 'UNKNOWN_OPTION', /Did you mean 'kafka.isolation.level'/],
    [{ valueFormat: 'json' }, 'SCHEMA_REQUIRED', /json\(\{/],
  ])('%o', (options, code, message) => {
    const error = (() => {
      try {
        describeWith(options)
        return null
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('nothing to read, and patterns and assignments that are none', () => {
    const { subscribe: _, ...rest } = base
    const refused = (options: Options) => () => kafkaSource.describe({ ...rest, ...options }, null)
    expect(refused({})).toThrow(/MISSING_OPTION.*'subscribe', 'subscribePattern', 'assign'/)
    expect(refused({ subscribePattern: '(' })).toThrow(/no regular expression/)
    expect(refused({ assign: '{"a":0}' })).toThrow(/no list of partitions/)
    expect(refused({ assign: '{}' })).toThrow(/names no partition/)
  })

  test('schemas that do not fit', () => {
    expect(() => describeWith({}, ids)).toThrow(/INVALID_SCHEMA/)
    expect(() => describeWith({ valueFormat: 'json', columnNameOfCorruptRecord: 'id' }, ids)).toThrow(/must be a string/)
  })
})
