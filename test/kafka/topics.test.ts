/** Topics that come, grow, shrink and go, offsets that are asked for and committed, and the clear word for everything that cannot be, on a real broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KafkaClient } from '../../src/kafka/client/client.ts'
import { RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'
import { type Cluster, describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'
import { readLedger } from './ledger.ts'

const unique = `topics-${process.pid}`

describeKafka('topics', () => {
  let cluster: Cluster
  let client: KafkaClient
  beforeAll(async () => {
    cluster = await sharedCluster()
    client = new KafkaClient({ bootstrapServers: cluster.bootstrapServers })
  }, START_MS_MAX)
  afterAll(() => client?.close())

  /** Record n has the time 1000·n. */
  async function topicWith(name: string, count: number, partitions = 1): Promise<string> {
    const topic = `${unique}-${name}`
    await client.admin.createTopics([{ topic, partitions }])
    await append(topic, 0, count)
    return topic
  }
  async function append(topic: string, first: number, count: number): Promise<void> {
    const producer = await client.producer()
    const writer = await producer.topic(topic)
    for (let id = first; id < first + count; id++) writer.append(1_000 * id, null, Buffer.from(`{"id": ${id}}`), [], 0)
    await producer.flush()
    producer.close()
  }

  test('are created, listed, given partitions and deleted', async () => {
    const topic = await topicWith('life', 1, 2)
    expect((await client.topics()).find(({ name }) => name === topic)?.partitions.map(({ index }) => index)).toEqual([0, 1])
    await client.admin.createTopics([{ topic }], { ifNotExists: true })
    await expect(client.admin.createTopics([{ topic }])).rejects.toMatchObject({
      code: 'KAFKA_REQUEST_REFUSED',
      details: { kafkaError: 'TOPIC_ALREADY_EXISTS' },
    })
    await client.admin.createPartitions(topic, 4)
    expect((await client.topic(topic, { fresh: true })).partitions.length).toBe(4)
    await expect(client.admin.createPartitions(topic, 2)).rejects.toMatchObject({ details: { kafkaError: 'INVALID_PARTITIONS' } })
    await client.admin.deleteTopics([topic])
    await expect.poll(async () => (await client.topics()).some(({ name }) => name === topic)).toBe(false)
    await expect(client.admin.deleteTopics([topic])).rejects.toMatchObject({ code: 'KAFKA_UNKNOWN_TOPIC' })
  })

  test('have settings', async () => {
    const topic = await topicWith('settings', 0)
    await client.admin.alterConfigs({ topic }, { 'retention.ms': 5_000, 'max.message.bytes': 9_999 })
    const settingOf = async (name: string) => (await client.admin.describeConfigs({ topic })).find((one) => one.name === name)
    await expect.poll(() => settingOf('retention.ms')).toMatchObject({ value: '5000', isDefault: false })
    await client.admin.alterConfigs({ topic }, { 'retention.ms': null })
    await expect.poll(() => settingOf('retention.ms')).toMatchObject({ isDefault: true, value: '-1' })
    expect((await client.admin.describeConfigs({ broker: 1 })).find(({ name }) => name === 'node.id')).toMatchObject({
      value: '1',
      isReadOnly: true,
    })
    await expect(client.admin.alterConfigs({ topic }, { 'no.such': 1 })).rejects.toMatchObject({ code: 'KAFKA_REQUEST_REFUSED' })
  })

  test('have offsets at their ends and at times', async () => {
    const topic = await topicWith('offsets', 10)
    const at = async (place: 'earliest' | 'latest' | number) => (await client.listOffsets([{ topic, partition: 0, at: place }]))[0]
    expect(await at('earliest')).toMatchObject({ offset: 0 })
    expect(await at('latest')).toMatchObject({ offset: 10 })
    expect(await at(4_500)).toMatchObject({ offset: 5, timestampMs: 5_000 })
    expect(await at(1_000_000)).toMatchObject({ offset: null })
    await expect(client.listOffsets([{ topic, partition: 7, at: 'latest' }])).rejects.toMatchObject({ code: 'KAFKA_UNKNOWN_TOPIC' })
  })

  test('have offsets that were committed', async () => {
    const topic = await topicWith('committed', 3, 2)
    const group = `${unique}-group`
    const places = [0, 1].map((partition) => ({ topic, partition }))
    expect(await client.committedOffsets(group, places)).toEqual([null, null])
    await client.commitOffsets(group, [{ topic, partition: 0, offset: 2, metadata: 'epoch 7' }])
    expect(await client.committedOffsets(group, places, { stable: true })).toMatchObject([{ offset: 2, metadata: 'epoch 7' }, null])
  })

  test('an offset that retention has passed makes its partition fail, until another one is chosen', async () => {
    const topic = await topicWith('passed', 10)
    expect(await client.admin.deleteRecords([{ topic, partition: 0, offset: 6 }])).toEqual([6])
    const fetcher = client.fetcher()
    fetcher.assign([{ topic, partition: 0, offset: 2 }])
    const { failed, partitions } = await fetcher.next()
    expect(partitions).toEqual([])
    expect(failed).toMatchObject([{ topic, partition: 0, offset: 2, error: { code: 'KAFKA_OFFSET_OUT_OF_RANGE', details: { offset: 2 } } }])
    fetcher.seek({ topic, partition: 0 }, 6)
    const next = await fetcher.next()
    expect(next.partitions).toMatchObject([{ fetchOffset: 6, nextOffset: 10, highWatermark: 10, logStartOffset: 6 }])
    next.release()
    await expect.poll(() => fetcher.position({ topic, partition: 0 }).emptySinceMs).not.toBeNull()
    fetcher.close()
    await expect(fetcher.next()).rejects.toMatchObject({ code: 'KAFKA_CLIENT_CLOSED' })
    expect((await readLedger(client, topic)).map(({ count, sum }) => [count, sum])).toEqual([[4, 6 + 7 + 8 + 9]])
  })

  test('one that is deleted and created again is another one, and one that stays away is unknown', async () => {
    const topic = await topicWith('again', 5)
    const gone = await topicWith('gone', 5)
    const fetcher = client.fetcher({ maxWaitMs: 100 })
    fetcher.assign([topic, gone].map((one) => ({ topic: one, partition: 0, offset: 5 })))
    await expect.poll(() => fetcher.positions.every(({ emptySinceMs }) => emptySinceMs !== null)).toBe(true)
    await client.admin.deleteTopics([topic, gone])
    await expect
      .poll(() =>
        client.admin.createTopics([{ topic }]).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    const codes = new Map<string, string>()
    while (codes.size < 2) for (const one of (await fetcher.next()).failed) codes.set(one.topic, one.error.code)
    expect(codes).toEqual(
      new Map([
        [topic, 'KAFKA_TOPIC_RECREATED'],
        [gone, 'KAFKA_UNKNOWN_TOPIC'],
      ]),
    )
    await append(topic, 0, 3)
    fetcher.seek({ topic, partition: 0 }, 0)
    const { partitions, release } = await fetcher.next()
    expect(partitions).toMatchObject([{ topic, nextOffset: 3 }])
    release()
    fetcher.close()
  }, 60_000)

  test('what was fetched before a seek or a removal is not given, and what is paused waits', async () => {
    const topic = await topicWith('seek', 10)
    const place = { topic, partition: 0 }
    const fetcher = client.fetcher({ maxWaitMs: 50 })
    fetcher.assign([{ ...place, offset: 0 }])
    await expect.poll(() => fetcher.position(place).offset).toBe(10)
    fetcher.seek(place, 4)
    const { partitions, release } = await fetcher.next()
    expect(partitions).toMatchObject([{ fetchOffset: 4 }])
    // One batch has all ten: those before the offset are cut.
    const reader = new RecordSetReader()
    const lanes = new RecordLanes()
    partitions[0]?.open(reader)
    expect(reader.next(lanes)).toBe(true)
    expect([...lanes.offsets.subarray(0, lanes.count)]).toEqual([4, 5, 6, 7, 8, 9])
    release()
    fetcher.pause([place])
    await new Promise((resolve) => setTimeout(resolve, 150))
    await append(topic, 10, 5)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(fetcher.take()).toBeNull()
    fetcher.resume([place])
    const more = await fetcher.next()
    expect(more.partitions).toMatchObject([{ fetchOffset: 10, nextOffset: 15 }])
    more.release()
    fetcher.remove([place])
    await append(topic, 15, 5)
    await expect(fetcher.next(AbortSignal.timeout(300))).rejects.toMatchObject({ name: 'TimeoutError' })
    fetcher.close()
  })

  test('a name that nobody has, and a name that nobody can have', async () => {
    await expect(client.topic(`${unique}-missing`)).rejects.toMatchObject({ code: 'KAFKA_UNKNOWN_TOPIC' })
    await expect(client.topic('not a name')).rejects.toMatchObject({ details: { kafkaError: 'INVALID_TOPIC_EXCEPTION' } })
    const producer = await client.producer()
    await expect(producer.topic(`${unique}-missing`)).rejects.toMatchObject({ code: 'KAFKA_UNKNOWN_TOPIC' })
  })

  test('a broker that is not there', async () => {
    const absent = new KafkaClient({ bootstrapServers: 'localhost:1, 127.0.0.1:2', operationTimeoutMs: 300 })
    await expect(absent.topics()).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
      message: expect.stringMatching(/localhost:1.*127.0.0.1:2|127.0.0.1:2.*localhost:1/),
    })
    await absent.close()
    await expect(absent.topics()).rejects.toMatchObject({ code: 'KAFKA_CLIENT_CLOSED' })
    expect(() => new KafkaClient({ bootstrapServers: 'localhost' })).toThrow('host:port')
  })
})
