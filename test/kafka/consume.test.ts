/** What librdkafka wrote, read by us from a real broker: all codecs, transactions that were aborted, and the offset that was asked for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KafkaClient } from '../../src/kafka/client/client.ts'
import { describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'
import { readLedger } from './ledger.ts'
import { librdkafkaReads, librdkafkaWrites, withoutLibrdkafka } from './librdkafka.ts'

const unique = `consume-${process.pid}`

describeKafka('consuming', () => {
  let client: KafkaClient
  let bootstrap = ''
  beforeAll(async () => {
    bootstrap = (await sharedCluster()).bootstrapServers
    client = new KafkaClient({ bootstrapServers: bootstrap })
  }, START_MS_MAX)
  afterAll(() => client?.close())

  async function topicOf(name: string, partitions = 1): Promise<string> {
    const topic = `${unique}-${name}`
    await client.admin.createTopics([{ topic, partitions }])
    return topic
  }

  /** The broker writes the markers of a transaction after it has confirmed its end. */
  async function ended(topic: string, partitions = 1): Promise<void> {
    const places = Array.from({ length: partitions }, (_, partition) => ({ topic, partition, at: 'latest' as const }))
    const offsets = async (isolation: 'read_committed' | 'read_uncommitted') =>
      (await client.listOffsets(places, { isolation })).map(({ offset }) => offset)
    const isOver = async () => `${await offsets('read_uncommitted')}` === `${await offsets('read_committed')}`
    await expect.poll(isOver, { timeout: 20_000 }).toBe(true)
  }

  test.skipIf(withoutLibrdkafka).each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', async (compression) => {
    const topic = await topicOf(compression, 3)
    await librdkafkaWrites({ bootstrap, topic, count: 20_000, partitions: 3, compression, key: true })
    const ours = await readLedger(client, topic, { partitionBytesMax: 65_536 })
    const theirs = await librdkafkaReads({ bootstrap, topic })
    expect(ours.map(({ count, sum, digest, ordered }) => ({ count, sum, digest, ordered }))).toEqual(
      theirs.map(({ count, sum, digest, ordered }) => ({ count, sum, digest, ordered })),
    )
    expect(ours.reduce((sum, { count }) => sum + count, 0)).toBe(20_000)
  })

  test.skipIf(withoutLibrdkafka)('an abort of 20,000 records delivers none of them, fetch by fetch', async () => {
    const topic = await topicOf('abort')
    await librdkafkaWrites({ bootstrap, topic, bytes: 200, transactions: [[20_000, 'abort']] })
    await ended(topic)
    const options = { partitionBytesMax: 100_000, isolation: 'read_committed' } as const
    expect((await readLedger(client, topic, options)).map(({ count }) => count)).toEqual([0])
    expect((await readLedger(client, topic, { ...options, isolation: 'read_uncommitted' })).map(({ count }) => count)).toEqual([20_000])
  })

  test.skipIf(withoutLibrdkafka)('aborted and committed records of one producer in one fetch', async () => {
    const topic = await topicOf('mixed')
    const transactions = [
      [3, 'abort'],
      [3, 'commit'],
      [2, 'abort'],
      [1, 'abort'],
      [4, 'commit'],
    ] as const
    await librdkafkaWrites({ bootstrap, topic, transactions })
    await ended(topic)
    const [ledger] = await readLedger(client, topic, { isolation: 'read_committed' })
    expect([...(ledger?.times.subarray(0, 14) ?? [])]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0])
  })

  test.skipIf(withoutLibrdkafka)('transactions that span several fetches, compressed', async () => {
    const topic = await topicOf('spanning', 2)
    const transactions = [
      [5_000, 'commit'],
      [5_000, 'abort'],
      [5_000, 'commit'],
    ] as const
    await librdkafkaWrites({ bootstrap, topic, bytes: 300, partitions: 2, compression: 'lz4', transactions })
    await ended(topic, 2)
    const ours = await readLedger(client, topic, { isolation: 'read_committed', partitionBytesMax: 20_000, fetchBytesMax: 30_000 })
    const theirs = await librdkafkaReads({ bootstrap, topic })
    expect(ours.map(({ count, sum, digest }) => ({ count, sum, digest }))).toEqual(
      theirs.map(({ count, sum, digest }) => ({ count, sum, digest })),
    )
    expect(ours.map(({ count }) => count)).toEqual([5_000, 5_000])
  })
})
