/**
 * Fetches record batches from the leaders of partitions, as bytes. One request is always on its way to each broker, so that the next bytes come while these are
 * read; how far it runs ahead is bounded by `bufferBytesMax`. Order within a partition is that of its log; nothing is given twice, and nothing is left out.
 *
 * Brokers that stop, leaders that move and connections that break are looked after here. What only the user can decide (an offset that is gone, a topic that
 * was deleted) makes that partition fail and leaves the others alone; what concerns all (no right to enter) makes the fetcher fail.
 */
import { setMaxListeners } from 'node:events'
import { assert, MillraceError } from '../../../error.ts'
import { Backoff } from '../backoff.ts'
import { type Cluster, orAborted } from '../cluster.ts'
import type { Frame } from '../connection.ts'
import { isRetriable } from '../failure.ts'
import { type Isolation, isolationLevels } from '../offsets.ts'
import { groupedBy, nameOf, type TopicPartition } from '../topic-partition.ts'
import { BrokerFetch, type FetchedPart } from './broker-fetch.ts'
import { FetchPartition, type FetchPosition } from './fetch-partition.ts'
import type { FailedPartition, Fetched } from './fetched.ts'
import { LeaderSearch } from './leader-search.ts'

export interface FetcherOptions {
  /** `read_committed` leaves out what belongs to aborted or open transactions. */
  readonly isolation?: Isolation
  /** The broker answers when it has so many bytes, or after `maxWaitMs`. */
  readonly minBytes?: number
  readonly maxWaitMs?: number
  /** In one answer; a larger batch comes nevertheless, alone. */
  readonly fetchBytesMax?: number
  readonly partitionBytesMax?: number
  /** Fetches are held back while so many bytes are not released. */
  readonly bufferBytesMax?: number
}
export type FetcherSettings = Required<FetcherOptions> & { readonly isolationLevel: number }

let fetchers = 0

export class Fetcher {
  readonly #cluster: Cluster
  readonly #settings: FetcherSettings
  readonly #partitions = new Map<string, FetchPartition>()
  readonly #brokers = new Map<number, BrokerFetch>()
  readonly #search: LeaderSearch
  readonly #lane = `fetch-${++fetchers}`
  readonly #closing = new AbortController()
  readonly #ready: { readonly parts: readonly FetchedPart[]; readonly release: () => void; readonly keep: () => void }[] = []
  #failed: FailedPartition[] = []
  #failure: unknown = null
  #bufferedBytes = 0
  #wakeReader: (() => void) | null = null
  #wakeFetchers: (() => void)[] = []
  #balancing = false

