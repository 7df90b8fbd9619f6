/** Queries that write to topics of a real broker: what becomes key, value, topic and partition, and what stops them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, t } from '../../src/index.ts'
import { partitionOfKey } from '../../src/kafka/client/murmur2.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'
import { describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'
import { TopicFixture } from './topic-fixture.ts'

let topics: TopicFixture

describeKafka('queries that write to topics', () => {
  beforeAll(async () => {
    topics = new TopicFixture((await sharedCluster()).bootstrapServers, 'sink-queries')
  }, START_MS_MAX)
  afterAll(() => topics?.close())

  test('rows as JSON, with a key that says where they go', async () => {
    const topic = await topics.topic('json', 4)
    const { session } = testSession()
    const rows = new MemoryStream({ user: t.string.nullable(), n: t.int, at: t.timestamp })
    const query = session.readStream
      .source(rows)
      .writeStream.kafka({ bootstrapServers: topics.servers, topic, key: 'user', value: json() })
      .start()
    const at = new Date(0)
    rows.addData([
      { user: 'ada', n: 1, at },
      { user: 'bob', n: 2, at },
      { user: null, n: 3, at },
    ])
    await query.processAllAvailable()
    const found = await topics.records(topic)
    expect(found.map(({ key, value }) => `${key} ${value}`).sort()).toEqual([
      'ada {"user":"ada","n":1,"at":"1970-01-01T00:00:00.000Z"}',
      'bob {"user":"bob","n":2,"at":"1970-01-01T00:00:00.000Z"}',
      'null {"n":3,"at":"1970-01-01T00:00:00.000Z"}',
    ])
    for (const { key, partition } of found) if (key !== null) expect(partition).toBe(partitionOfKey(Buffer.from(key), 4))
    await session.stop()
  })

  test("Spark's columns: a topic and a partition for each row, and tombstones", async () => {
    const [one, other] = [await topics.topic('one', 3), await topics.topic('other')]
    const { session } = testSession()
    const rows = new MemoryStream({ topic: t.string, partition: t.int.nullable(), key: t.string, value: t.binary.nullable(), more: t.int })
    const query = session.readStream
      .source(rows)
      .writeStream.format('kafka')
      .option('kafka.bootstrap.servers', topics.servers)
      .option('kafka.compression.type', 'gzip')
      .start()
    rows.addData([
      { topic: one, partition: 2, key: 'a', value: Buffer.from('x'), more: 1 },
      { topic: other, partition: null, key: 'b', value: null, more: 1 },
      { topic: one, partition: 0, key: 'c', value: Buffer.from(''), more: 1 },
    ])
    await query.processAllAvailable()
    expect(await topics.records(one)).toEqual([
      { partition: 0, offset: 0, key: 'c', value: '' },
      { partition: 2, offset: 0, key: 'a', value: 'x' },
    ])
    expect(await topics.records(other)).toEqual([{ partition: 0, offset: 0, key: 'b', value: null }])
    rows.addData([{ topic: one, partition: 7, key: 'd', value: null, more: 1 }])
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'KAFKA_UNKNOWN_TOPIC' })
    await session.stop()
  })

  test('what the broker refuses stops the query, before or at the commit', async () => {
    const topic = await topics.topic('small', 1, { 'max.message.bytes': '2000' })
    const { session } = testSession()
    const rows = new MemoryStream({ value: t.string })
    const start = (name: string) =>
      session.readStream.source(rows).writeStream.kafka({ bootstrapServers: topics.servers, topic: name }).start()
    await expect(start(topics.name('absent')).awaitTermination()).rejects.toMatchObject({ code: 'KAFKA_UNKNOWN_TOPIC' })
    const query = start(topic)
    rows.addData([{ value: 'fits' }])
    await query.processAllAvailable()
    rows.addData([{ value: 'x'.repeat(10_000) }])
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'KAFKA_RECORD_TOO_LARGE' })
    expect((await topics.records(topic)).map(({ value }) => value)).toEqual(['fits'])
    await session.stop()
  })
})
