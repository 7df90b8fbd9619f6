/** Records that are gone before they were read: where the partition goes on, and whether the query may. */
import { MillraceError } from '../../error.ts'
import type { TopicPartition } from '../../kafka/client/topic-partition.ts'
import type { SourceEvent } from '../../plan/contracts/source.ts'
import type { LogEnds } from './log-ends.ts'
import { nameOf } from './partition-name.ts'
import type { TopicWatch } from './topic-watch.ts'

export interface LossesOptions {
  /** Whether a loss fails the query. */
  readonly fail: boolean
  readonly watch: TopicWatch
  readonly ends: LogEnds
  readonly report: (event: SourceEvent) => void
}
/** The offset at which the partition goes on, null where there is no such partition any more. */
export interface Remedy {
  readonly next: number | null
  /** Offsets before the failure mean nothing any more: it is another topic, or its log was cut off. */
  readonly isReset: boolean
}

export class Losses {
  readonly #options: LossesOptions

  constructor(options: LossesOptions) {
    this.#options = options
  }

  /** What becomes of a partition that failed and is to be read from `offset`. Throws KAFKA_DATA_LOST, or the failure itself where nothing was lost. */
  async afterFailure(one: TopicPartition, offset: number, failure: MillraceError): Promise<Remedy> {
    const { watch, ends } = this.#options
    const name = nameOf(one)
    if (failure.code === 'KAFKA_OFFSET_OUT_OF_RANGE') {
      const earliest = (await ends.list([one], 'earliest')).get(name) ?? 0
      const latest = (await ends.list([one], 'latest')).get(name) ?? 0
      ends.forget(name)
      if (offset < earliest) return { next: this.#lost(one, `${earliest - offset} records`, offset, earliest), isReset: false }
      if (offset > latest) return { next: this.#lost(one, 'its last records', offset, latest), isReset: true }
      return { next: offset, isReset: false }
    }
    if (failure.code !== 'KAFKA_TOPIC_RECREATED' && failure.code !== 'KAFKA_UNKNOWN_TOPIC') throw failure
    await watch.look()
    if (!watch.has(name)) return this.ofDeleted(one, offset)
    return watch.isRecreated(one.topic) ? this.ofRecreated(one, offset) : { next: offset, isReset: false }
  }

  ofDeleted(one: TopicPartition, offset: number): Remedy {
    this.#lose(`The partition ${nameOf(one)} was read up to offset ${offset}, and is gone.`, { ...one, offset })
    return { next: null, isReset: true }
  }

  async ofRecreated(one: TopicPartition, offset: number): Promise<Remedy> {
    const earliest = (await this.#options.ends.list([one], 'earliest')).get(nameOf(one)) ?? 0
    this.#options.ends.forget(nameOf(one))
    this.#lose(
      `The topic '${one.topic}' was deleted and made anew: partition ${one.partition} was read up to offset ${offset}, and begins at ${earliest} again.`,
      { ...one, offset, earliest },
    )
    return { next: earliest, isReset: true }
  }

  #lost(one: TopicPartition, what: string, offset: number, next: number): number {
    this.#lose(
      `The partition ${nameOf(one)} has lost ${what}: offset ${offset} was to be read, and it ${offset < next ? 'begins' : 'ends'} at ${next}.`,
      {
        ...one,
        offset,
        [offset < next ? 'earliest' : 'latest']: next,
      },
    )
    return next
  }

  #lose(message: string, details: Readonly<Record<string, unknown>>): void {
    if (this.#options.fail) throw new MillraceError('KAFKA_DATA_LOST', message, { details })
    this.#options.report({ kind: 'skipped', message })
  }
}
