/**
 * How far the source could be read now. A partition whose position means nothing any more is set to another one by an epoch of its own, which reads nothing of it:
 * so every range that is in the journal can be read as it says. Partitions that are found while the query runs begin in the same way, at their first record.
 */
import type { TopicPartition } from '../../kafka/client/topic-partition.ts'
import type { ReadLimit, SourceLatest, SourceOffset } from '../../plan/contracts/source.ts'
import type { LogEnds } from './log-ends.ts'
import type { Losses, Remedy } from './losses.ts'
import { type PartitionBacklog, plannedEnds } from './offset-planning.ts'
import { byName, nameOf, offsetIn, partitionOf } from './partition-name.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { Prefetch } from './prefetch.ts'
import type { TopicWatch } from './topic-watch.ts'

export interface PlannerParts {
  readonly watch: TopicWatch
  readonly prefetch: Prefetch
  readonly ends: LogEnds
  readonly losses: Losses
  readonly maxOffsets: number | null
}
export interface PartitionLag {
  readonly name: string
  readonly offsets: number
  readonly bytes: number
}

/** Offsets of a partition of which nothing was fetched yet: what they take is not known. */
const FIRST_OFFSETS = 1_000
const BYTES_PER_OFFSET_UNKNOWN = 1_024

interface Standing {
  readonly queue: PartitionQueue
  readonly start: number
}

export class Planner {
  readonly #parts: PlannerParts
  /** What partitions are set to, until that is committed. */
  readonly #resets = new Map<string, number>()
  #bound: ReadonlyMap<string, number> | null = null
  lags: readonly PartitionLag[] = []

  constructor(parts: PlannerParts) {
    this.#parts = parts
  }

  /** From now on nothing is planned beyond what is there now. */
  async boundNow(): Promise<void> {
    const { watch, ends } = this.#parts
    watch.close()
    await watch.look()
    this.#bound = await ends.list(watch.partitions, 'latest')
  }

  async plan(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest> {
    const { prefetch, ends } = this.#parts
    prefetch.throwIfFailed()
    const set = new Map<string, number>()
    const standing: Standing[] = []
    for (const name of Object.keys(start).sort(byName)) {
      const found = await this.#stand(name, offsetIn(start, name) ?? 0)
      if (typeof found === 'number') set.set(name, found)
      else if (found !== null) standing.push(found)
    }
    for (const [name, offset] of await ends.list(this.#found(start), 'earliest')) set.set(name, offset)
    await this.#askEnds(standing, limit)
    const backlogs = standing.map((one) => this.#backlog(one, limit))
    const planned = plannedEnds(backlogs, { maxBytes: limit.maxBytes, maxOffsets: this.#parts.maxOffsets, all: limit.all ?? false })
    const known = new Map(standing.map((one) => [one.queue.name, this.#available(one)]))
    const end: Record<string, number> = Object.fromEntries([...planned, ...set])
    this.lags = backlogs.map(({ name, bytesPerOffset }) => {
      const offsets = (known.get(name) ?? 0) - (end[name] ?? 0)
      return { name, offsets, bytes: Math.round(offsets * bytesPerOffset) }
    })
    return {
      end,
      caughtUp: standing
        .filter(({ queue }) => end[queue.name] === known.get(queue.name) && this.#isAtEnd(queue, end))
        .map(({ queue }) => queue.name),
      latest: Object.fromEntries([...known, ...set]),
    }
  }

  /** What a commit of positions means for partitions that were set anew. */
  async committed(end: SourceOffset): Promise<void> {
    const done = [...this.#resets].filter(([name, offset]) => offsetIn(end, name) === offset).map(([name]) => name)
    if (done.length === 0) return
    for (const name of done) this.#resets.delete(name)
    await this.#parts.watch.adopt(new Set(done.map((name) => partitionOf(name).topic)))
  }

  /** The partition at its position; or the offset that it has to be set to; or null where there is none any more. */
  async #stand(name: string, start: number): Promise<Standing | number | null> {
    const { watch, prefetch, losses } = this.#parts
    const one = partitionOf(name)
    const isSet = this.#resets.get(name) === start
    if (!watch.has(name)) return this.#follow(name, start, losses.ofDeleted(one, start))
    if (!isSet && watch.isRecreated(one.topic)) return this.#follow(name, start, await losses.ofRecreated(one, start))
    const queue = prefetch.at(one, start)
    if (queue.failure === null) return { queue, start }
    return this.#follow(name, start, await losses.afterFailure(one, start, queue.failure))
  }

  #follow(name: string, start: number, { next, isReset }: Remedy): Standing | number | null {
    const { prefetch } = this.#parts
    if (next === null || isReset) prefetch.remove(name)
    if (next === null) return null
    if (isReset) this.#resets.set(name, next)
    if (isReset) return next
    const queue = prefetch.at(partitionOf(name), start)
    prefetch.restart(queue, next, start)
    return next === start ? { queue, start } : next
  }

  /** Partitions that have no position yet. */
  #found(start: SourceOffset): readonly TopicPartition[] {
    const isNew = (name: string): boolean => !Object.hasOwn(start, name) && (this.#bound?.has(name) ?? true)
    return this.#parts.watch.partitions.filter((one) => isNew(nameOf(one)))
  }

  /** Where fetches have not told, or tell of nothing more, the brokers are asked: "nothing" has to be true now. */
  async #askEnds(standing: readonly Standing[], { all }: ReadLimit): Promise<void> {
    const { prefetch, ends } = this.#parts
    const unknown = standing.filter(({ queue }) => ends.of(queue.name, prefetch.position(queue)) === null)
    const hasMore = standing.some((one) => this.#available(one) > one.start)
    const asked = unknown.length > 0 ? unknown : hasMore && all !== true ? [] : standing
    if (asked.length > 0)
      await ends.ask(
        asked.map(({ queue }) => queue),
        { mustAnswer: all === true },
      )
  }

  #available({ queue, start }: Standing): number {
    const { ends, prefetch } = this.#parts
    const end = ends.of(queue.name, prefetch.position(queue)) ?? start
    return Math.max(start, Math.min(end, this.#bound === null ? end : (this.#bound.get(queue.name) ?? start)))
  }

  #backlog(one: Standing, { all }: ReadLimit): PartitionBacklog {
    const { queue, start } = one
    const available = this.#available(one)
    const isUnknown = queue.bytesPerOffset === null && all !== true
    return {
      name: queue.name,
      start,
      available: isUnknown ? Math.min(available, start + FIRST_OFFSETS) : available,
      bytesPerOffset: queue.bytesPerOffset ?? BYTES_PER_OFFSET_UNKNOWN,
    }
  }

  /** Whether a fetch found the log to end there; an open transaction beyond is something that is known of. */
  #isAtEnd(queue: PartitionQueue, end: Readonly<Record<string, number>>): boolean {
    return this.#parts.prefetch.position(queue).highWatermark === end[queue.name]
  }
}
