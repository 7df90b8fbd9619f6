/** The two exercises of the lesson as queries on a real broker: a million events through, and a catch-up that counts every row. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { count, json, t, window } from '../../src/index.ts'
import { testSession } from '../../src/testing/index.ts'
import { compile, execute, root } from '../program-runner.ts'
import { describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'
import { TopicFixture } from './topic-fixture.ts'

const EVENTS = 1_000_000
const PARTITIONS = 4
let topics: TopicFixture

const timeOf = (id: number): string => new Date(1_750_000_000_000 + id).toISOString()
const inputOf = (id: number): string => `{"id":${id},"timestamp":"${timeOf(id)}","value":${id / 4}}`
const outputOf = (id: number): string => `{"id":${id},"timestamp":"${timeOf(id)}","processed_value":${id / 2}}`

/** How often each event is in the output, which must be nothing but events, in the order of their input partitions. */
async function ledger(topic: string, inOrder: boolean): Promise<Uint8Array> {
  const times = new Uint8Array(EVENTS)
  const last = new Map<string, number>()
  await topics.eachRecord(topic, (partition, value) => {
    const text = value?.toString() ?? ''
    const id = Number(/^\{"id":(\d+),/.exec(text)?.[1] ?? -1)
    if (text !== outputOf(id)) throw new Error(`not an output: ${text}`)
    const way = `${id % PARTITIONS}>${partition}`
    if (inOrder && id <= (last.get(way) ?? -1)) throw new Error(`${id} comes after ${last.get(way)} in partition ${partition}`)
    last.set(way, id)
    times[id] = (times[id] as number) + 1
  })
  return times
}

describeKafka('the exercises on Kafka', () => {
  let input = ''
  beforeAll(async () => {
    topics = new TopicFixture((await sharedCluster()).bootstrapServers, 'exercises')
    input = await topics.topic('input', PARTITIONS)
    const ids = Array.from({ length: EVENTS }, (_, id) => id)
    for (let from = 0; from < EVENTS; from += 100_000)
      await topics.writeAll(
        input,
        ids.slice(from, from + 100_000).map((id) => ({ partition: id % PARTITIONS, value: inputOf(id) })),
      )
  }, START_MS_MAX)
  afterAll(() => topics?.close())

  const exercise2 = (output: string, folder: string) => {
    const { session } = testSession()
    const events = session.readStream.kafka({
      bootstrapServers: topics.servers,
      subscribe: input,
      startingOffsets: 'earliest',
      value: json({ id: t.long, timestamp: t.string, value: t.double }),
    })
    return events
      .select((e) => ({ id: e.id, timestamp: e.timestamp, processed_value: e.value.mul(2) }))
      .writeStream.kafka({ bootstrapServers: topics.servers, topic: output, value: json() })
      .option('checkpointLocation', folder)
  }

  test('Exercise 2: a million events, each once, in order per partition', async () => {
    const output = await topics.topic('output', PARTITIONS)
    const query = exercise2(output, topics.folder()).trigger({ availableNow: true }).start()
    await query.awaitTermination()
    expect(query.recentProgress.reduce((sum, one) => sum + one.numInputRows, 0)).toBe(EVENTS)
    const times = await ledger(output, true)
    expect(times.every((one) => one === 1)).toBe(true)
  }, 120_000)

  test('Exercise 2, stopped again and again: nothing is lost', async () => {
    const output = await topics.topic('stopped', PARTITIONS)
    const folder = topics.folder()
    for (let run = 0; run < 4; run++) {
      const query = exercise2(output, folder).start()
      await sleep(150 + 200 * run)
      await query.stop()
      expect(query.exception).toBeNull()
    }
    await exercise2(output, folder).trigger({ availableNow: true }).start().awaitTermination()
    const times = await ledger(output, false)
    expect(times.every((one) => one >= 1)).toBe(true)
  }, 120_000)

  test('the example, on the topics of the lesson', async () => {
    await topics.client.admin.createTopics(['input-topic', 'output-topic'].map((topic) => ({ topic, partitions: 1 })))
    await topics.writeAll(
      'input-topic',
      [1, 2, 3].map((id) => ({ partition: 0, value: inputOf(id) })),
    )
    const source = readFileSync(join(root, 'examples/exercise2.ts'), 'utf8')
    const pathOf = await compile('kafka-example', [{ name: 'exercise2', source }])
    const { output } = await execute(pathOf('exercise2'), { args: [topics.servers], cwd: topics.folder(), until: /: 3 events/ })
    expect(output).toMatch(/epoch \d+: 3 events/)
    expect((await topics.records('output-topic')).map(({ value }) => value)).toEqual([1, 2, 3].map(outputOf))
    await topics.client.admin.deleteTopics(['input-topic', 'output-topic'])
  }, 60_000)

  test('Exercise 1: a catch-up from partitions of unequal length, with small fetches and 10 seconds of delay, counts every row', async () => {
    const lengths = [40_000, 9_000, 3_000, 500]
    const topic = await topics.topic('catch-up', lengths.length)
    const span = 10 * 60_000
    for (const [partition, length] of lengths.entries())
      await topics.writeAll(
        topic,
        Array.from({ length }, (_, index) => ({ partition, value: `{"timestamp":"${timeOf(Math.floor((index * span) / length))}"}` })),
      )
    const { session } = testSession()
    const query = session.readStream
      .kafka({
        bootstrapServers: topics.servers,
        subscribe: topic,
        startingOffsets: 'earliest',
        maxOffsetsPerTrigger: 3_000,
        kafka: { 'max.partition.fetch.bytes': 4096, 'fetch.max.bytes': 8192 },
        value: json({ timestamp: t.timestamp }),
      })
      .withWatermark('timestamp', '10 seconds')
      .groupBy(window('timestamp', '1 minute'))
      .agg(count('*').alias('count'))
      .writeStream.outputMode('update')
      .format('memory')
      .queryName('counts')
      .trigger({ availableNow: true })
      .start()
    await query.awaitTermination()
    const byWindow = new Map((await session.table('counts').collect()).map((row) => [String(row['window'].start), row['count'] as number]))
    expect([...byWindow.values()].reduce((sum, one) => sum + one, 0)).toBe(lengths.reduce((sum, one) => sum + one, 0))
    expect(
      query.recentProgress.flatMap((one) => one.stateOperators.map((state) => state.numRowsDroppedByWatermark)).every((n) => n === 0),
    ).toBe(true)
    await session.stop()
  }, 60_000)
})
