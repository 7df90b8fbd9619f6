/**
 * The Kafka sink: each row a record, written straight into batches. At the commit of an epoch all of its records are on the brokers, or the query fails.
 *
 * Fault model: at least once. Records are sent while their epoch runs, so readers may see those of an epoch that fails and comes again; within a run brokers
 * write each batch once and in order. An error of one batch stops the query: nothing is left out.
 */
import type { StructType } from '../../data/data-type.ts'
import { type JsonRowWriter, jsonRowWriter } from '../../data/json-bytes.ts'
import { GrowingBytes } from '../../data/number-bytes.ts'
import type { Batch, Vector } from '../../data/vector.ts'
import { readerOf } from '../../data/vector-reader.ts'
import { MillraceError } from '../../error.ts'
import type { KafkaClient } from '../../kafka/client/client.ts'
import type { Producer, ProducerOptions, TopicWriter } from '../../kafka/client/produce/producer.ts'
import { NULL_RANGE } from '../../kafka/protocol/records/record-lanes.ts'
import type { EpochInfo, Sink, SinkContext, SinkToken } from '../../plan/contracts/sink.ts'
import { ColumnBytes } from './column-bytes.ts'
import { type KafkaSinkSettings, type RecordParts, recordParts, SINK } from './sink-settings.ts'

/** What the sink needs of a client. */
export interface ProducerAccess extends Pick<KafkaClient, 'close'> {
  producer(options?: ProducerOptions): Promise<RecordProducer>
}
export type RecordProducer = Pick<Producer, 'topic' | 'isFull' | 'room' | 'flush' | 'close'>

/** Rows between two looks at whether the producer is full. */
const BLOCK_ROWS = 512

export class KafkaSink implements Sink {
  readonly #context: SinkContext
  readonly #topic: string | null
  readonly #client: ProducerAccess
  readonly #producer: RecordProducer
  readonly #writers = new Map<string, TopicWriter>()
  readonly #encoder: RecordEncoder

  private constructor(context: SinkContext, settings: KafkaSinkSettings, client: ProducerAccess, producer: RecordProducer) {
    this.#context = context
    this.#topic = settings.topic
    this.#client = client
    this.#producer = producer
    this.#encoder = new RecordEncoder(context.schema, recordParts(context.schema, settings))
  }

  /** Connects. Throws KAFKA_UNREACHABLE, KAFKA_UNKNOWN_TOPIC and what else the cluster may refuse. */
  static async open(context: SinkContext, settings: KafkaSinkSettings, client: ProducerAccess): Promise<KafkaSink> {
    try {
      const sink = new KafkaSink(context, settings, client, await client.producer(settings.producer))
      if (settings.topic !== null) await sink.#writer(settings.topic)
      return sink
    } catch (error) {
      await client.close()
      throw error
    }
  }

  begin(): Promise<void> {
    return Promise.resolve()
  }

  async write(batch: Batch): Promise<void> {
    const topics = this.#topic === null ? this.#encoder.topics(batch) : null
    const only = topics === null ? await this.#writer(this.#topic ?? '') : null
    const writers = topics === null ? null : await this.#writersOf(topics)
    this.#encoder.begin(batch)
    const nowMs = this.#context.io.clock.nowMs()
    for (let row = 0; row < batch.length; ) {
      if (this.#producer.isFull) await this.#producer.room(this.#context.signal)
      for (const to = Math.min(batch.length, row + BLOCK_ROWS); row < to; row++)
        this.#encoder.append(row, nowMs, only ?? (writers?.[row] as TopicWriter))
    }
  }

  async commit({ epoch }: EpochInfo): Promise<SinkToken> {
    await this.#producer.flush(this.#context.signal)
    return { epoch }
  }

  /** What was sent stays; nothing of the epoch comes after this. */
  async abort(): Promise<void> {
    await this.#producer.flush(this.#context.signal).catch(() => undefined)
  }

  async close(): Promise<void> {
    this.#producer.close()
    await this.#client.close()
  }

  /** One a row. */
  async #writersOf(topics: readonly string[]): Promise<readonly TopicWriter[]> {
    for (const topic of new Set(topics)) await this.#writer(topic)
    return topics.map((topic) => this.#writers.get(topic) as TopicWriter)
  }

  async #writer(topic: string): Promise<TopicWriter> {
    const known = this.#writers.get(topic)
    if (known !== undefined) return known
    const writer = await this.#producer.topic(topic, { signal: this.#context.signal })
    this.#writers.set(topic, writer)
    return writer
  }
}

/** The key and value of one row after the other, in one scratch. */
class RecordEncoder {
  readonly #parts: RecordParts
  readonly #out = new GrowingBytes()
  readonly #row: JsonRowWriter | null
  readonly #value = new ColumnBytes(this.#out)
  readonly #key = new ColumnBytes(this.#out)
  #partitionOf: ((row: number) => unknown) | null = null

  constructor(schema: StructType, parts: RecordParts) {
    this.#parts = parts
    this.#row = parts.value < 0 ? jsonRowWriter(this.#out, schema) : null
  }

  begin({ schema, columns }: Batch): void {
    const { value, key, partition } = this.#parts
    this.#row?.beginColumns(columns)
    if (value >= 0) this.#value.begin(columns[value] as Vector)
    if (key >= 0) this.#key.begin(columns[key] as Vector)
    const type = schema.fields[partition]?.type
    this.#partitionOf = type === undefined ? null : readerOf(columns[partition] as Vector)
  }

  append(row: number, timestampMs: number, writer: TopicWriter): void {
    const out = this.#out
    out.at = 0
    let valueStart = 0
    if (this.#row !== null) this.#row.write(row)
    else if (!this.#value.write(row)) valueStart = NULL_RANGE
    const valueEnd = valueStart === NULL_RANGE ? NULL_RANGE : out.at
    let keyStart = out.at
    if (this.#parts.key < 0 || !this.#key.write(row)) keyStart = NULL_RANGE
    const keyEnd = keyStart === NULL_RANGE ? NULL_RANGE : out.at
    const partition = this.#partitionOf?.(row) as number | null | undefined
    writer.appendRange(timestampMs, out.bytes, keyStart, keyEnd, valueStart, valueEnd, partition ?? undefined)
  }

  /** Throws SINK_FAILED where a row names no topic. */
  topics({ columns, length }: Batch): readonly string[] {
    const topicOf = readerOf(columns[this.#parts.topic] as Vector)
    return Array.from({ length }, (_, row) => {
      const topic = topicOf(row)
      if (typeof topic === 'string') return topic
      throw new MillraceError('SINK_FAILED', `${SINK}: a row has no topic.`, { hint: "Set the option 'topic', or leave such rows out." })
    })
  }
}
