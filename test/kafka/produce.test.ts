/** What we wrote to a real broker, read by librdkafka, which compares checksums, and by us. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KafkaClient } from '../../src/kafka/client/client.ts'
import type { Delivery, ProducerOptions } from '../../src/kafka/client/produce/producer.ts'
import { describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'
import { readLedger } from './ledger.ts'
import { librdkafkaReads, librdkafkaWrites, withoutLibrdkafka } from './librdkafka.ts'

const unique = `produce-${process.pid}`
const encode = (text: string): Uint8Array => Buffer.from(text)

describeKafka('producing', () => {
  let client: KafkaClient
  let bootstrap = ''
  beforeAll(async () => {
    bootstrap = (await sharedCluster()).bootstrapServers
    client = new KafkaClient({ bootstrapServers: bootstrap })
  }, START_MS_MAX)
  afterAll(() => client?.close())

  async function topicOf(name: string, partitions: number, configs: Record<string, string> = {}): Promise<string> {
    const topic = `${unique}-${name}`
    await client.admin.createTopics([{ topic, partitions, configs }])
    return topic
  }

  async function write(topic: string, count: number, options: ProducerOptions = {}, withKeys = false): Promise<Delivery[]> {
    const deliveries: Delivery[] = []
    const producer = await client.producer({ ...options, onDelivery: (one) => deliveries.push(one) })
    const writer = await producer.topic(topic)
    for (let id = 0; id < count; id++) {
      if (producer.isFull) await producer.room()
      writer.append(1_700_000_000_000 + id, withKeys ? encode(String(id)) : null, encode(`{"id": ${id}, "pad": "xxxxxxxx"}`))
    }
    await producer.flush()
    producer.close()
    return deliveries
  }

  test.skipIf(withoutLibrdkafka).each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', async (compression) => {
    const topic = await topicOf(compression, 3)
    const deliveries = await write(topic, 20_000, { compression, batchBytesMax: 20_000 }, true)
    const theirs = await librdkafkaReads({ bootstrap, topic })
    const ours = await readLedger(client, topic)
    const plain = (ledgers: typeof theirs) => ledgers.map(({ count, sum, digest, ordered }) => ({ count, sum, digest, ordered }))
    expect(plain(theirs)).toEqual(plain(ours))
    expect(theirs.reduce((sum, { count }) => sum + count, 0)).toBe(20_000)
    expect(theirs.every(({ ordered }) => ordered)).toBe(true)
    expect(deliveries.reduce((sum, { count }) => sum + count, 0)).toBe(20_000)
    for (const { firstIndex, baseOffset, error } of deliveries) expect([baseOffset, error]).toEqual([firstIndex, null])
  })

  test.skipIf(withoutLibrdkafka)('keys go where Kafka and librdkafka put them', async () => {
    // librdkafka's own default is another one; `murmur2_random` is Kafka's.
    const topic = await topicOf('keys', 5)
    await write(topic, 5_000, {}, true)
    const other = await topicOf('their-keys', 5)
    await librdkafkaWrites({ bootstrap, topic: other, count: 5_000, partitions: 5, key: true })
    const counts = (ledgers: Awaited<ReturnType<typeof readLedger>>) => ledgers.map(({ count, sum }) => ({ count, sum }))
    expect(counts(await readLedger(client, topic))).toEqual(counts(await readLedger(client, other)))
  })

  test('a million records, each once and in order', async () => {
    const topic = await topicOf('million', 4)
    await write(topic, 1_000_000)
    const ledgers = await readLedger(client, topic, { isolation: 'read_committed' })
    const times = new Uint8Array(1_000_000)
    for (const ledger of ledgers) for (let id = 0; id < times.length; id++) times[id] = (times[id] ?? 0) + (ledger.times[id] ?? 0)
    expect(times.every((one) => one === 1)).toBe(true)
    expect(ledgers.every(({ ordered, count }) => ordered && count > 0)).toBe(true)
    expect(ledgers.reduce((sum, ledger) => sum + ledger.sum, 0)).toBe((999_999 * 1_000_000) / 2)
  }, 120_000)

  test('a batch that the broker refuses fails alone, and the producer goes on', async () => {
    const topic = await topicOf('small', 1, { 'max.message.bytes': '2000' })
    const producer = await client.producer()
    const writer = await producer.topic(topic)
    writer.append(1, null, new Uint8Array(5_000))
    await expect(producer.flush()).rejects.toMatchObject({ code: 'KAFKA_RECORD_TOO_LARGE', details: { firstIndex: 0, count: 1 } })
    writer.append(1, null, encode('{"id": 7}'))
    await producer.flush()
    producer.close()
    expect((await readLedger(client, topic)).map(({ count, sum }) => [count, sum])).toEqual([[1, 7]])
  })

  test('a producer that is full says so, and takes no more at twice that', async () => {
    const topic = await topicOf('full', 1)
    const producer = await client.producer({ bufferBytesMax: 10_000, lingerMs: 10_000 })
    const writer = await producer.topic(topic)
    const value = new Uint8Array(1_000)
    for (let i = 0; i < 10; i++) writer.append(i, null, value)
    expect(producer.isFull).toBe(true)
    expect(() => {
      for (let i = 0; i < 20; i++) writer.append(i, null, value)
    }).toThrow('KAFKA_PRODUCER_FULL')
    await producer.flush()
    await producer.room()
    expect(producer.bufferedBytes).toBe(0)
    producer.close()
    expect(() => writer.append(0, null, value)).toThrow('KAFKA_CLIENT_CLOSED')
  })
})
