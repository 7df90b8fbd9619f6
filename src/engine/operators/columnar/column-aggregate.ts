/**
 * Groups by keys like AggregateOperator (../aggregate.ts), which is its oracle, but by columns: keys become rows of the state table through a cache, aggregates
 * fold lanes into its columns, results are gathered from them. State and output are the same to the last bit, so either can go on from the other's state.
 *
 * Where the input assigns windows and nothing but the key looks at them, this operator takes the input of before and makes the windows itself.
 */
import type { StructType } from '../../../data/data-type.ts'
import type { Batch, LongVector, StructVector, Vector } from '../../../data/vector.ts'
import { takeRows, takeVector } from '../../../data/vector-builder.ts'
import { isValid } from '../../../data/vector-reader.ts'
import type { AssignWindowsPlan } from '../../../plan/nodes/resolved-plan.ts'
import type { ContextSource, Executor } from '../../compile/executor.ts'
import type { StateCommit } from '../../state/contract.ts'
import { NO_ROW, type StateTable } from '../../state/state-table.ts'
import type { AggregateParts } from '../aggregate.ts'
import { metricsOf, OperatorTimes } from '../aggregate-output.ts'
import { assignWindows } from '../assign-windows.ts'
import { LateCounter } from '../groups.ts'
import type { Emit, OperatorWatermark, Origin, StageOperator, StatefulOperator } from '../operator.ts'
import { ColumnArguments } from './column-arguments.ts'
import { emitRows, type OutputParts } from './column-output.ts'
import { GroupRows } from './group-rows.ts'
import { KeyRows } from './key-rows.ts'
import { type LaneAggregate, laneAggregates } from './lane-aggregates.ts'
import { timeLane, timelyRows } from './late-rows.ts'
import type { WindowTable } from './window-panes.ts'
import { WindowRows } from './window-rows.ts'

export type ColumnAggregateParts = AggregateParts & {
  readonly store: AggregateParts['store'] & StateTable
  readonly executor: Executor
  readonly context: ContextSource
  /** The windows that the operator makes itself, and the schema of a row with its window. */
  readonly windows: { readonly plan: AssignWindowsPlan; readonly schema: StructType } | null
}

export class ColumnAggregateOperator implements StatefulOperator {
  readonly id: string
  readonly late = new LateCounter()
  readonly #parts: ColumnAggregateParts
  readonly #times = new OperatorTimes()
  readonly #aggregates: readonly LaneAggregate[]
  readonly #output: OutputParts
  readonly #byKeys: ByKeys
  readonly #byWindows: ByWindows | null
  #watermark: OperatorWatermark = { late: null, evict: null }
  #changed = 0
  #removed = 0

