/**
 * Groups with a session window like SessionAggregateOperator (../session-aggregate.ts), which is its oracle, but by columns. The state is the same, so either
 * can go on from the other's. Times that numbers cannot hold hand the operator over to the oracle, for good.
 */
import type { Batch, LongVector } from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'
import type { ContextSource, Executor } from '../../compile/executor.ts'
import type { StateCommit } from '../../state/contract.ts'
import type { LongColumn } from '../../state/long-column.ts'
import type { StateColumn } from '../../state/state-column.ts'
import type { StateTable } from '../../state/state-table.ts'
import { metricsOf, OperatorTimes } from '../aggregate-output.ts'
import { LateCounter } from '../groups.ts'
import type { Emit, OperatorWatermark, Origin, StatefulOperator } from '../operator.ts'
import { SessionAggregateOperator, type SessionParts } from '../session-aggregate.ts'
import { ColumnArguments } from './column-arguments.ts'
import { emitRows, type OutputKey, type OutputParts } from './column-output.ts'
import { GroupRows } from './group-rows.ts'
import { laneAggregates } from './lane-aggregates.ts'
import { type SessionCallbacks, SessionRows } from './session-rows.ts'

export type ColumnSessionParts = SessionParts & {
  readonly store: SessionParts['store'] & StateTable
  readonly executor: Executor
  readonly context: ContextSource
}

export class ColumnSessionOperator implements StatefulOperator {
  readonly id: string
  readonly late = new LateCounter()
  readonly #parts: ColumnSessionParts
  readonly #arguments: ColumnArguments
  readonly #output: OutputParts
  readonly #times = new OperatorTimes()
  readonly #sessions: SessionRows
  /** Where it was handed over. */
  #oracle: SessionAggregateOperator | null = null
  #watermark: OperatorWatermark = { late: null, evict: null }
  #changed = 0
  #removed = 0

  constructor(parts: ColumnSessionParts) {
    const { plan, schema, calls, store, session, executor, context } = parts
    this.#parts = parts
    this.id = plan.id
    const aggregates = laneAggregates(plan, calls, store.valueColumns, 1)
    this.#arguments = new ColumnArguments(plan, [...plan.keys, session.time], aggregates, calls, executor, context)
    const keys: OutputKey[] = store.keyColumns.slice(0, -1)
    keys.splice(session.position, 0, { start: store.keyColumns.at(-1) as StateColumn, end: store.valueColumns[0] as StateColumn })
    // Two sessions of a key never have one start, so an end that is the last of the keys decides nothing.
    const implied = session.position === plan.keys.length ? [store.valueColumns[0] as StateColumn] : []
    this.#output = { schema, id: this.id, keys, implied, aggregates }
    this.#sessions = new SessionRows(new GroupRows(store, aggregates), session.gapMicros)
    if (hasFarTimes(store)) this.#oracle = new SessionAggregateOperator(parts, this.late)
  }

  begin(epoch: number, watermark: OperatorWatermark): void {
    this.#watermark = watermark
    this.#changed = 0
    this.#removed = 0
    this.#times.reset()
    if (this.#oracle !== null) {
      this.#oracle.begin(epoch, watermark)
      return
    }
    this.late.reset()
    this.#parts.calls.begin(epoch)
    this.#sessions.begin()
  }

  push(batch: Batch, origin: Origin): void {
    if (this.#oracle !== null) {
      this.#oracle.push(batch, origin)
      return
    }
    const from = this.#parts.monotonicMs()
    const time = this.#parts.executor.projection([this.#parts.session.time], this.#parts.context)(batch)[0] as LongVector
    if (this.#fits(time)) this.#push(batch, origin)
    else this.#handOver().push(batch, origin)
    this.#times.updatesMs += this.#parts.monotonicMs() - from
  }

  finish(emit: Emit): void {
    if (this.#oracle !== null) {
      this.#oracle.finish(emit)
      return
    }
    const { mode, store } = this.#parts
    const { evict } = this.#watermark
    this.#sessions.settle()
    const closed = evict === null ? new Int32Array(0) : store.expiredRows(evict)
    emitRows(mode === 'complete' ? store.rows() : closed, this.#output, emit)
    this.#sessions.remove(closed)
    this.#removed = closed.length
  }

  closesAt(evict: bigint): boolean {
    const { earliestExpiry } = this.#parts.store
    return earliestExpiry !== null && earliestExpiry <= evict
  }

  async commit(epoch: number): Promise<StateCommit> {
    if (this.#oracle !== null) return this.#oracle.commit(epoch)
    this.#sessions.publish()
    const commit = await this.#parts.store.commit(epoch)
    this.#sessions.published()
    return commit
  }

  rollback(): void {
    const { store } = this.#parts
    if (this.#oracle === null) {
      this.#sessions.rollback(() => store.rollback())
      return
    }
    store.rollback()
    // The oracle may have begun in the middle of the epoch, so it is made anew.
    this.#oracle = new SessionAggregateOperator(this.#parts, this.late)
  }

  get metrics(): StatefulOperator['metrics'] {
    if (this.#oracle !== null) {
      const { metrics } = this.#oracle
      return { ...metrics, rowsUpdated: metrics.rowsUpdated + this.#changed }
    }
    return metricsOf('sessionWindowStateStoreSaveExec', this.#parts.store, this.#changed, this.#removed, this.#times)
  }

  #fits(time: LongVector): boolean {
    const { values, validity } = time
    return values instanceof Float64Array && this.#sessions.fits(values, (row) => isValid(validity, row))
  }

  #push(batch: Batch, origin: Origin): void {
    const { mode, plan, calls, store } = this.#parts
    const vectors = this.#arguments.open(batch, origin)
    const { values, validity } = vectors[plan.keys.length] as LongVector
    const lateUpTo = mode === 'complete' || plan.eventTime === null ? null : this.#watermark.late
    const callbacks: SessionCallbacks = {
      onLate: (row) => this.late.add(batch, row),
      fold: (entries) => {
        this.#changed += entries.count
        this.#arguments.update(entries)
      },
      merge: (other, into) => {
        const [, ...columns] = store.valueColumns
        const state = (row: number) => columns.map((one) => one.get(row))
        const merged = calls.merge(state(other), state(into))
        // What can be refused comes before what changes something.
        for (const [index, column] of columns.entries()) column.reserve(merged[index] ?? null)
        for (const [index, column] of columns.entries()) column.set(into, merged[index] ?? null)
      },
    }
    const isPresent = validity === null ? null : (row: number) => isValid(validity, row)
    callbacks.fold(this.#sessions.map(vectors, values as Float64Array, isPresent, lateUpTo, callbacks))
  }

  #handOver(): SessionAggregateOperator {
    this.#sessions.settle()
    this.#oracle = new SessionAggregateOperator(this.#parts, this.late)
    this.#oracle.resume(this.#watermark)
    return this.#oracle
  }
}

function hasFarTimes(store: StateTable): boolean {
  const columns = [store.keyColumns.at(-1) as LongColumn, store.valueColumns[0] as LongColumn]
  if (columns.every((one) => one.wide === null)) return false
  return store.rows().some((row) => columns.some((one) => typeof one.numberAt(row) === 'bigint'))
}
