/**
 * A client of one Kafka cluster. Making one connects nowhere; the first question does. Fetchers and producers of the same client share what is known of the
 * cluster, and have connections of their own, so that none of them waits for another.
 */
import { MillraceError } from '../../error.ts'
import type { Io, TlsSettings } from '../../io/io.ts'
import { realIo } from '../../io/real.ts'
import { Admin } from './admin.ts'
import { Cluster, type OperationOptions, type TopicOptions } from './cluster.ts'
import type { Address } from './connections.ts'
import { Fetcher, type FetcherOptions } from './fetch/fetcher.ts'
import {
  type CommittedOffset,
  commitOffsets,
  committedOffsets,
  type FoundOffset,
  type ListOffsetsOptions,
  listOffsets,
  type OffsetQuestion,
} from './offsets.ts'
import { Producer, type ProducerOptions } from './produce/producer.ts'
import type { SaslSettings } from './sasl/exchange.ts'
import type { TopicPartition } from './topic-partition.ts'
import type { BrokerInfo, TopicInfo } from './topology.ts'

export interface KafkaClientOptions {
  /** `host:port`, several with commas or as a list. One that answers is enough; the others are learnt from it. */
  readonly bootstrapServers: string | readonly string[]
  /** How brokers name this client in their logs, quotas and metrics. */
  readonly clientId?: string
  /** Secure connections; `true` with the settings of the system. */
  readonly tls?: boolean | TlsSettings
  readonly sasl?: SaslSettings
  /** How long a broker may take for an answer, beyond what it is allowed to wait. A connection on which nothing comes for so long is given up. */
  readonly requestTimeoutMs?: number
  readonly connectTimeoutMs?: number
  /** How long an operation is tried again and again. */
  readonly operationTimeoutMs?: number
  readonly metadataAgeMsMax?: number
  /** The largest answer that is taken from a broker. */
  readonly frameBytesMax?: number
  /** Where a broker is reached, if not at the address that it advertises. */
  readonly brokerAddress?: (broker: BrokerInfo) => Address
  readonly io?: Pick<Io, 'net' | 'clock' | 'random'>
}

export class KafkaClient implements AsyncDisposable {
  readonly admin: Admin
  readonly #cluster: Cluster

  constructor({ bootstrapServers, tls = false, io = realIo, ...options }: KafkaClientOptions) {
    this.#cluster = new Cluster({
      clientId: 'millrace',
      requestTimeoutMs: 5_000,
      connectTimeoutMs: 5_000,
      operationTimeoutMs: 60_000,
      metadataAgeMsMax: 300_000,
      frameBytesMax: 128 << 20,
      ...options,
      io,
      bootstrapServers: addressesOf(bootstrapServers),
      tls: tls === true ? {} : tls === false ? undefined : tls,
    })
    this.admin = new Admin(this.#cluster)
  }

  /** Its partitions and their leaders. Throws KAFKA_UNKNOWN_TOPIC if there is none of the name. */
  topic(name: string, options?: TopicOptions): Promise<TopicInfo> {
    return this.#cluster.topic(name, options)
  }

  /** All topics that this client may see, without Kafka's own. */
  topics(options?: OperationOptions): Promise<readonly TopicInfo[]> {
    return this.#cluster.topics(options)
  }

  listOffsets(questions: readonly OffsetQuestion[], options?: ListOffsetsOptions): Promise<readonly FoundOffset[]> {
    return listOffsets(this.#cluster, questions, options)
  }

  commitOffsets(groupId: string, offsets: readonly CommittedOffset[], options?: OperationOptions): Promise<void> {
    return commitOffsets(this.#cluster, groupId, offsets, options)
  }

  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    options?: OperationOptions & { readonly stable?: boolean },
  ): Promise<readonly (CommittedOffset | null)[]> {
    return committedOffsets(this.#cluster, groupId, partitions, options)
  }

  fetcher(options?: FetcherOptions): Fetcher {
    return new Fetcher(this.#cluster, options)
  }

  producer(options?: ProducerOptions): Promise<Producer> {
    return Producer.open(this.#cluster, options)
  }

  /** Closes all connections at once. Fetchers end; what producers have not sent is lost, unless they were flushed before. */
  async close(): Promise<void> {
    this.#cluster.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function addressesOf(servers: string | readonly string[]): readonly Address[] {
  const texts = (typeof servers === 'string' ? servers.split(',') : servers).map((text) => text.trim()).filter((text) => text !== '')
  const addresses = texts.map((text): Address => {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? []
    const host = bracketed ?? plain
    const port = Number(digits)
    if (host === undefined || port < 1 || port > 65_535)
      throw new MillraceError('INVALID_ARGUMENT', `bootstrapServers has '${text}', which is no address.`, {
        hint: "Write host:port, such as 'localhost:9092'.",
      })
    return { host, port }
  })
  if (addresses.length === 0)
    throw new MillraceError('INVALID_ARGUMENT', 'bootstrapServers is empty.', { hint: "Write host:port, such as 'localhost:9092'." })
  return addresses
}