  constructor(parts: ColumnAggregateParts) {
    const { plan, schema, calls, store } = parts
    this.#parts = parts
    this.id = plan.id
    this.#aggregates = laneAggregates(plan, calls, store.valueColumns)
    this.#output = { schema, id: this.id, keys: store.keyColumns, implied: [], aggregates: this.#aggregates }
    const groups = new GroupRows(store, this.#aggregates)
    this.#byKeys = new ByKeys(parts, groups, this.#aggregates, this.late)
    this.#byWindows = parts.windows === null ? null : new ByWindows(parts, parts.windows, groups, this.#aggregates, this.late, this.#byKeys)
  }

  begin(epoch: number, watermark: OperatorWatermark): void {
    this.#watermark = watermark
    this.#changed = 0
    this.#removed = 0
    this.#times.reset()
    this.late.reset()
    this.#parts.calls.begin(epoch)
    const lateUpTo = this.#parts.mode === 'complete' || this.#parts.plan.eventTime === null ? null : watermark.late
    this.#byKeys.begin(lateUpTo)
    this.#byWindows?.begin(lateUpTo)
  }

  push(batch: Batch, origin: Origin): void {
    const from = this.#parts.monotonicMs()
    ;(this.#byWindows ?? this.#byKeys).push(batch, origin)
    this.#times.updatesMs += this.#parts.monotonicMs() - from
  }

  finish(emit: Emit): void {
    const { plan, mode, calls, store } = this.#parts
    // Without keys there is always one group, also over no rows.
    if (plan.keys.length === 0 && store.find([]) === NO_ROW && mode !== 'append') store.put([], calls.initial)
    this.#changed = store.metrics.updatedRows
    const closed = this.#closed()
    emitRows(mode === 'complete' ? store.rows() : mode === 'update' ? store.changedRows() : closed, this.#output, emit)
    for (let at = 0; at < closed.length; at++) store.removeRow(closed[at] as number)
    this.#removed = closed.length
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
  #closed(): Int32Array {
    const { evict } = this.#watermark
    if (evict === null) return new Int32Array(0)
    const from = this.#parts.monotonicMs()
    const closed = this.#parts.store.expiredRows(evict)
    this.#times.removalsMs += this.#parts.monotonicMs() - from
    return closed
  }
}

/** All keys are columns of the batch. */
class ByKeys {
  readonly #plan: ColumnAggregateParts['plan']
  readonly #arguments: ColumnArguments
  readonly #rows: KeyRows
  readonly #late: LateCounter
  #lateUpTo: bigint | null = null

  constructor(parts: ColumnAggregateParts, groups: GroupRows, aggregates: readonly LaneAggregate[], late: LateCounter) {
    const { plan, calls, executor, context } = parts
    this.#plan = plan
    this.#arguments = new ColumnArguments(plan, plan.keys, aggregates, calls, executor, context)
    this.#rows = new KeyRows(
      groups,
      plan.keys.map((one) => one.type),
    )
    this.#late = late
  }
  begin(lateUpTo: bigint | null): void {
    this.#lateUpTo = lateUpTo
    this.#rows.clear()
  }
  push(batch: Batch, origin: Origin): void {
    const keys = this.#arguments.open(batch, origin)
    this.#arguments.update(this.#rows.map(keys, batch.length, this.#timely(batch, keys)))
  }
  #timely(batch: Batch, keys: readonly Vector[]): Int32Array | null {
    const { eventTime } = this.#plan
    if (this.#lateUpTo === null || eventTime === null) return null
    const lane = timeLane(keys[eventTime.column] as Vector, eventTime.isWindow)
    return timelyRows(lane, this.#lateUpTo, (row) => this.#late.add(batch, row))
  }
}

/** One key is the window of a time; see window-rows.ts. Times that numbers cannot hold go the long way, through a window column. */
class ByWindows {
  readonly #schema: StructType
  readonly #arguments: ColumnArguments
  readonly #rows: WindowRows
  readonly #late: LateCounter
  readonly #time: (batch: Batch) => Vector[]
  readonly #assign: StageOperator
  readonly #byKeys: ByKeys

  constructor(
    parts: ColumnAggregateParts,
    windows: NonNullable<ColumnAggregateParts['windows']>,
    groups: GroupRows,
    aggregates: readonly LaneAggregate[],
    late: LateCounter,
    byKeys: ByKeys,
  ) {
    const { plan, calls, executor, context } = parts
    const position = plan.keys.findIndex((one) => one.index === windows.schema.fields.length - 1)
    const otherKeys = plan.keys.filter((_, index) => index !== position)
    const types = plan.keys.map((one) => one.type)
    this.#schema = windows.schema
    this.#arguments = new ColumnArguments(plan, otherKeys, aggregates, calls, executor, context)
    this.#rows = new WindowRows(groups, types, position, windows.plan)
    this.#late = late
    this.#time = executor.projection([windows.plan.time], context)
    this.#assign = assignWindows(windows.plan, windows.schema, executor, context)
    this.#byKeys = byKeys
  }

  begin(lateUpTo: bigint | null): void {
    this.#rows.begin(lateUpTo)
  }
  push(given: Batch, origin: Origin): void {
    const { batch, times } = timed(given, this.#time(given)[0] as LongVector)
    if (batch.length === 0) return
    if (!(times instanceof Float64Array) || !this.#rows.fits(times)) {
      this.#assign.push(batch, origin, (assigned) => this.#byKeys.push(assigned, origin))
      return
    }
    const { rowsMax } = this.#rows
    this.#rows.open(this.#arguments.open(batch, origin), batch.length)
    const onLate = (row: number, window: WindowTable): void => this.#late.addMade(() => this.#row(batch, row, window))
    for (let from = 0; from < batch.length; from += rowsMax)
      this.#arguments.update(this.#rows.map(times, from, Math.min(batch.length, from + rowsMax), onLate))
  }
  /** A row with its window, as a batch. */
  #row(batch: Batch, row: number, { start, end }: WindowTable): Batch {
    const child = (time: number): Vector => ({ kind: 'timestamp', length: 1, validity: null, values: Float64Array.of(time) })
    const window: StructVector = { kind: 'struct', length: 1, validity: null, children: [child(start), child(end)] }
    return { schema: this.#schema, length: 1, columns: [...takeRows(batch, Int32Array.of(row)).columns, window] }
  }
}

/** The rows that have a time, and their times. */
function timed(batch: Batch, time: LongVector): { readonly batch: Batch; readonly times: LongVector['values'] } {
  const { validity } = time
  if (validity === null) return { batch, times: time.values }
  const rows: number[] = []
  for (let row = 0; row < batch.length; row++) if (isValid(validity, row)) rows.push(row)
  if (rows.length === batch.length) return { batch, times: time.values }
  const kept = Int32Array.from(rows)
  return { batch: takeRows(batch, kept), times: (takeVector(time, kept) as LongVector).values }
}
