/**
 * A cluster as the rest of the client sees it: find the broker that has to be asked, ask it, and ask again where that may help. All that waits here ends at its
 * time limit, at the caller's signal, or when the cluster is closed.
 */
import { setMaxListeners } from 'node:events'
import { MillraceError } from '../../error.ts'
import { apis } from '../protocol/apis.ts'
import { Backoff } from './backoff.ts'
import type { Connection } from './connection.ts'
import { type Address, type ConnectionSettings, Connections, unreachable } from './connections.ts'
import { brokerFailure, isRetriable, kafkaErrorOf, passingFailure } from './failure.ts'
import { type BrokerInfo, type TopicInfo, Topology } from './topology.ts'

export interface ClusterSettings extends ConnectionSettings {
  readonly bootstrapServers: readonly Address[]
  /** How long an operation is tried again and again. */
  readonly operationTimeoutMs: number
  /** After so long, what is known of topics is asked for again. */
  readonly metadataAgeMsMax: number
}
export interface OperationOptions {
  readonly signal?: AbortSignal | undefined
  /** How long it is tried; `operationTimeoutMs` of the client if not given. */
  readonly timeoutMs?: number | undefined
}
export interface TopicOptions extends OperationOptions {
  /** Asks the cluster even if the topic is known: it may have more partitions by now. */
  readonly fresh?: boolean
}
export type CoordinatorKind = 'group' | 'transaction'

/** The lane of requests that are answered soon. */
const REQUESTS = 'requests'
/** A topic that was just created is known everywhere after this; one that is still unknown does not exist. */
const UNKNOWN_TOPIC_MS = 3_000

export class Cluster {
  readonly settings: ClusterSettings
  readonly topology = new Topology()
  readonly #connections: Connections
  readonly #topicsOfInterest = new Set<string>()
  readonly #coordinators = new Map<string, BrokerInfo>()
  readonly #closing = new AbortController()
  #refreshing: { readonly topics: readonly string[]; readonly end: Promise<void> } | null = null
  #refreshedAtMs = Number.NEGATIVE_INFINITY

