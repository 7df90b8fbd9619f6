/** Load for tests of faults: a producer that goes on writing ids, a fetcher that goes on reading them, and what has to hold in the end. */
import { expect } from 'vitest'
import type { KafkaClient } from '../../src/kafka/client/client.ts'
import { RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'

const PAUSE_MS = 10

export class Load {
  /** How many were written for certain, and how many were read. */
  written = 0
  read = 0
  /** The longest times in which nothing was written, and nothing read. */
  readonly silenceMs = { written: 0, read: 0 }
  #stopping = false
  #seen = new Uint8Array(1 << 22)
  #ends: Promise<unknown> = Promise.resolve()
  #last = { written: Date.now(), read: Date.now() }
  readonly #reading = new AbortController()

  /** `rate` records each 10 ms, round the partitions. */
  static start(client: KafkaClient, topic: string, partitions: number, rate: number): Load {
    const load = new Load()
    const reading = load.#read(client, topic, partitions)
    const writing = load.#write(client, topic, partitions, rate).then((count) => load.#untilRead(count))
    load.#ends = Promise.all([reading, writing])
    load.#ends.catch(() => undefined)
    return load
  }

  /** Resolves when something was written and read after now; gives how long that took. */
  async progress(withinMs: number): Promise<number> {
    const before = { written: this.written, read: this.read }
    const startMs = Date.now()
    await expect.poll(() => this.written > before.written && this.read > before.read, { timeout: withinMs, interval: 20 }).toBe(true)
    return Date.now() - startMs
  }

  /** Writes no more; resolves when all was read, each record once, in order. */
  async end(): Promise<void> {
    this.#stopping = true
    await this.#ends
    expect(this.read).toBe(this.written)
    for (let id = 0; id < this.written; id++) if (this.#seen[id] !== 1) throw new Error(`record ${id} was read ${this.#seen[id]} times`)
  }

  #note(what: 'written' | 'read'): void {
    const now = Date.now()
    this.silenceMs[what] = Math.max(this.silenceMs[what], now - this.#last[what])
    this.#last[what] = now
  }

  async #write(client: KafkaClient, topic: string, partitions: number, rate: number): Promise<number> {
    const onDelivery = ({ count, error }: { readonly count: number; readonly error: unknown }): void => {
      if (error !== null) return
      this.written += count
      this.#note('written')
    }
    const producer = await client.producer({ onDelivery, batchBytesMax: 4_096, bufferBytesMax: 1 << 24 })
    const writer = await producer.topic(topic)
    let id = 0
    while (!this.#stopping) {
      await producer.room()
      for (let i = 0; i < rate; i++, id++) writer.append(Date.now(), null, Buffer.from(`${id}`), [], id % partitions)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
    await producer.flush()
    producer.close()
    return id
  }

  async #read(client: KafkaClient, topic: string, partitions: number): Promise<void> {
    const fetcher = client.fetcher({ isolation: 'read_committed', partitionBytesMax: 1 << 16 })
    fetcher.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })))
    const reader = new RecordSetReader()
    const lanes = new RecordLanes()
    const last = new Array<number>(partitions).fill(-1)
    for (;;) {
      const fetched = await fetcher.next(this.#reading.signal).catch((error: unknown) => {
        if (this.#reading.signal.aborted) return null
        throw error
      })
      if (fetched === null) break
      for (const { error } of fetched.failed) throw error
      for (const part of fetched.partitions) {
        part.open(reader)
        while (reader.next(lanes))
          for (let row = 0; row < lanes.count; row++) {
            const id = Number(Buffer.from(lanes.value(row) ?? []).toString())
            if (id <= (last[part.partition] ?? -1))
              throw new Error(
                `record ${id} came after ${last[part.partition]} at offset ${lanes.offsets[row]} in ${part.fetchOffset}..${part.nextOffset} p${part.partition}`,
              )
            last[part.partition] = id
            this.#seen[id] = (this.#seen[id] ?? 0) + 1
            this.read++
          }
      }
      fetched.release()
      this.#note('read')
    }
    fetcher.close()
  }

  async #untilRead(count: number): Promise<void> {
    while (this.read < count) await new Promise((resolve) => setTimeout(resolve, 20))
    this.#reading.abort()
  }
}
