/**
 * Groups with a session window: one state row per session, keyed by the other keys and the session's start. A row joins every session of its key that it
 * touches (time − last event ≤ gap, both ends inclusive, as in Spark), and these become one.
 *
 * The index from key to sessions lives in memory only; it is made again from the store when the operator opens. Its lists of starts are never changed but
 * replaced, so that the list of before the epoch is all that `rollback` needs.
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

type Starts = readonly bigint[]
const NO_STARTS: Starts = []

export class SessionAggregateOperator implements StatefulOperator {
  readonly id: string
  readonly late: LateCounter
  readonly #parts: SessionParts
  readonly #keyTypes: readonly DataType[]
  readonly #times = new OperatorTimes()
  /** The starts of each key's sessions, the earliest first. Keys without sessions are not in it. */
  readonly #starts = new Map<string, Starts>()
  /** The starts, before the epoch, of the keys that it touched. */
  readonly #before = new Map<string, Starts>()
  #watermark: OperatorWatermark = { late: null, evict: null }
  #changed = 0
  #removed = 0

  constructor(parts: SessionParts, late = new LateCounter()) {
    this.#parts = parts
    this.late = late
    this.id = parts.plan.id
    this.#keyTypes = parts.plan.keys.map((one) => one.type)
    for (const { key } of parts.store.entries()) {
      const text = this.#text(key.slice(0, -1))
      this.#set(text, inserted(this.#startsOf(text), key.at(-1) as bigint))
    }
    this.#before.clear()
  }

  begin(epoch: number, watermark: OperatorWatermark): void {
    this.#watermark = watermark
    this.#changed = 0
    this.#removed = 0
    this.#times.reset()
    this.late.reset()
    this.#parts.calls.begin(epoch)
  }

  /** Takes over in the middle of an epoch. */
  resume(watermark: OperatorWatermark): void {
    this.#watermark = watermark
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
    const closed = evict === null ? [] : store.expired(evict)
    const rows: (readonly Datum[])[] = []
    for (const { key, value } of mode === 'complete' ? store.entries() : closed) rows.push(this.#result(key, value))
    for (const { key } of closed) this.#remove(key)
    this.#removed = closed.length
    emitSorted(rows, schema, plan.keys.length + 1, this.id, emit)
  }

  closesAt(evict: bigint): boolean {
    const { earliestExpiry } = this.#parts.store
    return earliestExpiry !== null && earliestExpiry <= evict
  }

  async commit(epoch: number): Promise<StateCommit> {
    const commit = await this.#parts.store.commit(epoch)
    this.#before.clear()
    return commit
  }

  rollback(): void {
    this.#parts.store.rollback()
    for (const [text, starts] of this.#before) this.#set(text, starts)
    this.#before.clear()
  }

  get metrics(): StatefulOperator['metrics'] {
    return metricsOf('sessionWindowStateStoreSaveExec', this.#parts.store, this.#changed, this.#removed, this.#times)
  }

  #text(key: readonly Datum[]): string {
    return encodeKey(this.#keyTypes, key)
  }
  #startsOf(text: string): Starts {
    return this.#starts.get(text) ?? NO_STARTS
  }
  #set(text: string, starts: Starts): void {
    if (!this.#before.has(text)) this.#before.set(text, this.#startsOf(text))
    if (starts.length === 0) this.#starts.delete(text)
    else this.#starts.set(text, starts)
  }

  #add(row: GroupRow, time: bigint): void {
    const { calls, store, session } = this.#parts
    const text = this.#text(row.key)
    let starts = this.#startsOf(text)
    let [start, end] = [time, time + session.gapMicros]
    let state: readonly Datum[] = calls.update(calls.initial, row)
    for (const other of starts) {
      const value = store.get([...row.key, other]) ?? []
      const otherEnd = value[0] as bigint
      if (time > otherEnd || time + session.gapMicros < other) continue
      state = calls.merge(value.slice(1), state)
      if (other < start) start = other
      if (otherEnd > end) end = otherEnd
      store.remove([...row.key, other])
      starts = starts.filter((one) => one !== other)
    }
    store.put([...row.key, start], [end, ...state])
    this.#set(text, inserted(starts, start))
    this.#changed++
  }

  #remove(key: readonly Datum[]): void {
    const text = this.#text(key.slice(0, -1))
    this.#set(
      text,
      this.#startsOf(text).filter((one) => one !== key.at(-1)),
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

/** The starts with one more, in order. */
function inserted(starts: Starts, start: bigint): Starts {
  const at = starts.findIndex((one) => one > start)
  return at === -1 ? [...starts, start] : [...starts.slice(0, at), start, ...starts.slice(at)]
}
