/** The contract of sources, held by the Kafka source on a real broker: its own columns, and values that the engine decodes. */
import { beforeAll, test } from 'vitest'
import { kafkaSource } from '../../src/connectors/kafka/kafka-source-provider.ts'
import { field, longType, structType } from '../../src/data/data-type.ts'
import { KafkaClient } from '../../src/kafka/client/client.ts'
import { describeSource, type SourceFixture } from '../../src/testing/index.ts'
import { describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'

const unique = `source-${process.pid}`

describeKafka('the contract of sources', () => {
  let servers = ''
  let topics = 0
  beforeAll(async () => {
    servers = (await sharedCluster()).bootstrapServers
  }, START_MS_MAX)

  async function fixture(options: Readonly<Record<string, string>>): Promise<SourceFixture> {
    const topic = `${unique}-${topics++}`
    const client = new KafkaClient({ bootstrapServers: servers })
    await client.admin.createTopics([{ topic, partitions: 3 }])
    const producer = await client.producer({ lingerMs: 0 })
    const writer = await producer.topic(topic)
    let id = 0
    return {
      provider: kafkaSource,
      options: { 'kafka.bootstrap.servers': servers, subscribe: topic, startingOffsets: 'earliest', ...options },
      ...(options['valueFormat'] === 'json' ? { schema: structType([field('id', longType)]) } : {}),
      async add(count) {
        for (let i = 0; i < count; i++, id++) writer.append(id, Buffer.from(String(id)), Buffer.from(`{"id":${id}}`), [], id % 3)
        await producer.flush()
      },
      close: () => client.close(),
    }
  }

  describeSource('kafka', () => fixture({}), { test })
  describeSource('kafka, JSON values', () => fixture({ valueFormat: 'json' }), { test })
})
