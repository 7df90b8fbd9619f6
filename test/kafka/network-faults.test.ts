/** A network that delays, cuts and swallows, between us and a real broker: nothing is lost, nothing comes twice, and it goes on within seconds. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { KafkaClient } from '../../src/kafka/client/client.ts'
import { type Cluster, describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'
import { FaultProxy } from './fault-proxy.ts'
import { Load } from './load.ts'

const PARTITIONS = 3
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describeKafka('a faulty network', () => {
  let cluster: Cluster
  let proxy: FaultProxy
  let client: KafkaClient
  let topic = ''
  let topics = 0
  beforeAll(async () => {
    cluster = await sharedCluster()
  }, START_MS_MAX)
  beforeEach(async () => {
    proxy = await FaultProxy.start(cluster.brokers[0]?.ports.PLAINTEXT ?? 0)
    const address = { host: 'localhost', port: proxy.port }
    client = new KafkaClient({ bootstrapServers: `localhost:${proxy.port}`, brokerAddress: () => address })
    topic = `network-faults-${process.pid}-${topics++}`
    await client.admin.createTopics([{ topic, partitions: PARTITIONS }])
  })
  afterEach(async () => {
    await client.close()
    await proxy.close()
  })

  test('cuts all connections again and again', async () => {
    const load = Load.start(client, topic, PARTITIONS, 100)
    for (let i = 0; i < 20; i++) {
      await sleep(200)
      proxy.cut()
    }
    await load.progress(10_000)
    await load.end()
    expect(load.written).toBeGreaterThan(1_000)
  }, 60_000)

  test('refuses for a while', async () => {
    const load = Load.start(client, topic, PARTITIONS, 100)
    await load.progress(10_000)
    proxy.refuses = true
    proxy.cut()
    await sleep(4_000)
    proxy.refuses = false
    // The wait between attempts is at most about a second.
    expect(await load.progress(10_000)).toBeLessThan(5_000)
    await load.end()
  }, 60_000)

  test('swallows what is on its way: noticed in seconds', async () => {
    const load = Load.start(client, topic, PARTITIONS, 100)
    await load.progress(10_000)
    proxy.swallow()
    await sleep(500)
    // An answer may take 5 s, a fetch half a second more.
    expect(await load.progress(20_000)).toBeLessThan(10_000)
    await load.end()
  }, 60_000)

  test('delays everything', async () => {
    proxy.delayMs = 150
    const load = Load.start(client, topic, PARTITIONS, 100)
    await sleep(3_000)
    proxy.delayMs = 0
    await load.progress(10_000)
    await load.end()
    expect(load.written).toBeGreaterThan(1_000)
  }, 60_000)
})
