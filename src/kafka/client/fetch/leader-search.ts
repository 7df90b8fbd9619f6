/**
 * Finds out who leads partitions whose leader is not known, or was asked and is not it. Each of them waits for its own time and then asks for news, which many
 * do together; a topic that stays unknown, or that is another one by now, makes its partitions fail.
 */
import { MillraceError } from '../../../error.ts'
import type { Cluster } from '../cluster.ts'
import { brokerFailure, isRetriable } from '../failure.ts'
import type { FetchPartition } from './fetch-partition.ts'

export interface LeaderSearchListener {
  found(): void
  failed(partition: FetchPartition, error: MillraceError): void
  failedForAll(error: unknown): void
}

/** A deleted topic stays away; one that is just created, or whose news is old, is known soon. */
const UNKNOWN_MS_MAX = 10_000

export class LeaderSearch {
  readonly #cluster: Cluster
  readonly #signal: AbortSignal
  readonly #listener: LeaderSearchListener

  constructor(cluster: Cluster, signal: AbortSignal, listener: LeaderSearchListener) {
    this.#cluster = cluster
    this.#signal = signal
    this.#listener = listener
  }

  /** From what is known now; null if that is nobody. */
  leaderOf(one: FetchPartition): number | null {
    const { topology } = this.#cluster
    const id = topology.topic(one.topic)?.id ?? null
    one.topicId ??= id
    return one.topicId === id ? (topology.leaderOf(one.topic, one.partition)?.leaderId ?? null) : null
  }

  look(partitions: readonly FetchPartition[]): void {
    for (const one of partitions) {
      if (one.state !== 'fetching') continue
      one.state = 'looking'
      this.#look(one, one.generation).catch((error: unknown) => {
        if (!this.#signal.aborted) this.#listener.failedForAll(error)
      })
    }
  }

  async #look(one: FetchPartition, generation: number): Promise<void> {
    const { clock } = this.#cluster.io
    for (let isFirst = this.#cluster.topology.topic(one.topic) === null; ; isFirst = false) {
      // What was never asked for is asked for at once.
      if (!isFirst) await one.backoff.wait(this.#signal)
      try {
        await this.#cluster.refresh([one.topic])
      } catch (error) {
        if (!isRetriable(error)) throw error
        continue
      }
      if (one.generation !== generation) return
      const problem = this.#problemOf(one)
      if (problem === null) {
        one.unknownSinceMs = null
        if (this.leaderOf(one) === null) continue
        one.state = 'fetching'
        return this.#listener.found()
      }
      one.unknownSinceMs ??= clock.monotonicMs()
      if (!isRetriable(problem) || clock.monotonicMs() - one.unknownSinceMs > UNKNOWN_MS_MAX) return this.#listener.failed(one, problem)
    }
  }

  #problemOf(one: FetchPartition): MillraceError | null {
    const { topology } = this.#cluster
    const { topic, partition } = one
    const details = { topic, partition }
    const code = topology.errorOf(topic)
    const info = topology.topic(topic)
    if (code !== 0 || info === null) return brokerFailure(code, `say who leads ${topic}, partition ${partition}`, { details })
    if (one.topicId !== null && info.id !== one.topicId)
      return new MillraceError(
        'KAFKA_TOPIC_RECREATED',
        `The topic '${topic}' is another one than before: it was deleted and created again.`,
        {
          details: { ...details, formerId: one.topicId, id: info.id },
        },
      )
    if (info.partitions[partition] === undefined) return brokerFailure(3, `say who leads ${topic}, partition ${partition}`, { details })
    return null
  }
}
