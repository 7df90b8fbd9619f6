/** Topics of a suite on a real broker, and records in them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KafkaClient } from '../../src/kafka/client/client.ts'
import type { Producer } from '../../src/kafka/client/produce/producer.ts'
import { RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'

export interface TextRecord {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
}

export class TopicFixture {
  readonly servers: string
  readonly client: KafkaClient
  readonly #unique: string
  readonly #folders: string[] = []
  #producer: Promise<Producer> | null = null

  constructor(servers: string, suite: string) {
    this.servers = servers
    this.client = new KafkaClient({ bootstrapServers: servers })
    this.#unique = `${suite}-${process.pid}`
  }

  name(name: string): string {
    return `${this.#unique}-${name}`
  }

  async topic(name: string, partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const topic = this.name(name)
    await this.client.admin.createTopics([{ topic, partitions, configs }])
    return topic
  }

  /** Values as they are; null is a tombstone. */
  async write(topic: string, partition: number, values: readonly (string | null)[], timestampMs = Date.now()): Promise<void> {
    this.#producer ??= this.client.producer()
    const producer = await this.#producer
    const writer = await producer.topic(topic)
    for (const [index, value] of values.entries()) {
      writer.append(timestampMs, Buffer.from(`k${index}`), value === null ? null : Buffer.from(value), [], partition)
      if (producer.isFull) await producer.room()
    }
    await producer.flush()
  }

  /** `{"id":n}` for each number from `first` on. */
  writeIds(topic: string, partition: number, first: number, count: number): Promise<void> {
    return this.write(
      topic,
      partition,
      Array.from({ length: count }, (_, index) => `{"id":${first + index}}`),
    )
  }

  /** Without keys. */
  async writeAll(topic: string, records: readonly { readonly partition: number; readonly value: string }[]): Promise<void> {
    this.#producer ??= this.client.producer()
    const producer = await this.#producer
    const writer = await producer.topic(topic)
    for (const { partition, value } of records) {
      writer.append(0, null, Buffer.from(value), [], partition)
      if (producer.isFull) await producer.room()
    }
    await producer.flush()
  }

  /** All records that are there now; the bytes are used again. */
  async eachRecord(
    topic: string,
    see: (partition: number, value: Buffer | null, key: Buffer | null, offset: number) => void,
  ): Promise<void> {
    const { partitions } = await this.client.topic(topic)
    const ends = await this.client.listOffsets(partitions.map(({ index }) => ({ topic, partition: index, at: 'latest' as const })))
    const fetcher = this.client.fetcher({ maxWaitMs: 50 })
    fetcher.assign(ends.map((one) => ({ ...one, offset: 0 })))
    const reader = new RecordSetReader()
    const lanes = new RecordLanes()
    const view = (bytes: Uint8Array | null): Buffer | null =>
      bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const left = new Set(ends.filter(({ offset }) => (offset ?? 0) > 0).map(({ partition }) => partition))
    while (left.size > 0) {
      const fetched = await fetcher.next()
      for (const part of fetched.partitions) {
        part.open(reader)
        while (reader.next(lanes))
          for (let row = 0; row < lanes.count; row++)
            see(part.partition, view(lanes.value(row)), view(lanes.key(row)), lanes.offsets[row] as number)
        if (part.nextOffset >= (ends[part.partition]?.offset ?? 0)) left.delete(part.partition)
      }
      fetched.release()
    }
    fetcher.close()
  }

  /** By partition, as texts. */
  async records(topic: string): Promise<readonly TextRecord[]> {
    const found: TextRecord[] = []
    await this.eachRecord(topic, (partition, value, key, offset) => {
      found.push({ partition, offset, key: key?.toString() ?? null, value: value?.toString() ?? null })
    })
    return found.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  }

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-kafka-'))
    this.#folders.push(folder)
    return folder
  }

  async close(): Promise<void> {
    await this.client.close()
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true })
  }
}

export const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index)
