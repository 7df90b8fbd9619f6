/**
 * Writes records to topics: appended one by one (or as finished batches) into the bytes of batches, sent by a loop (sender.ts), each written once and in order
 * per partition as long as the producer lives. Appending is synchronous and makes no object; who appends sees to it that there is room.
 */
import { MillraceError } from '../../../error.ts'
import { type CompressionName, loadCodec } from '../../protocol/compression/codecs.ts'
import { RecordBatchBuilder } from '../../protocol/records/record-batch-builder.ts'
import { NULL_RANGE, type RecordHeader } from '../../protocol/records/record-lanes.ts'
import { Backoff } from '../backoff.ts'
import { type Cluster, type OperationOptions, orAborted } from '../cluster.ts'
import { brokerFailure } from '../failure.ts'
import type { TopicInfo } from '../topology.ts'
import { BatchMemory } from './batch-memory.ts'
import { type Batch, PartitionQueue } from './partition-queue.ts'
import { Partitioner } from './partitioner.ts'
import { Sender } from './sender.ts'

export interface ProducerOptions {
  /** A batch is sent when it has so many bytes, before compression. */
  readonly batchBytesMax?: number
  /** Or when so much time has passed since its first record; 0 waits only for what is appended in the same turn. */
  readonly lingerMs?: number
  readonly compression?: CompressionName
  /** `all` replicas that are in sync have a batch before it counts as written, or the leader alone. */
  readonly acks?: 'all' | 'leader'
  /** Brokers write each batch once, however often it is sent. Needs acks 'all'. */
  readonly idempotence?: boolean
  /** How long a record may wait to be written, all attempts together. */
  readonly deliveryTimeoutMs?: number
  /** From here on the producer is full. */
  readonly bufferBytesMax?: number
  /** What became of each batch, when that is known; may not throw. */
  readonly onDelivery?: (delivery: Delivery) => void
}
export type ProducerSettings = Required<ProducerOptions>

/** What became of the records of one batch. `firstIndex` counts the records that this producer appended to the partition. */
export interface Delivery {
  readonly topic: string
  readonly partition: number
  readonly firstIndex: number
  readonly count: number
  /** Of the first record; -1 if the broker had the batch already and does not say. */
  readonly baseOffset: number
  readonly error: MillraceError | null
}

/** Appends to one topic. */
export interface TopicWriter {
  readonly partitionCount: number
  /** Gives the partition: that of the key by Kafka's own rule if none is named. */
  append(
    timestampMs: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers?: readonly RecordHeader[],
    partition?: number,
  ): number
  /** The same for a key and value that stand in `bytes`; a range that starts at -1 is null. */
  appendRange(
    timestampMs: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    partition?: number,
  ): number
  /** A batch that is finished but for who writes it. It belongs to the producer from now on. */
  appendBatch(bytes: Uint8Array, count: number, partition: number): void
}

/** Appending beyond the limit is tolerated so far, so that who appends in blocks need not look after each record. */
const OVERFULL = 2

export class Producer {
  readonly #cluster: Cluster
  readonly #settings: ProducerSettings
  readonly #sender: Sender
  readonly #topics = new Map<string, Topic>()
  readonly #builder: () => RecordBatchBuilder
  readonly #memory = new BatchMemory()
  #bufferedBytes = 0
  #unsettled = 0
  #failure: MillraceError | null = null
  #firstError: MillraceError | null = null
  #waiters: (() => void)[] = []
  readonly #onClosing = (): void => this.close()

