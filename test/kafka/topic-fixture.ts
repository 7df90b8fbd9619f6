/** Topics of a suite on a real broker, and records in them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KafkaClient } from '../../src/kafka/client/client.ts'
import type { Producer } from '../../src/kafka/client/produce/producer.ts'

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
