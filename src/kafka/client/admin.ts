/** Topics and settings of a cluster. A change is done when its promise resolves; brokers may learn of it a moment later, which the rest of the client waits for. */
import { apis } from '../protocol/apis.ts'
import { brokerErrorCodes } from '../protocol/broker-errors.ts'
import { UUID_ZERO } from '../protocol/wire/uuid.ts'
import type { Cluster, OperationOptions } from './cluster.ts'
import type { Connection } from './connection.ts'
import { brokerFailure } from './failure.ts'
import { askLeaders } from './leaders.ts'
import { byTopic, type TopicPartition } from './topic-partition.ts'

export interface NewTopic {
  readonly topic: string
  /** The broker's default if not given. */
  readonly partitions?: number
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string | number | boolean>>
}
export interface ConfigEntry {
  readonly name: string
  /** Null for secrets, too. */
  readonly value: string | null
  readonly isDefault: boolean
  readonly isReadOnly: boolean
  readonly isSensitive: boolean
}
export type ConfigResource = { readonly topic: string } | { readonly broker: number }

/** What the broker itself may take for a change. */
const CHANGE_MS = 30_000
const BY_DEFAULT = -1

export class Admin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** `ifNotExists` leaves a topic as it is that is there already. */
  async createTopics(
    topics: readonly NewTopic[],
    { ifNotExists = false, ...options }: OperationOptions & { readonly ifNotExists?: boolean } = {},
  ): Promise<void> {
    const wanted = topics.map(({ topic, partitions = BY_DEFAULT, replicationFactor = BY_DEFAULT, configs = {} }) => ({
      name: topic,
      numPartitions: partitions,
      replicationFactor,
      assignments: [],
      configs: Object.entries(configs).map(([name, value]) => ({ name, value: String(value) })),
    }))
    const lost = new LostAnswers()
    await this.#cluster.ofController(async (connection) => {
      const body = { topics: wanted, timeoutMs: CHANGE_MS }
      const answer = await lost.noted(connection.request(apis.createTopics, body, { waitMs: CHANGE_MS }))
      for (const { name: topic, errorCode, errorMessage } of answer.topics)
        if (errorCode !== 0 && !((ifNotExists || lost.any) && errorCode === brokerErrorCodes.TOPIC_ALREADY_EXISTS))
          throw brokerFailure(errorCode, `create the topic '${topic}'`, { message: errorMessage, details: { topic } })
    }, options)
    for (const { topic } of topics) await this.#cluster.topic(topic, options)
  }

  async deleteTopics(topics: readonly string[], options: OperationOptions = {}): Promise<void> {
    const lost = new LostAnswers()
    await this.#cluster.ofController(async (connection) => {
      const version = connection.versionOf(apis.deleteTopics)
      const body = version >= 6 ? { topics: topics.map((name) => ({ name, topicId: UUID_ZERO })) } : { topicNames: topics }
      const request = connection.request(apis.deleteTopics, { ...body, timeoutMs: CHANGE_MS }, { version, waitMs: CHANGE_MS })
      const answer = await lost.noted(request)
      for (const { name: topic, errorCode, errorMessage } of answer.responses)
        if (errorCode !== 0 && !(lost.any && errorCode === brokerErrorCodes.UNKNOWN_TOPIC_OR_PARTITION))
          throw brokerFailure(errorCode, `delete the topic '${topic}'`, { message: errorMessage, details: { topic } })
    }, options)
  }

  /** Raises the number of partitions. */
  async createPartitions(topic: string, count: number, options: OperationOptions = {}): Promise<void> {
    await this.#cluster.ofController(async (connection) => {
      const body = { topics: [{ name: topic, count, assignments: null }], timeoutMs: CHANGE_MS, validateOnly: false }
      const answer = await connection.request(apis.createPartitions, body, { waitMs: CHANGE_MS })
      for (const { errorCode, errorMessage } of answer.results)
        if (errorCode !== 0)
          throw brokerFailure(errorCode, `give the topic '${topic}' ${count} partitions`, { message: errorMessage, details: { topic } })
    }, options)
    await this.#cluster.attempt(() => this.#cluster.refresh([topic]), options)
  }

  /** Removes the records before an offset; gives the offsets at which the logs begin now. */
  deleteRecords(
    before: readonly (TopicPartition & { readonly offset: number })[],
    options: OperationOptions = {},
  ): Promise<readonly number[]> {
    return askLeaders(
      this.#cluster,
      'delete records',
      before,
      async (connection, some) => {
        const topics = [...byTopic(some)].map(([name, partitions]) => ({
          name,
          partitions: partitions.map(({ partition, offset }) => ({ partitionIndex: partition, offset })),
        }))
        const answer = await connection.request(apis.deleteRecords, { topics, timeoutMs: CHANGE_MS }, { waitMs: CHANGE_MS })
        return answer.topics.flatMap(({ name: topic, partitions }) =>
          partitions.map(({ partitionIndex: partition, errorCode, lowWatermark: result }) => ({ topic, partition, errorCode, result })),
        )
      },
      options,
    )
  }

  async describeConfigs(resource: ConfigResource, options: OperationOptions = {}): Promise<readonly ConfigEntry[]> {
    const { resourceType, resourceName, what } = resourceOf(resource)
    return this.#ofResource(
      resource,
      async (connection) => {
        const body = { resources: [{ resourceType, resourceName, configurationKeys: null }] }
        const [result] = (await connection.request(apis.describeConfigs, body)).results
        if (result === undefined || result.errorCode !== 0)
          throw brokerFailure(result?.errorCode ?? -1, `describe ${what}`, { message: result?.errorMessage ?? null })
        return result.configs.map(({ name, value, readOnly, configSource, isSensitive }) => ({
          name,
          value,
          isDefault: configSource === DEFAULT_CONFIG || configSource === STATIC_DEFAULT_CONFIG,
          isReadOnly: readOnly,
          isSensitive,
        }))
      },
      options,
    )
  }

  /** Sets some settings and leaves the others; null takes one back to its default. */
  async alterConfigs(
    resource: ConfigResource,
    changes: Readonly<Record<string, string | number | boolean | null>>,
    options: OperationOptions = {},
  ): Promise<void> {
    const { resourceType, resourceName, what } = resourceOf(resource)
    const configs = Object.entries(changes).map(([name, value]) => ({
      name,
      configOperation: value === null ? DELETE_CONFIG : SET_CONFIG,
      value: value === null ? null : String(value),
    }))
    await this.#ofResource(
      resource,
      async (connection) => {
        const body = { resources: [{ resourceType, resourceName, configs }], validateOnly: false }
        for (const { errorCode, errorMessage } of (await connection.request(apis.incrementalAlterConfigs, body)).responses)
          if (errorCode !== 0) throw brokerFailure(errorCode, `change ${what}`, { message: errorMessage })
      },
      options,
    )
  }

  /** Settings of a broker are its own business; those of topics are known by all. */
  #ofResource<T>(resource: ConfigResource, run: (connection: Connection) => Promise<T>, options: OperationOptions): Promise<T> {
    if ('topic' in resource) return this.#cluster.attempt(() => this.#cluster.ofAny(run), options)
    return this.#cluster.attempt(async (attempt) => {
      if (attempt > 0 || this.#cluster.topology.broker(resource.broker) === null) await this.#cluster.refresh([])
      return run(await this.#cluster.connection(resource.broker))
    }, options)
  }
}

/** Whether an answer was lost on its way: what was asked may be done, and asking again then finds it so. */
class LostAnswers {
  any = false

  async noted<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      this.any = true
      throw error
    }
  }
}

/** Kafka's numbers for where a setting comes from, what is to be done with it, and whose it is. */
const STATIC_DEFAULT_CONFIG = 4
const DEFAULT_CONFIG = 5
const SET_CONFIG = 0
const DELETE_CONFIG = 1
const TOPIC_RESOURCE = 2
const BROKER_RESOURCE = 4

function resourceOf(resource: ConfigResource): { readonly resourceType: number; readonly resourceName: string; readonly what: string } {
  return 'topic' in resource
    ? { resourceType: TOPIC_RESOURCE, resourceName: resource.topic, what: `the settings of the topic '${resource.topic}'` }
    : { resourceType: BROKER_RESOURCE, resourceName: String(resource.broker), what: `the settings of broker ${resource.broker}` }
}