  constructor(settings: ClusterSettings) {
    this.settings = settings
    this.#connections = new Connections(settings)
    setMaxListeners(0, this.#closing.signal)
  }

  get io(): ClusterSettings['io'] {
    return this.settings.io
  }
  /** Is aborted when the cluster is closed, with KAFKA_CLIENT_CLOSED. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  close(): void {
    this.#closing.abort(new MillraceError('KAFKA_CLIENT_CLOSED', 'The Kafka client was closed.'))
    this.#connections.close()
  }

  /** Runs until it succeeds, fails for good, or the time is over; then what it failed with last is thrown. `attempt` counts from 0. */
  async attempt<T>(
    run: (attempt: number) => Promise<T>,
    { signal, timeoutMs = this.settings.operationTimeoutMs }: OperationOptions = {},
  ): Promise<T> {
    const { clock } = this.io
    const stop = signal === undefined ? this.closing : AbortSignal.any([signal, this.closing])
    const backoff = new Backoff(this.io)
    const startMs = clock.monotonicMs()
    for (let attempt = 0; ; attempt++) {
      stop.throwIfAborted()
      try {
        return await orAborted(run(attempt), stop)
      } catch (error) {
        stop.throwIfAborted()
        if (!isRetriable(error)) throw error
        const limitMs = error.code === 'KAFKA_UNKNOWN_TOPIC' ? Math.min(timeoutMs, UNKNOWN_TOPIC_MS) : timeoutMs
        const waitMs = backoff.nextMs()
        if (clock.monotonicMs() - startMs + waitMs > limitMs) throw error
        await clock.sleep(waitMs, { signal: stop })
      }
    }
  }

  /** A connection to a broker by its id. */
  async connection(nodeId: number, lane: string = REQUESTS): Promise<Connection> {
    this.closing.throwIfAborted()
    const broker = this.topology.broker(nodeId)
    if (broker === null)
      throw passingFailure('KAFKA_UNREACHABLE', `The cluster has no broker ${nodeId} at present.`, { details: { nodeId } })
    return this.#connections.to(broker, lane)
  }

  /** Closes the connections of a lane that is not needed any more. */
  closeLane(lane: string): void {
    this.#connections.closeLane(lane)
  }

  /** Asks any broker, the next one where one does not answer. */
  async ofAny<T>(run: (connection: Connection) => Promise<T>): Promise<T> {
    const failures: unknown[] = []
    for (const broker of this.#connections.inOrder(this.topology.brokers, REQUESTS)) {
      try {
        return await run(await this.#connections.to(broker, REQUESTS))
      } catch (error) {
        if (!isRetriable(error) || kafkaErrorOf(error) !== null) throw error
        failures.push(error)
      }
    }
    // Nobody that is known answers: as at the start, those are asked that the user named.
    const { bootstrapServers } = this.settings
    const first = Math.floor(this.io.random.next() * bootstrapServers.length)
    for (const address of [...bootstrapServers.slice(first), ...bootstrapServers.slice(0, first)]) {
      let connection: Connection | null = null
      try {
        connection = await this.#connections.toAddress(address)
        return await run(connection)
      } catch (error) {
        if (!isRetriable(error) || kafkaErrorOf(error) !== null) throw error
        failures.push(error)
      } finally {
        connection?.close()
      }
    }
    throw unreachable('No Kafka broker answers', failures)
  }

  /** Asks the broker that makes changes to the cluster. */
  async ofController<T>(run: (connection: Connection) => Promise<T>, options: OperationOptions = {}): Promise<T> {
    return this.attempt(async (attempt) => {
      if (attempt > 0 || this.topology.controllerId < 0) await this.refresh([])
      return run(await this.connection(this.topology.controllerId))
    }, options)
  }

  /** Asks the broker that minds a group or a transactional id. */
  async ofCoordinator<T>(
    kind: CoordinatorKind,
    key: string,
    run: (connection: Connection) => Promise<T>,
    options: OperationOptions = {},
  ): Promise<T> {
    return this.attempt(async () => {
      const known = `${kind} ${key}`
      const broker = this.#coordinators.get(known) ?? (await this.#findCoordinator(kind, key))
      this.#coordinators.set(known, broker)
      try {
        return await run(await this.#connections.to(broker, REQUESTS))
      } catch (error) {
        if (isRetriable(error)) this.#coordinators.delete(known)
        throw error
      }
    }, options)
  }

  /** What is known of a topic, asked for if need be. Throws KAFKA_UNKNOWN_TOPIC, KAFKA_AUTHORIZATION_FAILED. */
  topic(name: string, { fresh = false, ...options }: TopicOptions = {}): Promise<TopicInfo> {
    return this.attempt(async (attempt) => {
      if (fresh || attempt > 0 || this.topology.topic(name) === null || this.isStale) await this.refresh([name])
      const error = this.topology.errorOf(name)
      const info = this.topology.topic(name)
      if (error !== 0 || info === null) throw brokerFailure(error, `describe the topic '${name}'`, { details: { topic: name } })
      return info
    }, options)
  }

  /** All topics, but for those that Kafka itself needs. */
  async topics(options: OperationOptions = {}): Promise<readonly TopicInfo[]> {
    const learnt = await this.attempt(() => this.#askMetadata(null), options)
    return learnt.filter(({ isInternal }) => !isInternal)
  }

  get isStale(): boolean {
    return this.io.clock.monotonicMs() - this.#refreshedAtMs > this.settings.metadataAgeMsMax
  }

  /** Asks anew for the brokers and for these and all topics that are of interest. Who asks while that is under way waits for the same answer. */
  async refresh(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#topicsOfInterest.add(topic)
    const running = this.#refreshing
    if (running !== null && topics.every((topic) => running.topics.includes(topic))) return running.end
    const asked = [...this.#topicsOfInterest]
    const end = this.#askMetadata(asked).then(() => {
      this.#refreshedAtMs = this.io.clock.monotonicMs()
    })
    const refreshing = { topics: asked, end }
    this.#refreshing = refreshing
    return end.finally(() => {
      if (this.#refreshing === refreshing) this.#refreshing = null
    })
  }

  async #askMetadata(topics: readonly string[] | null): Promise<readonly TopicInfo[]> {
    return this.ofAny(async (connection) => {
      const version = connection.versionOf(apis.metadata)
      const body = {
        topics: topics === null ? null : topics.map((name) => ({ name })),
        ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
      }
      return this.topology.learn(await connection.request(apis.metadata, body, { version }))
    })
  }

  async #findCoordinator(kind: CoordinatorKind, key: string): Promise<BrokerInfo> {
    const keyType = kind === 'group' ? 0 : 1
    const doing = `say who coordinates the ${kind === 'group' ? 'group' : 'transactional id'} '${key}'`
    return this.ofAny(async (connection) => {
      const version = connection.versionOf(apis.findCoordinator)
      const body = version >= 4 ? { keyType, coordinatorKeys: [key] } : { keyType, key }
      const answer = await connection.request(apis.findCoordinator, body, { version })
      const found = version >= 4 ? answer.coordinators[0] : answer
      if (found === undefined)
        throw new MillraceError('KAFKA_PROTOCOL_ERROR', `${connection.address} was asked for a coordinator, and names none.`)
      const { errorCode, errorMessage, nodeId, host, port } = found
      if (errorCode !== 0) throw brokerFailure(errorCode, doing, { message: errorMessage })
      return { nodeId, host, port, rack: null }
    })
  }
}

/** The promise, or the reason of the signal if that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason)
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}
