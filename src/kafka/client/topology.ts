/** What is known of a cluster: its brokers, and the topics that someone asked for. Older news of a leader never replaces newer. */
import { brokerErrorCodes } from '../protocol/broker-errors.ts'
import type { MetadataResponse } from '../protocol/messages/metadata.ts'
import { UUID_ZERO } from '../protocol/wire/uuid.ts'

export interface BrokerInfo {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}
export interface PartitionInfo {
  readonly index: number
  /** -1 while there is none. */
  readonly leaderId: number
  /** -1 where the broker is too old to say. */
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
}
export interface TopicInfo {
  readonly name: string
  /** Changes when the topic is deleted and created again; null where the broker is too old to say. */
  readonly id: string | null
  readonly isInternal: boolean
  /** Partition n at index n. */
  readonly partitions: readonly PartitionInfo[]
}

export class Topology {
  readonly #brokers = new Map<number, BrokerInfo>()
  readonly #topics = new Map<string, TopicInfo>()
  /** Kafka's error code of topics that were asked for and cannot be given. */
  readonly #errors = new Map<string, number>()
  clusterId: string | null = null
  controllerId = -1
  /** Rises whenever something was learnt. */
  version = 0

  get brokers(): readonly BrokerInfo[] {
    return [...this.#brokers.values()]
  }
  broker(nodeId: number): BrokerInfo | null {
    return this.#brokers.get(nodeId) ?? null
  }
  topic(name: string): TopicInfo | null {
    return this.#topics.get(name) ?? null
  }
  errorOf(topic: string): number {
    return this.#errors.get(topic) ?? (this.#topics.has(topic) ? 0 : brokerErrorCodes.UNKNOWN_TOPIC_OR_PARTITION)
  }
  /** Null where the partition, or for now its leader, is not known. */
  leaderOf(topic: string, partition: number): PartitionInfo | null {
    const info = this.#topics.get(topic)?.partitions[partition]
    return info === undefined || info.leaderId < 0 ? null : info
  }

  learn({ brokers, topics, clusterId, controllerId }: MetadataResponse): readonly TopicInfo[] {
    this.version++
    this.clusterId = clusterId
    this.controllerId = controllerId
    // No broker at all is an answer of one that is starting, and tells nothing.
    if (brokers.length > 0) this.#brokers.clear()
    for (const { nodeId, host, port, rack } of brokers) this.#brokers.set(nodeId, { nodeId, host, port, rack })
    const learnt: TopicInfo[] = []
    for (const topic of topics) {
      const name = topic.name ?? ''
      this.#errors.delete(name)
      if (topic.errorCode !== 0) {
        this.#errors.set(name, topic.errorCode)
        if (topic.errorCode === brokerErrorCodes.UNKNOWN_TOPIC_OR_PARTITION) this.#topics.delete(name)
        continue
      }
      const id = topic.topicId === UUID_ZERO ? null : topic.topicId
      const before = this.#topics.get(name)
      const known = before?.id === id ? before.partitions : []
      const partitions: PartitionInfo[] = []
      for (const { partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes } of topic.partitions) {
        const old = known[partitionIndex]
        const stale = old !== undefined && leaderEpoch >= 0 && leaderEpoch < old.leaderEpoch
        partitions[partitionIndex] = stale
          ? old
          : { index: partitionIndex, leaderId, leaderEpoch, replicas: replicaNodes, inSync: isrNodes }
      }
      const info: TopicInfo = { name, id, isInternal: topic.isInternal, partitions }
      this.#topics.set(name, info)
      learnt.push(info)
    }
    return learnt
  }

  /** What the answer to another request says of a leader. */
  learnLeader(topic: string, partition: number, leaderId: number, leaderEpoch: number): void {
    const info = this.#topics.get(topic)
    const before = info?.partitions[partition]
    if (info === undefined || before === undefined || leaderId < 0 || leaderEpoch <= before.leaderEpoch) return
    this.version++
    this.#topics.set(topic, { ...info, partitions: info.partitions.with(partition, { ...before, leaderId, leaderEpoch }) })
  }
}
