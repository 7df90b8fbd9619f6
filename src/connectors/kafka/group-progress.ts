/**
 * Offsets committed to a group for tools that show how far a query is. The query itself never reads them: a commit that fails is reported and tried with the next
 * one, and nothing waits for it.
 */
import type { Io } from '../../io/io.ts'
import type { KafkaClient } from '../../kafka/client/client.ts'
import type { SourceEvent, SourceOffset } from '../../plan/contracts/source.ts'
import { offsetIn, partitionOf } from './partition-name.ts'

/** As Kafka's own consumers do. */
const INTERVAL_MS = 5_000
const LAST_MS_MAX = 2_000

export interface GroupProgressOptions {
  /** Null: nothing is committed. */
  readonly groupId: string | null
  readonly client: Pick<KafkaClient, 'commitOffsets'>
  readonly clock: Io['clock']
  readonly report: (event: SourceEvent) => void
}

export class GroupProgress {
  readonly #options: GroupProgressOptions
  #pending: SourceOffset | null = null
  #running: Promise<void> | null = null
  #committedAtMs = Number.NEGATIVE_INFINITY
  #isFailing = false

  constructor(options: GroupProgressOptions) {
    this.#options = options
  }

  commit(end: SourceOffset): void {
    const { groupId, clock } = this.#options
    if (groupId === null) return
    this.#pending = end
    if (this.#running === null && clock.monotonicMs() - this.#committedAtMs >= INTERVAL_MS) void this.#send()
  }

  /** Sends what is left, without waiting long. */
  async close(): Promise<void> {
    await this.#running
    if (this.#pending !== null) await this.#send()
  }

  #send(): Promise<void> {
    const running = this.#run().finally(() => {
      this.#running = null
    })
    this.#running = running
    return running
  }

  async #run(): Promise<void> {
    const { groupId, client, clock, report } = this.#options
    const end = this.#pending
    if (groupId === null || end === null) return
    this.#pending = null
    this.#committedAtMs = clock.monotonicMs()
    const offsets = Object.keys(end).map((name) => ({ ...partitionOf(name), offset: offsetIn(end, name) ?? 0 }))
    try {
      if (offsets.length > 0) await client.commitOffsets(groupId, offsets, { timeoutMs: LAST_MS_MAX })
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing)
        report({ kind: 'warning', message: `Offsets could not be committed to the group '${groupId}': ${String(error)}` })
      this.#isFailing = true
    }
  }
}
