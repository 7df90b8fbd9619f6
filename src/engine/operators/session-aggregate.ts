/**
 * Groups with a session window: one state row per session, keyed by the other keys and the session's start. A row joins every session of its key that it
 * touches (time − last event ≤ gap, both ends inclusive, as in Spark), and these become one.
 *
 * The index from key to sessions lives in memory only; it is made again from the store when the operator opens.
 */
import { type DataType, timestampType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { encodeKey } from '../../data/key-codec.ts'
import type { Batch } from '../../data/vector.ts'
import type { SessionSpec } from '../../plan/nodes/resolved-plan.ts'
import type { StateCommit } from '../state/contract.ts'
import type { AggregateParts } from './aggregate.ts'
import { emitSorted, metricsOf, OperatorTimes } from './aggregate-output.ts'
import { type GroupRow, LateCounter } from './groups.ts'
import type { Emit, OperatorWatermark, Origin, StatefulOperator } from './operator.ts'

export type SessionParts = AggregateParts & { readonly session: SessionSpec }

/** The state of a session: its end, then the aggregates'. Its key: the keys, then its start. */
export const sessionStateTypes = (stateTypes: readonly DataType[]): readonly DataType[] => [timestampType, ...stateTypes]

export class SessionAggregateOperator implements StatefulOperator {
  readonly id: string
  readonly late = new LateCounter()
  readonly #parts: SessionParts
  readonly #times = new OperatorTimes()
  /** The starts of each key's sessions. */
  readonly #starts = new Map<string, { readonly key: readonly Datum[]; readonly starts: Set<bigint> }>()
  #watermark: OperatorWatermark = { late: null, evict: null }
  #changed = 0
  #removed = 0

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.id = parts.plan.id
    this.#index()
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
    const { calls, session, mode, monotonicMs } = this.#parts
    const from = monotonicMs()
    const late = mode === 'complete' || this.#parts.plan.eventTime === null ? null : this.#watermark.late
    for (const row of calls.rows(batch, origin)) {
      const time = row.time as bigint | null
      if (time === null) continue
      if (late !== null && time + session.gapMicros <= late) this.late.add(batch, row.row)
      else this.#add(row, time)
    }
    this.#times.updatesMs += monotonicMs() - from
  }

  finish(emit: Emit): void {
    const { plan, schema, mode, store } = this.#parts
    const { evict } = this.#watermark
    const closed: (readonly Datum[])[] = []
    const rows: (readonly Datum[])[] = []
    for (const { key, value } of store.entries()) {
      const isClosed = mode !== 'complete' && plan.eventTime !== null && evict !== null && (value[0] as bigint) <= evict
      if (isClosed) closed.push(key)
      if (isClosed || mode === 'complete') rows.push(this.#result(key, value))
    }
    for (const key of closed) this.#remove(key)
    this.#removed = closed.length
    emitSorted(rows, schema, plan.keys.length + 1, this.id, emit)
  }

  closesAt(evict: bigint): boolean {
    const { mode, plan, store } = this.#parts
    if (mode === 'complete' || plan.eventTime === null) return false
    for (const { value } of store.entries()) if ((value[0] as bigint) <= evict) return true
    return false
  }

  commit(epoch: number): Promise<StateCommit> {
    return this.#parts.store.commit(epoch)
  }

  rollback(): void {
    this.#parts.store.rollback()
    this.#index()
  }

  get metrics(): StatefulOperator['metrics'] {
    return metricsOf('sessionWindowStateStoreSaveExec', this.#parts.store, this.#changed, this.#removed, this.#times)
  }

  #index(): void {
    this.#starts.clear()
    for (const { key } of this.#parts.store.entries()) this.#sessionsOf(key.slice(0, -1)).add(key.at(-1) as bigint)
  }

  #sessionsOf(key: readonly Datum[]): Set<bigint> {
    const text = encodeKey(
      this.#parts.plan.keys.map((one) => one.type),
      key,
    )
    let known = this.#starts.get(text)
    if (known === undefined) {
      known = { key, starts: new Set() }
      this.#starts.set(text, known)
    }
    return known.starts
  }

  #add(row: GroupRow, time: bigint): void {
    const { calls, store, session } = this.#parts
    const starts = this.#sessionsOf(row.key)
    let [start, end] = [time, time + session.gapMicros]
    let state: readonly Datum[] = calls.update(calls.initial, row)
    for (const other of [...starts].sort((a, b) => (a < b ? -1 : 1))) {
      const value = store.get([...row.key, other]) ?? []
      const otherEnd = value[0] as bigint
      if (time > otherEnd || time + session.gapMicros < other) continue
      state = calls.merge(value.slice(1), state)
      if (other < start) start = other
      if (otherEnd > end) end = otherEnd
      store.remove([...row.key, other])
      starts.delete(other)
    }
    store.put([...row.key, start], [end, ...state])
    starts.add(start)
    this.#changed++
  }

  #remove(key: readonly Datum[]): void {
    const own = key.slice(0, -1)
    const starts = this.#sessionsOf(own)
    starts.delete(key.at(-1) as bigint)
    if (starts.size === 0)
      this.#starts.delete(
        encodeKey(
          this.#parts.plan.keys.map((one) => one.type),
          own,
        ),
      )
    this.#parts.store.remove(key)
  }

  #result(key: readonly Datum[], value: readonly Datum[]): readonly Datum[] {
    const { session, calls } = this.#parts
    const window: Datum = [key.at(-1) ?? null, value[0] ?? null]
    const keys = key.slice(0, -1)
    return [...keys.slice(0, session.position), window, ...keys.slice(session.position), ...calls.results(value.slice(1))]
  }
}