  constructor(cluster: Cluster, options: FetcherOptions = {}) {
    this.#cluster = cluster
    const { isolation = 'read_uncommitted', minBytes = 1, maxWaitMs = 500, partitionBytesMax = 1 << 20, fetchBytesMax = 16 << 20 } = options
    const { bufferBytesMax = 2 * fetchBytesMax } = options
    const isolationLevel = isolationLevels[isolation]
    setMaxListeners(0, this.#closing.signal)
    this.#settings = { isolation, isolationLevel, minBytes, maxWaitMs, partitionBytesMax, fetchBytesMax, bufferBytesMax }
    cluster.closing.addEventListener('abort', () => this.close(), { once: true, signal: this.#closing.signal })
    this.#search = new LeaderSearch(cluster, this.#closing.signal, {
      found: () => this.#balance(),
      failed: (partition, error) => this.#fail(partition, error),
      failedForAll: (error) => this.#failAll(error),
    })
  }

  /** Adds partitions; one that is fetched already goes on from the new offset. */
  assign(positions: readonly (TopicPartition & { readonly offset: number })[]): void {
    for (const { topic, partition, offset } of positions) {
      const known = this.#partitions.get(nameOf({ topic, partition }))
      if (known !== undefined) known.seek(offset)
      else
        this.#partitions.set(nameOf({ topic, partition }), new FetchPartition({ topic, partition }, offset, new Backoff(this.#cluster.io)))
    }
    this.#balance()
  }

  /** What is on its way for them is dropped; what `next` has given already stays. */
  remove(partitions: readonly TopicPartition[]): void {
    for (const one of partitions) {
      const known = this.#partitions.get(nameOf(one))
      if (known === undefined) continue
      known.generation++
      this.#partitions.delete(nameOf(one))
    }
  }

  /** Goes on from another offset, also after a failure. What was fetched from the old one is not given any more. */
  seek(partition: TopicPartition, offset: number): void {
    this.#known(partition).seek(offset)
    this.#balance()
  }

  /** A fetch that is on its way is given still. */
  pause(partitions: readonly TopicPartition[]): void {
    for (const one of partitions) this.#known(one).isPaused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const one of partitions) this.#known(one).isPaused = false
    this.#balance()
  }

  position(partition: TopicPartition): FetchPosition {
    return this.#known(partition).position()
  }

  get positions(): readonly FetchPosition[] {
    return [...this.#partitions.values()].map((one) => one.position())
  }

  /** The next fetch that has records or a failed partition. Rejects when the fetcher fails or is closed, and with the signal's reason. */
  async next(signal?: AbortSignal): Promise<Fetched> {
    for (;;) {
      signal?.throwIfAborted()
      const taken = this.take()
      if (taken !== null) return taken
      const woken = new Promise<void>((resolve) => {
        this.#wakeReader = resolve
      })
      await (signal === undefined ? woken : orAborted(woken, signal))
    }
  }

  /** The same without waiting: null if nothing is there. */
  take(): Fetched | null {
    if (this.#failure !== null) throw this.#failure
    const failed = this.#failed
    this.#failed = []
    for (let one = this.#ready.shift(); one !== undefined; one = this.#ready.shift()) {
      const partitions = one.parts.filter(({ state, generation }) => state.generation === generation).map(({ fetched }) => fetched)
      if (partitions.length > 0) return { partitions, failed, release: one.release, keep: one.keep }
      one.release()
    }
    return failed.length === 0 ? null : { partitions: [], failed, release: () => undefined, keep: () => undefined }
  }

  close(): void {
    if (this.#closing.signal.aborted) return
    const { reason } = this.#cluster.closing
    this.#failure ??= reason ?? new MillraceError('KAFKA_CLIENT_CLOSED', 'The fetcher was closed.')
    this.#closing.abort(this.#failure)
    this.#cluster.closeLane(this.#lane)
    for (const { release } of this.#ready.splice(0)) release()
    this.#wake()
  }

  #known(partition: TopicPartition): FetchPartition {
    const known = this.#partitions.get(nameOf(partition))
    assert(known !== undefined, `the partition ${nameOf(partition)} is not assigned`)
    return known
  }

  /** Sees to it that every partition is fetched from its leader. Several causes at once are looked after together. */
  #balance(): void {
    if (this.#balancing) return
    this.#balancing = true
    queueMicrotask(() => {
      this.#balancing = false
      if (this.#closing.signal.aborted) return
      const active = [...this.#partitions.values()].filter(({ state, isPaused }) => state === 'fetching' && !isPaused)
      for (const [leader, some] of groupedBy(active, (one) => this.#search.leaderOf(one)))
        if (leader === null) this.#search.look(some)
        else this.#fetchFrom(leader)
    })
  }

  #fetchFrom(nodeId: number): void {
    let fetch = this.#brokers.get(nodeId)
    if (fetch === undefined) {
      fetch = new BrokerFetch(nodeId, this.#cluster, this.#settings, this.#lane, this.#closing.signal, {
        room: () => this.#room(),
        partitions: () =>
          [...this.#partitions.values()].filter(
            (one) => one.state === 'fetching' && !one.isPaused && this.#search.leaderOf(one) === nodeId,
          ),
        isAssigned: (one) => this.#partitions.get(nameOf(one)) === one,
        fetched: (parts, frame) => this.#push(parts, frame),
        lookAgain: (some) => this.#search.look(some),
        failed: (one, error) => this.#fail(one, error),
      })
      this.#brokers.set(nodeId, fetch)
    }
    fetch.run().catch((error: unknown) => this.#failAll(error))
  }

  #push(parts: readonly FetchedPart[], frame: Frame): void {
    const sizeBytes = frame.bytes.buffer.byteLength
    this.#bufferedBytes += sizeBytes
    let held = true
    const settle = (give: () => void): void => {
      if (!held) return
      held = false
      this.#bufferedBytes -= sizeBytes
      give()
      for (const wake of this.#wakeFetchers.splice(0)) wake()
    }
    this.#ready.push({ parts, release: () => settle(frame.release), keep: () => settle(() => undefined) })
    this.#wake()
  }

  async #room(): Promise<void> {
    while (this.#bufferedBytes >= this.#settings.bufferBytesMax && !this.#closing.signal.aborted)
      await new Promise<void>((resolve) => this.#wakeFetchers.push(resolve))
  }

  #fail(partition: FetchPartition, error: MillraceError): void {
    const { topic, partition: index, offset } = partition
    partition.state = 'failed'
    this.#failed.push({ topic, partition: index, offset, error })
    this.#wake()
  }

  #failAll(error: unknown): void {
    if (this.#closing.signal.aborted) return
    assert(!isRetriable(error), `a failure that passes ends a fetcher: ${error}`)
    this.#failure ??= error
    this.close()
  }

  #wake(): void {
    this.#wakeReader?.()
    this.#wakeReader = null
    if (this.#closing.signal.aborted) for (const wake of this.#wakeFetchers.splice(0)) wake()
  }
}
