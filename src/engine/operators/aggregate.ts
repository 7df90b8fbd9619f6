/**
 * Groups by keys, windows among them: one state row per key. Complete gives all groups each epoch and forgets none; update gives those that changed; append
 * gives a group once, when the watermark has passed it. Groups below the watermark are forgotten in update and append mode.
 */
import type { StructType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { Batch } from '../../data/vector.ts'
import type { OutputMode } from '../../plan/contracts/sink.ts'
import type { AggregatePlan } from '../../plan/nodes/resolved-plan.ts'
import type { StateCommit, StateEntry, StateStore } from '../state/contract.ts'
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
  #changed = 0
  #removed = 0

  constructor(parts: AggregateParts) {
    this.#parts = parts
    this.id = parts.plan.id
  }

  begin(epoch: number, watermark: OperatorWatermark): void {
    this.#watermark = watermark
    this.#changed = 0
    this.#removed = 0
    this.#times.reset()
    this.late.reset()
    this.#parts.calls.begin(epoch)
  }

  push(batch: Batch, origin: Origin): void {
    const { calls, store, plan, mode, monotonicMs } = this.#parts
    const from = monotonicMs()
    const late = mode === 'complete' ? null : this.#watermark.late
    for (const row of calls.rows(batch, origin)) {
      const time = eventTimeOf(plan, row.key)
      if (late !== null && time !== null && time <= late) {
        this.late.add(batch, row.row)
        continue
      }
      store.put(row.key, calls.update(store.get(row.key) ?? calls.initial, row))
    }
    this.#times.updatesMs += monotonicMs() - from
  }

  finish(emit: Emit): void {
    const { plan, schema, mode, calls, store } = this.#parts
    // Without keys there is always one group, also over no rows.
    if (plan.keys.length === 0 && store.get([]) === undefined && mode !== 'append') store.put([], calls.initial)
    this.#changed = store.metrics.updatedRows
    const closed = this.#closed()
    const shown = mode === 'complete' ? store.entries() : mode === 'update' ? store.changed() : closed
    const rows: (readonly Datum[])[] = []
    for (const { key, value } of shown) rows.push([...key, ...calls.results(value)])
    for (const { key } of closed) store.remove(key)
    this.#removed = closed.length
    emitSorted(rows, schema, plan.keys.length, this.id, emit)
  }

  closesAt(evict: bigint): boolean {
    const { earliestExpiry } = this.#parts.store
    return earliestExpiry !== null && earliestExpiry <= evict
  }

  commit(epoch: number): Promise<StateCommit> {
    return this.#parts.store.commit(epoch)
  }

  rollback(): void {
    this.#parts.store.rollback()
  }

  get metrics(): StatefulOperator['metrics'] {
    return metricsOf('stateStoreSave', this.#parts.store, this.#changed, this.#removed, this.#times)
  }

  /** The groups that the watermark has passed; none in complete mode, where the store knows no times (see expiryOf). */
  #closed(): readonly StateEntry[] {
    const { evict } = this.#watermark
    if (evict === null) return []
    const from = this.#parts.monotonicMs()
    const closed = this.#parts.store.expired(evict)
    this.#times.removalsMs += this.#parts.monotonicMs() - from
    return closed
  }
}
