/** The contract of sinks, held by the Kafka sink on a real broker. */
import { beforeAll, test } from 'vitest'
import { kafkaSink } from '../../src/connectors/kafka/kafka-sink-provider.ts'
import { describeSink } from '../../src/testing/index.ts'
import { describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'
import { TopicFixture } from './topic-fixture.ts'

describeKafka('the contract of sinks', () => {
  let servers = ''
  let topics = 0
  beforeAll(async () => {
    servers = (await sharedCluster()).bootstrapServers
  }, START_MS_MAX)

  describeSink(
    'kafka',
    async () => {
      const fixture = new TopicFixture(servers, 'sink')
      const topic = await fixture.topic(String(topics++))
      return {
        provider: kafkaSink,
        options: { 'kafka.bootstrap.servers': servers, topic, valueFormat: 'json' },
        visible: async () =>
          (await fixture.records(topic)).map(({ value }) => {
            const { id, name } = JSON.parse(value ?? '') as { readonly id: number; readonly name: string }
            return [id, name] as const
          }),
        close: () => fixture.close(),
      }
    },
    { test },
  )
})
