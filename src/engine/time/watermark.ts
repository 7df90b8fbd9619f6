/**
 * Watermarks: what a WithWatermark node knows of event time, partition by partition.
 *
 * Laws:
 * 1. A partition's value is the greatest event time seen in it, minus the delay. What an epoch sees counts from its end on, never within it.
 * 2. partitionMin: the node's value is the least value of the partitions that are not idle; a partition without any event time yet holds it where it is.
 *    sparkMax: the greatest value of all partitions.
 * 3. A partition is idle when it gave nothing and was caught up for `idleTimeoutMs`; decided between epochs. A bounded run never idles a partition.
 * 4. When all partitions are idle the value holds, or (closeOnIdle `wallClock`) goes on with the wall clock from the moment at which the last became idle.
 * 5. The node's value never decreases.
 */
import { isoTimestamp } from '../../data/calendar.ts'
import type { MillraceProgress } from '../../plan/contracts/backend.ts'
import { type Origin, originOrder } from '../operators/operator.ts'

export interface WatermarkPolicy {
  readonly policy: 'partitionMin' | 'sparkMax'
  /** Null: never. */
  readonly idleTimeoutMs: number | null
  readonly closeOnIdle: 'hold' | 'wallClock'
  readonly bounded: boolean
}
/** What the loop knows between epochs. */
export interface EpochEnd {
  readonly partitions: readonly Origin[]
  readonly caughtUp: readonly Origin[]
  /** Partitions that gave rows since the last time. */
  readonly active: ReadonlySet<string>
  /** Of a clock that nobody sets. */
  readonly nowMs: number
}

/** A tracker as the journal keeps it; µs as texts. */
export interface TrackerSnapshot {
  readonly value: string | null
  readonly partitions: readonly (readonly [source: string, partition: string, max: string | null])[]
}
interface Partition {
  readonly origin: Origin
  /** Greatest event time, µs. */
  max: bigint | null
  emptySinceMs: number | null
  idle: boolean
}

export class WatermarkTracker {
  readonly id: string
  readonly #delayMicros: bigint
  readonly #policy: WatermarkPolicy
  /** Sources whose partitions count, also before they give a row. */
  readonly #sources: ReadonlySet<string>
  readonly #partitions = new Map<string, Partition>()
  readonly #seen = new Map<string, { readonly origin: Origin; max: bigint }>()
  #value: bigint | null = null
  /** Where the wall clock takes over: when all became idle, and the value then. */
  #wallClock: { readonly sinceMs: number; readonly from: bigint } | null = null

  constructor(id: string, delayMicros: bigint, sources: Iterable<string>, policy: WatermarkPolicy) {
    this.id = id
    this.#delayMicros = delayMicros
    this.#sources = new Set(sources)
    this.#policy = policy
  }

  /** µs, or null before the first. */
  get value(): bigint | null {
    return this.#value
  }

  observe(origin: Origin, time: bigint): void {
    const key = originOrder(origin)
    const seen = this.#seen.get(key)
    if (seen === undefined) this.#seen.set(key, { origin, max: time })
    else if (time > seen.max) seen.max = time
  }

  /** Forgets what the epoch saw: it will be read again. */
  rollback(): void {
    this.#seen.clear()
  }

  /** The end of an epoch, or a look at the clock between epochs. */
  advance(end: EpochEnd): void {
    for (const [key, { origin, max }] of this.#seen) {
      const partition = this.#partition(key, origin)
      partition.max = partition.max === null || max > partition.max ? max : partition.max
    }
    this.#seen.clear()
    for (const origin of end.partitions) if (this.#sources.has(origin.source)) this.#partition(originOrder(origin), origin)
    const caughtUp = new Set(end.caughtUp.map(originOrder))
    for (const [key, partition] of this.#partitions) this.#decideIdle(partition, end.active.has(key), caughtUp.has(key), end.nowMs)
    this.#raise(this.#policy.policy === 'sparkMax' ? this.#greatest() : this.#least())
    this.#followWallClock(end.nowMs)
  }

  progress(): MillraceProgress['watermarks'][number] {
    const text = (value: bigint | null): string | null => (value === null ? null : isoTimestamp(value))
    return {
      id: this.id,
      value: text(this.#value),
      partitions: [...this.#partitions.values()].map(({ origin, max, idle }) => ({
        ...origin,
        value: text(max === null ? null : max - this.#delayMicros),
        idle,
      })),
    }
  }

  snapshot(): TrackerSnapshot {
    return {
      value: this.#value === null ? null : String(this.#value),
      partitions: [...this.#partitions.values()].map(({ origin, max }) => [
        origin.source,
        origin.partition,
        max === null ? null : String(max),
      ]),
    }
  }

  /** Idleness is not restored: a partition has to be silent for its time again. */
  restore({ value, partitions }: TrackerSnapshot): void {
    this.#value = value === null ? null : BigInt(value)
    for (const [source, partition, max] of partitions) {
      const origin = { source, partition }
      this.#partition(originOrder(origin), origin).max = max === null ? null : BigInt(max)
    }
  }

  #partition(key: string, origin: Origin): Partition {
    const known = this.#partitions.get(key)
    if (known !== undefined) return known
    const partition: Partition = { origin, max: null, emptySinceMs: null, idle: false }
    this.#partitions.set(key, partition)
    return partition
  }

  #decideIdle(partition: Partition, active: boolean, caughtUp: boolean, nowMs: number): void {
    const { idleTimeoutMs, bounded } = this.#policy
    if (active || !caughtUp) {
      partition.idle = false
      partition.emptySinceMs = caughtUp ? nowMs : null
      return
    }
    partition.emptySinceMs ??= nowMs
    partition.idle = !bounded && idleTimeoutMs !== null && nowMs - partition.emptySinceMs >= idleTimeoutMs
  }

  #least(): bigint | null {
    let least: bigint | null = null
    for (const { max, idle } of this.#partitions.values()) {
      if (idle) continue
      if (max === null) return null
      if (least === null || max < least) least = max
    }
    return least
  }

  #greatest(): bigint | null {
    let greatest: bigint | null = null
    for (const { max } of this.#partitions.values()) if (max !== null && (greatest === null || max > greatest)) greatest = max
    return greatest
  }

  #raise(eventTime: bigint | null): void {
    if (eventTime === null) return
    const value = eventTime - this.#delayMicros
    if (this.#value === null || value > this.#value) this.#value = value
  }

  #followWallClock(nowMs: number): void {
    const partitions = [...this.#partitions.values()]
    const allIdle = partitions.length > 0 && partitions.every((one) => one.idle)
    const greatest = this.#greatest()
    if (this.#policy.closeOnIdle === 'hold' || !allIdle || greatest === null) {
      this.#wallClock = null
      return
    }
    this.#wallClock ??= { sinceMs: nowMs, from: greatest }
    this.#raise(this.#wallClock.from + BigInt(Math.max(0, nowMs - this.#wallClock.sinceMs)) * 1000n)
  }
}
