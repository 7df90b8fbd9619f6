/**
 * Fetches ahead of the reader, partition by partition, and tells when something has come. What one partition has waiting must not keep others from being fetched:
 * whoever waits for a partition has the bytes of the others put aside, and a partition with much put aside is not fetched until it is read.
 *
 * Memory: what the fetcher buffers at most, and in the worst case `asideBytesMax` and one answer for each partition.
 */
import { MillraceError } from '../../error.ts'
import type { FetchPosition } from '../../kafka/client/fetch/fetch-partition.ts'
import type { Fetcher } from '../../kafka/client/fetch/fetcher.ts'
import type { TopicPartition } from '../../kafka/client/topic-partition.ts'
import { DataSignal } from '../signal/data-signal.ts'
import { nameOf } from './partition-name.ts'
import { PartitionQueue } from './partition-queue.ts'
import { SharedFrame } from './shared-frame.ts'

export type RecordFetcher = Pick<Fetcher, 'assign' | 'remove' | 'seek' | 'pause' | 'resume' | 'position' | 'next' | 'close'>

const ASIDE_BYTES = 64 << 20

export class Prefetch {
  readonly #fetcher: RecordFetcher
  readonly #checkCrc: boolean
  readonly #queues = new Map<string, PartitionQueue>()
  readonly #news = new DataSignal()
  readonly #onNews: () => void
  #failure: unknown = null
  #isClosed = false

  constructor(fetcher: RecordFetcher, { checkCrc, onNews }: { readonly checkCrc: boolean; readonly onNews: () => void }) {
    this.#fetcher = fetcher
    this.#checkCrc = checkCrc
    this.#onNews = onNews
    void this.#run()
  }

  queue(name: string): PartitionQueue | undefined {
    return this.#queues.get(name)
  }

  /** The queue of a partition, whose next record is the one at `offset`. */
  at(one: TopicPartition, offset: number): PartitionQueue {
    const known = this.#queues.get(nameOf(one))
    if (known === undefined) {
      const queue = new PartitionQueue(one, offset, { checkCrc: this.#checkCrc })
      this.#queues.set(queue.name, queue)
      this.#fetcher.assign([{ ...one, offset }])
      return queue
    }
    if (!known.standsAt(offset)) this.restart(known, offset)
    return known
  }

  /** Fetches anew from `offset`; the records from `lost` on, before it, are gone. */
  restart(queue: PartitionQueue, offset: number, lost = offset): void {
    queue.restart(offset, lost)
    this.#fetcher.seek(queue, offset)
  }

  remove(name: string): void {
    const queue = this.#queues.get(name)
    if (queue === undefined) return
    this.#queues.delete(name)
    this.#fetcher.remove([queue])
    queue.restart(0)
  }

  /** What the last answer for the partition said. */
  position(queue: PartitionQueue): FetchPosition {
    return this.#fetcher.position(queue)
  }

  /** Resolves when something has come, for whatever partition. Rejects where nothing will. */
  async more(wanted: PartitionQueue, signal: AbortSignal): Promise<void> {
    this.throwIfFailed()
    const limit = Math.max(1 << 20, ASIDE_BYTES / this.#queues.size)
    for (const queue of this.#queues.values()) {
      if (queue === wanted) continue
      queue.putAside()
      if (!queue.isPaused && queue.queuedBytes > limit) {
        queue.isPaused = true
        this.#fetcher.pause([queue])
      }
    }
    if (wanted.isPaused) {
      wanted.isPaused = false
      this.#fetcher.resume([wanted])
    }
    await this.#news.wait(signal)
    signal.throwIfAborted()
    this.throwIfFailed()
  }

  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure
  }

  close(): void {
    this.#isClosed = true
    this.#failure ??= new MillraceError('KAFKA_CLIENT_CLOSED', 'The source was closed.')
    this.#fetcher.close()
    this.#tell()
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed) {
        const fetched = await this.#fetcher.next()
        const parts = fetched.partitions.filter((part) => this.#queues.has(nameOf(part)))
        const frame = new SharedFrame(fetched, parts.length)
        for (const part of parts) this.#queues.get(nameOf(part))?.add(part, frame)
        for (const { error, ...one } of fetched.failed) {
          const queue = this.#queues.get(nameOf(one))
          if (queue !== undefined) queue.failure = error
        }
        this.#tell()
      }
    } catch (error) {
      this.#failure ??= error
      this.#tell()
    }
  }

  #tell(): void {
    this.#news.fire()
    this.#onNews()
  }
}
