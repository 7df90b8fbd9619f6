/**
 * Groups by keys, windows among them: one state row per key. Complete gives all groups each epoch and forgets none; update gives those that changed; append
 * gives a group once, when the watermark has passed it. Groups below the watermark are forgotten in update and append mode.
 */
import type { StructType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { encodeKey } from '../../data/key-codec.ts'
import type { Batch } from '../../data/vector.ts'
import type { OutputMode } from '../../plan/contracts/sink.ts'
import type { AggregatePlan } from '../../plan/nodes/resolved-plan.ts'
import type { StateCommit, StateStore } from '../state/contract.ts'
import { emitSorted, eventTimeOf, metricsOf, OperatorTimes } from './aggregate-output.ts'
import { type AggregateCalls, LateCounter } from './groups.ts'
import type { Emit, OperatorWatermark, Origin, StatefulOperator } from './operator.ts'

export interface AggregateParts {
  readonly plan: AggregatePlan
  readonly schema: StructType
  readonly mode: OutputMode
  readonly calls: AggregateCalls
  readonly store: StateStore
  readonly monotonicMs: () => number
}

export class AggregateOperator implements StatefulOperator {
  readonly id: string
  readonly late = new LateCounter()
  readonly #parts: AggregateParts
  readonly #times = new OperatorTimes()
  #watermark: OperatorWatermark = { late: null, evict: null }
  /** Keys that the epoch changed. */
  #changed = new Map<string, readonly Datum[]>()
  #removed = 0
  /** No group expires before it: a lower bound, exact after each scan of the groups. Null: there is none that can. */
  #earliest: bigint | null = null

  constructor(parts: AggregateParts) {
    this.#parts = parts
    this.id = parts.plan.id
    for (const { key } of parts.store.entries()) this.#mayExpireAt(eventTimeOf(parts.plan, key))
  }

  begin(epoch: number, watermark: OperatorWatermark): void {
    this.#watermark = watermark
    this.#changed = new Map()
    this.#removed = 0
    this.#times.reset()
    this.late.reset()
    this.#parts.calls.begin(epoch)
  }

  push(batch: Batch, origin: Origin): void {
    const { calls, store, plan, mode, monotonicMs } = this.#parts
    const from = monotonicMs()
    const late = mode === 'complete' ? null : this.#watermark.late
    const keyTypes = plan.keys.map((key) => key.type)
    for (const row of calls.rows(batch, origin)) {
      const time = eventTimeOf(plan, row.key)
      if (late !== null && time !== null && time <= late) {
        this.late.add(batch, row.row)
        continue
      }
      this.#mayExpireAt(time)
      store.put(row.key, calls.update(store.get(row.key) ?? calls.initial, row))
      this.#changed.set(encodeKey(keyTypes, row.key), row.key)
    }
    this.#times.updatesMs += monotonicMs() - from
  }

  finish(emit: Emit): void {
    const { plan, schema, mode, calls, store } = this.#parts
    // Without keys there is always one group, also over no rows.
    if (plan.keys.length === 0 && store.get([]) === undefined && mode !== 'append') {
      store.put([], calls.initial)
      this.#changed.set('', [])
    }
    const rows: (readonly Datum[])[] = []
    const add = (key: readonly Datum[]): number => rows.push([...key, ...calls.results(store.get(key) ?? calls.initial)])
    if (mode === 'complete') for (const { key } of store.entries()) add(key)
    else if (mode === 'update') for (const key of this.#changed.values()) add(key)
    const closed = mode === 'complete' ? [] : this.#closed()
    if (mode === 'append') closed.forEach(add)
    for (const key of closed) store.remove(key)
    this.#removed = closed.length
    emitSorted(rows, schema, plan.keys.length, this.id, emit)
  }

  closesAt(evict: bigint): boolean {
    return this.#parts.mode !== 'complete' && this.#earliest !== null && this.#earliest <= evict
  }

  commit(epoch: number): Promise<StateCommit> {
    return this.#parts.store.commit(epoch)
  }

  rollback(): void {
    this.#parts.store.rollback()
  }

  get metrics(): StatefulOperator['metrics'] {
    return metricsOf('stateStoreSave', this.#parts.store, this.#changed.size, this.#removed, this.#times)
  }

  #mayExpireAt(time: bigint | null): void {
    if (time !== null && (this.#earliest === null || time < this.#earliest)) this.#earliest = time
  }

  /** The keys of groups that the watermark has passed. */
  #closed(): (readonly Datum[])[] {
    const { evict } = this.#watermark
    if (evict === null || !this.closesAt(evict)) return []
    const from = this.#parts.monotonicMs()
    const closed: (readonly Datum[])[] = []
    this.#earliest = null
    for (const { key } of this.#parts.store.entries()) {
      const time = eventTimeOf(this.#parts.plan, key)
      if (time !== null && time <= evict) closed.push(key)
      else this.#mayExpireAt(time)
    }
    this.#times.removalsMs += this.#parts.monotonicMs() - from
    return closed
  }
}
