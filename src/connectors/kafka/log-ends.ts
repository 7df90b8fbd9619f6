/**
 * What is known of the ends of partitions: from the last fetch, or asked for where that does not tell. For readers of committed records the end is where the first
 * open transaction begins.
 */
import { isRetriable } from '../../kafka/client/failure.ts'
import type { FetchPosition } from '../../kafka/client/fetch/fetch-partition.ts'
import type { Isolation, OffsetQuestion } from '../../kafka/client/offsets.ts'
import type { TopicPartition } from '../../kafka/client/topic-partition.ts'
import type { SourceEvent } from '../../plan/contracts/source.ts'
import type { KafkaAccess } from './kafka-access.ts'
import { nameOf } from './partition-name.ts'

export class LogEnds {
  readonly #client: Pick<KafkaAccess, 'listOffsets'>
  readonly #isolation: Isolation
  readonly #signal: AbortSignal
  readonly #report: (event: SourceEvent) => void
  readonly #asked = new Map<string, number>()

  constructor(
    client: Pick<KafkaAccess, 'listOffsets'>,
    options: { readonly isolation: Isolation; readonly signal: AbortSignal; readonly report: (event: SourceEvent) => void },
  ) {
    this.#client = client
    this.#isolation = options.isolation
    this.#signal = options.signal
    this.#report = options.report
  }

  /** Null where nothing is known yet. */
  of(name: string, { highWatermark, lastStableOffset }: FetchPosition): number | null {
    const fetched = this.#isolation === 'read_committed' ? lastStableOffset : highWatermark
    const asked = this.#asked.get(name) ?? -1
    return Math.max(fetched, asked) < 0 ? null : Math.max(fetched, asked)
  }

  forget(name: string): void {
    this.#asked.delete(name)
  }

  /** Asks for the ends now. Where no broker answers at present, that is reported, and what is known stays. */
  async ask(partitions: readonly TopicPartition[], { mustAnswer }: { readonly mustAnswer: boolean }): Promise<void> {
    try {
      for (const [name, offset] of await this.list(partitions, 'latest')) this.#asked.set(name, offset)
    } catch (error) {
      if (mustAnswer || !isRetriable(error) || this.#signal.aborted) throw error
      this.#report({ kind: 'retrying', message: error.message })
    }
  }

  async list(partitions: readonly TopicPartition[], at: 'earliest' | 'latest'): Promise<ReadonlyMap<string, number>> {
    if (partitions.length === 0) return new Map()
    const questions = partitions.map(({ topic, partition }): OffsetQuestion => ({ topic, partition, at }))
    const found = await this.#client.listOffsets(questions, { isolation: this.#isolation, signal: this.#signal })
    return new Map(found.map((one) => [nameOf(one), one.offset ?? 0]))
  }
}