  private constructor(cluster: Cluster, settings: ProducerSettings, builder: () => RecordBatchBuilder) {
    this.#cluster = cluster
    this.#settings = settings
    this.#builder = builder
    this.#sender = new Sender(cluster, settings, {
      settled: (queue, batch, baseOffset, error) => this.#settled(queue, batch, baseOffset, error),
      failed: (error) => this.#fail(error),
      learnt: () => this.#learn(),
    })
    cluster.closing.addEventListener('abort', this.#onClosing)
  }

  static async open(cluster: Cluster, options: ProducerOptions = {}): Promise<Producer> {
    const settings: ProducerSettings = {
      batchBytesMax: 256 << 10,
      lingerMs: 5,
      compression: 'none',
      acks: 'all',
      idempotence: options.acks !== 'leader',
      deliveryTimeoutMs: 120_000,
      bufferBytesMax: 32 << 20,
      onDelivery: () => undefined,
      ...options,
    }
    if (settings.idempotence && settings.acks !== 'all')
      throw new MillraceError('INVALID_ARGUMENT', "idempotence needs acks 'all'.", { hint: "Use acks 'all', or set idempotence to false." })
    const codec = await loadCodec(settings.compression)
    return new Producer(cluster, settings, () => new RecordBatchBuilder({ codec, sizeHint: Math.min(settings.batchBytesMax, 16_384) }))
  }

  /** Throws KAFKA_UNKNOWN_TOPIC. */
  async topic(name: string, options?: OperationOptions): Promise<TopicWriter> {
    const known = this.#topics.get(name)
    if (known !== undefined) return known
    const info = await this.#cluster.topic(name, options)
    const topic = this.#topics.get(name) ?? new Topic(name, this)
    topic.learn(info)
    this.#topics.set(name, topic)
    return topic
  }

  get isFull(): boolean {
    return this.#bufferedBytes >= this.#settings.bufferBytesMax
  }
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** Resolves when the producer is not full. */
  async room(signal?: AbortSignal): Promise<void> {
    while (this.isFull && this.#failure === null) await this.#change(signal)
    if (this.#failure !== null) throw this.#failure
  }

  /** Sends all that was appended, and resolves when it is written. Rejects with the first failure since the last flush. */
  async flush(signal?: AbortSignal): Promise<void> {
    this.#sender.flush()
    while (this.#unsettled > 0 && this.#failure === null) await this.#change(signal)
    const error = this.#failure ?? this.#firstError
    this.#firstError = null
    if (error !== null) throw error
  }

  /** What is not written yet fails; flush before, to keep it. */
  close(): void {
    this.#fail(new MillraceError('KAFKA_CLIENT_CLOSED', 'The producer was closed.'))
  }

  /** @internal For Topic. */
  makeQueue(topic: string, partition: number): PartitionQueue {
    return new PartitionQueue(topic, partition, this.#builder(), this.#memory, new Backoff(this.#cluster.io))
  }
  /** @internal */
  makePartitioner(): Partitioner {
    return new Partitioner(this.#cluster.io.random, this.#settings.batchBytesMax)
  }
  /** @internal Before a record: throws if nothing can be appended. */
  check(): void {
    if (this.#failure !== null) throw this.#failure
    if (this.#bufferedBytes >= OVERFULL * this.#settings.bufferBytesMax)
      throw new MillraceError('KAFKA_PRODUCER_FULL', `${this.#bufferedBytes} bytes are waiting to be written.`)
  }
  /** @internal Behind records. */
  appended(queue: PartitionQueue, count: number, sizeBytes: number): void {
    this.#unsettled += count
    this.#bufferedBytes += sizeBytes
    this.#sender.appended(queue)
  }

  #settled(
    { topic, partition }: PartitionQueue,
    { count, firstIndex, heldBytes }: Batch,
    baseOffset: number,
    error: MillraceError | null,
  ): void {
    this.#unsettled -= count
    this.#bufferedBytes -= heldBytes
    this.#firstError ??= error
    for (const wake of this.#waiters.splice(0)) wake()
    try {
      this.#settings.onDelivery({ topic, partition, firstIndex, count, baseOffset, error })
    } catch (cause) {
      this.#fail(new MillraceError('INVALID_ARGUMENT', `onDelivery threw: ${String(cause)}.`, { hint: 'It may not throw.', cause }))
    }
  }

  #learn(): void {
    for (const [name, topic] of this.#topics) {
      const info = this.#cluster.topology.topic(name)
      if (info !== null) topic.learn(info)
    }
  }

  #fail(error: MillraceError): void {
    if (this.#failure !== null) return
    this.#failure = error
    this.#cluster.closing.removeEventListener('abort', this.#onClosing)
    this.#sender.close(error)
    for (const wake of this.#waiters.splice(0)) wake()
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    const change = new Promise<void>((resolve) => this.#waiters.push(resolve))
    return signal === undefined ? change : orAborted(change, signal)
  }
}

class Topic implements TopicWriter {
  readonly name: string
  readonly partitioner: Partitioner
  readonly #producer: Producer
  readonly #queues: PartitionQueue[] = []

  constructor(name: string, producer: Producer) {
    this.name = name
    this.#producer = producer
    this.partitioner = producer.makePartitioner()
  }

  get partitionCount(): number {
    return this.#queues.length
  }

  learn(info: TopicInfo): void {
    this.partitioner.learn(info)
    while (this.#queues.length < info.partitions.length) this.#queues.push(this.#producer.makeQueue(this.name, this.#queues.length))
  }

  append(
    timestampMs: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers?: readonly RecordHeader[],
    partition?: number,
  ): number {
    const chosen = partition ?? (key === null ? this.partitioner.any(value?.length ?? 0) : this.partitioner.ofKey(key, 0, key.length))
    const queue = this.#before(chosen)
    const { sizeBytes } = queue.builder
    queue.builder.append(timestampMs, key, value, headers)
    this.#producer.appended(queue, 1, queue.builder.sizeBytes - sizeBytes)
    return chosen
  }

  appendRange(
    timestampMs: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    partition?: number,
  ): number {
    const chosen =
      partition ?? (keyStart === NULL_RANGE ? this.partitioner.any(valueEnd - valueStart) : this.partitioner.ofKey(bytes, keyStart, keyEnd))
    const queue = this.#before(chosen)
    const { sizeBytes } = queue.builder
    queue.builder.appendRange(timestampMs, bytes, keyStart, keyEnd, valueStart, valueEnd)
    this.#producer.appended(queue, 1, queue.builder.sizeBytes - sizeBytes)
    return chosen
  }

  appendBatch(bytes: Uint8Array, count: number, partition: number): void {
    const queue = this.#before(partition)
    queue.close(null)
    queue.push(bytes, count, 0)
    this.#producer.appended(queue, count, bytes.length)
  }

  #before(partition: number): PartitionQueue {
    this.#producer.check()
    return this.#queues[partition] ?? this.#unknown(partition)
  }

  #unknown(partition: number): never {
    throw brokerFailure(3, `write to ${this.name}, partition ${partition}`, { details: { topic: this.name, partition } })
  }
}
