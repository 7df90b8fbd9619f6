/** Queries on topics of a real broker: what they read, from where, and what they do when topics change under them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, type MillraceError, type StreamingQuery, t } from '../../src/index.ts'
import { testSession } from '../../src/testing/index.ts'
import { describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'
import { range, TopicFixture } from './topic-fixture.ts'

let topics: TopicFixture
const ids = { id: t.long }
/** Short, so that tests do not wait for what is found in the background. */
const quick = { 'metadata.max.age.ms': 300 }

async function waitFor<T>(look: () => T | Promise<T>, holds: (value: T) => boolean, timeoutMs = 20_000): Promise<T> {
  for (const until = Date.now() + timeoutMs; ; await sleep(50)) {
    const value = await look()
    if (holds(value) || Date.now() > until) return value
  }
}
const eventsOf = (query: StreamingQuery): string[] =>
  query.recentProgress.flatMap(({ millrace }) => millrace.events.map(({ kind, message }) => `${kind}: ${message}`))

describeKafka('queries on topics', () => {
  beforeAll(async () => {
    topics = new TopicFixture((await sharedCluster()).bootstrapServers, 'source-queries')
  }, START_MS_MAX)
  afterAll(() => topics?.close())

  const idsOf = async (session: ReturnType<typeof testSession>['session'], table: string): Promise<number[]> =>
    (await session.table(table).collect()).map((row) => row['id'] as number)

  test("Spark's columns, by its options", async () => {
    const topic = await topics.topic('columns')
    await topics.write(topic, 0, ['one', null], 1_700_000_000_123)
    const { session } = testSession()
    const query = session.readStream
      .format('kafka')
      .option('kafka.bootstrap.servers', topics.servers)
      .option('subscribe', topic)
      .option('startingOffsets', 'earliest')
      .load()
      .select((r) => ({
        key: r.key.cast('string'),
        value: r.value.cast('string'),
        topic: r.topic,
        partition: r.partition,
        offset: r.offset,
        timestamp: r.timestamp,
        timestampType: r.timestampType,
      }))
      .writeStream.format('memory')
      .queryName('columns')
      .start()
    await query.processAllAvailable()
    const timestamp = new Date(1_700_000_000_123)
    const place = { topic, partition: 0, timestampType: 0 }
    expect(JSON.parse(JSON.stringify(await session.table('columns').collect()))).toEqual(
      JSON.parse(
        JSON.stringify([
          { key: 'k0', value: 'one', offset: 0, timestamp, ...place },
          { key: 'k1', value: null, offset: 1, timestamp, ...place },
        ]),
      ),
    )
    await session.stop()
  })

  test('values as rows, with what else is there of a record as hidden columns', async () => {
    const topic = await topics.topic('values', 2)
    await topics.write(topic, 0, ['{"id":1,"timestamp":"a"}', 'no JSON', null])
    await topics.write(topic, 1, ['{"id":2}'])
    const { session } = testSession()
    const query = session.readStream
      .kafka({
        bootstrapServers: topics.servers,
        subscribe: topic,
        startingOffsets: 'earliest',
        value: json({ id: t.long.nullable(), timestamp: t.string.nullable(), _corrupt_record: t.string.nullable() }),
      })
      .select((r) => ({
        id: r.id,
        at: r.timestamp,
        bad: r._corrupt_record,
        key: r.key.cast('string'),
        partition: r.partition,
        offset: r.offset,
      }))
      .writeStream.format('memory')
      .queryName('values')
      .start()
    await query.processAllAvailable()
    expect(await session.table('values').collect()).toEqual([
      { id: 1, at: 'a', bad: null, key: 'k0', partition: 0, offset: 0 },
      { id: null, at: null, bad: 'no JSON', key: 'k1', partition: 0, offset: 1 },
      { id: null, at: null, bad: null, key: 'k2', partition: 0, offset: 2 },
      { id: 2, at: null, bad: null, key: 'k0', partition: 1, offset: 0 },
    ])
    expect(query.lastProgress?.sources[0]?.metrics).toMatchObject({ maxOffsetsBehindLatest: '0', [`offsetsBehindLatest.${topic}-1`]: '0' })
    await session.stop()
  })

  test('goes on from its checkpoint, without a record lost or doubled, and commits to its group', async () => {
    const topic = await topics.topic('restart', 3)
    const folder = topics.folder()
    const { session } = testSession()
    const run = async (first: number): Promise<number[]> => {
      for (const partition of [0, 1, 2]) await topics.writeIds(topic, partition, first + 1000 * partition, 500)
      const query = session.readStream
        .kafka({
          bootstrapServers: topics.servers,
          subscribe: topic,
          startingOffsets: 'earliest',
          maxOffsetsPerTrigger: 400,
          value: json(ids),
        })
        .writeStream.format('memory')
        .queryName(`restart${first}`)
        .option('checkpointLocation', folder)
        .trigger({ availableNow: true })
        .start()
      await query.awaitTermination()
      expect(Math.max(...query.recentProgress.map((one) => one.numInputRows))).toBeLessThanOrEqual(400)
      const committed = await topics.client.committedOffsets(
        `millrace-${query.id}-source`,
        [0, 1, 2].map((partition) => ({ topic, partition })),
      )
      expect(committed.map((one) => one?.offset)).toEqual(Array(3).fill(first === 0 ? 500 : 1000))
      return (await idsOf(session, `restart${first}`)).sort((a, b) => a - b)
    }
    expect(await run(0)).toEqual([...range(0, 500), ...range(1000, 500), ...range(2000, 500)])
    expect(await run(500)).toEqual([...range(500, 500), ...range(1500, 500), ...range(2500, 500)])
    await session.stop()
  })

  test('begins where it is told to: latest, at offsets, at a time', async () => {
    const topic = await topics.topic('starts', 2)
    await topics.write(topic, 0, ['{"id":0}', '{"id":1}'], 1_000_000)
    await topics.write(topic, 0, ['{"id":2}', '{"id":3}'], 2_000_000)
    await topics.write(topic, 1, ['{"id":10}', '{"id":11}'], 2_000_000)
    const { session } = testSession()
    const base = { bootstrapServers: topics.servers, subscribe: topic, value: json(ids) }
    const read = async (name: string, options: object): Promise<number[]> => {
      const query = session.readStream
        .kafka({ ...base, ...options })
        .writeStream.format('memory')
        .queryName(name)
        .start()
      await query.processAllAvailable()
      const found = await idsOf(session, name)
      await query.stop()
      return found
    }
    expect(await read('offsets', { startingOffsets: { [topic]: { 0: 1, 1: -1 } } })).toEqual([1, 2, 3])
    expect(await read('time', { startingTimestamp: 1_500_000 })).toEqual([2, 3, 10, 11])
    await expect(read('beyond', { startingTimestamp: 3_000_000 })).rejects.toThrow(/no record at or after 3000000 ms/)
    expect(await read('none', { startingTimestamp: 3_000_000, startingOffsetsByTimestampStrategy: 'latest' })).toEqual([])
    await expect(read('some', { startingOffsets: { [topic]: { 0: 1 } } })).rejects.toThrow(/have none for .*-1\./)
    const query = session.readStream.kafka(base).writeStream.format('memory').queryName('latest').start()
    await query.processAllAvailable()
    await topics.writeIds(topic, 1, 12, 2)
    await query.processAllAvailable()
    expect(await idsOf(session, 'latest')).toEqual([12, 13])
    await session.stop()
  })

  test('finds partitions and topics that are made while it runs', async () => {
    const topic = await topics.topic('growing-1')
    const { session } = testSession()
    const query = session.readStream
      .kafka({
        bootstrapServers: topics.servers,
        subscribePattern: new RegExp(`${topics.name('growing-')}\\d`),
        startingOffsets: 'latest',
        kafka: quick,
        value: json(ids),
      })
      .writeStream.format('memory')
      .queryName('growing')
      .option('checkpointLocation', topics.folder())
      .start()
    await query.processAllAvailable()
    await topics.client.admin.createPartitions(topic, 2)
    await topics.writeIds(topic, 1, 0, 3)
    const other = await topics.topic('growing-2')
    await topics.writeIds(other, 0, 10, 3)
    const found = await waitFor(
      () => idsOf(session, 'growing'),
      (all) => all.length === 6,
    )
    expect(found.sort((a, b) => a - b)).toEqual([0, 1, 2, 10, 11, 12])
    await session.stop()
  })

  test('fails where retention was faster, and says what is lost', async () => {
    const topic = await topics.topic('retention')
    const folder = topics.folder()
    const { session } = testSession()
    const start = (failOnDataLoss: boolean) =>
      session.readStream
        .kafka({ bootstrapServers: topics.servers, subscribe: topic, startingOffsets: 'earliest', failOnDataLoss, value: json(ids) })
        .writeStream.format('memory')
        .queryName(`retention${failOnDataLoss}`)
        .option('checkpointLocation', folder)
        .start()
    await topics.writeIds(topic, 0, 0, 10)
    const first = start(true)
    await first.processAllAvailable()
    await first.stop()
    await topics.writeIds(topic, 0, 10, 20)
    await topics.client.admin.deleteRecords([{ topic, partition: 0, offset: 25 }])
    const failed = start(true)
    await expect(failed.awaitTermination()).rejects.toMatchObject({ code: 'KAFKA_DATA_LOST', details: { offset: 10, earliest: 25 } })
    const tolerant = start(false)
    await tolerant.processAllAvailable()
    await waitFor(
      () => eventsOf(tolerant).length,
      (length) => length > 0,
      2000,
    )
    expect(await idsOf(session, 'retentionfalse')).toEqual(range(25, 5))
    expect(eventsOf(tolerant).join()).toMatch(/lost 15 records: offset 10 was to be read, and it begins at 25/)
    await session.stop()
  })

  test.each([true, false])('a topic that is deleted and made again while it is read; failOnDataLoss %s', async (failOnDataLoss) => {
    const name = `recreated-${failOnDataLoss}`
    const topic = await topics.topic(name)
    await topics.writeIds(topic, 0, 0, 10)
    const { session } = testSession()
    const query = session.readStream
      .kafka({
        bootstrapServers: topics.servers,
        subscribe: topic,
        startingOffsets: 'earliest',
        failOnDataLoss,
        kafka: quick,
        value: json(ids),
      })
      .writeStream.format('memory')
      .queryName('recreated')
      .option('checkpointLocation', topics.folder())
      .start()
    await query.processAllAvailable()
    await topics.client.admin.deleteTopics([topic])
    await topics.topic(name)
    await topics.writeIds(topic, 0, 100, 20)
    if (failOnDataLoss) {
      const error = (await query.awaitTermination().then(
        () => null,
        (reason: unknown) => reason,
      )) as MillraceError | null
      expect(error?.code).toBe('KAFKA_DATA_LOST')
    } else {
      const found = await waitFor(
        () => idsOf(session, 'recreated'),
        (all) => all.length >= 30,
      )
      expect(found).toEqual([...range(0, 10), ...range(100, 20)])
    }
    await session.stop()
  })

  test('refuses a topic that is not there, and says who does not answer', async () => {
    const { session } = testSession()
    const start = (servers: string, subscribe: string) =>
      session.readStream
        .kafka({ bootstrapServers: servers, subscribe, kafka: { 'default.api.timeout.ms': 1500 } })
        .writeStream.format('noop')
        .start()
    await expect(start(topics.servers, topics.name('absent')).awaitTermination()).rejects.toMatchObject({ code: 'KAFKA_UNKNOWN_TOPIC' })
    await expect(start('localhost:1', 'any').awaitTermination()).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' })
    await session.stop()
  })
})
