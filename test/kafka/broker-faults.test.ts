/**
 * Brokers that die and come back under load: each record is written once and in order, and read once. Five times here; MILLRACE_KAFKA_RESTARTS says otherwise,
 * and MILLRACE_KAFKA_LEADERS=1 adds three brokers whose leaders move (both nightly).
 */
import { afterAll, expect, test } from 'vitest'
import { KafkaClient } from '../../src/kafka/client/client.ts'
import { type Cluster, describeKafka, START_MS_MAX, startCluster } from './cluster.ts'
import { Load } from './load.ts'

const RESTARTS = Number(process.env['MILLRACE_KAFKA_RESTARTS'] ?? 5)
/** A broker that starts on a busy machine. */
const RESTART_MS_MAX = 120_000

describeKafka('a broker', () => {
  let cluster: Cluster
  afterAll(() => cluster?.forget())

  test(
    `is stopped and started ${RESTARTS} times under load`,
    async () => {
      cluster = await startCluster('restarts')
      await using client = new KafkaClient({ bootstrapServers: cluster.bootstrapServers })
      const topic = 'restarts'
      await client.admin.createTopics([{ topic, partitions: 4 }])
      const load = Load.start(client, topic, 4, 50)
      for (let restart = 0; restart < RESTARTS; restart++) {
        await load.progress(RESTART_MS_MAX)
        // Every other time without a goodbye.
        await cluster.stop(1, { kill: restart % 2 === 0 })
        await cluster.start(1)
        // From when it answers.
        expect(await load.progress(30_000)).toBeLessThan(10_000)
      }
      await load.end()
      expect(load.written).toBeGreaterThan(1_000 * RESTARTS)
    },
    START_MS_MAX + RESTARTS * RESTART_MS_MAX,
  )
})

if (process.env['MILLRACE_KAFKA_LEADERS'] !== undefined)
  describeKafka('three brokers', () => {
    let cluster: Cluster
    afterAll(() => cluster?.forget())

    test(
      'move their leaders and coordinators as they stop one after the other',
      async () => {
        cluster = await startCluster('leaders', { brokers: 3, heap: '320m' })
        await using client = new KafkaClient({ bootstrapServers: cluster.bootstrapServers })
        const topic = 'leaders'
        await client.admin.createTopics([{ topic, partitions: 6, replicationFactor: 3 }])
        const load = Load.start(client, topic, 6, 50)
        for (const id of [1, 2, 3, 1]) {
          await load.progress(RESTART_MS_MAX)
          await cluster.stop(id, { kill: id === 3 })
          // A killed broker is missed by the others after its session of 9 s.
          expect(await load.progress(60_000)).toBeLessThan(30_000)
          await client.commitOffsets('leaders', [{ topic, partition: 0, offset: id }])
          expect(await client.committedOffsets('leaders', [{ topic, partition: 0 }])).toMatchObject([{ offset: id }])
          await cluster.start(id)
        }
        await load.end()
      },
      START_MS_MAX + 8 * RESTART_MS_MAX,
    )
  })
