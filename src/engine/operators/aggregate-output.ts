/** What the aggregating operators give out and when, by output mode; and what they measure of themselves. */
import type { StructType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { BATCH_ROWS_TARGET } from '../../data/vector.ts'
import { batchFromDatums } from '../../data/vector-builder.ts'
import type { OutputMode } from '../../plan/contracts/sink.ts'
import type { AggregatePlan } from '../../plan/nodes/resolved-plan.ts'
import type { StateExpiry, StateStore } from '../state/contract.ts'
import { byKeys } from './groups.ts'
import type { Emit, StatefulOperator } from './operator.ts'

/** The rows of one epoch in the order of their keys, in batches. */
export function emitSorted(rows: (readonly Datum[])[], schema: StructType, keyColumns: number, id: string, emit: Emit): void {
  rows.sort(byKeys(schema.fields.slice(0, keyColumns).map((one) => one.type)))
  for (let from = 0; from < rows.length; from += BATCH_ROWS_TARGET)
    emit(batchFromDatums(schema, rows.slice(from, from + BATCH_ROWS_TARGET)), { source: id, partition: '0' })
}

/** The event time by which a group expires: the end of a window, or the timestamp itself; null where the group has none. */
export function eventTimeOf(plan: AggregatePlan, key: readonly Datum[]): bigint | null {
  if (plan.eventTime === null) return null
  const datum = key[plan.eventTime.column] ?? null
  if (datum === null) return null
  return (plan.eventTime.isWindow ? (datum as readonly Datum[])[1] : datum) as bigint
}

/** By which event time the store lets groups expire: the end of their window or session, or the timestamp itself. In complete mode they never do. */
export function expiryOf({ eventTime, session }: AggregatePlan, mode: OutputMode): StateExpiry | null {
  if (eventTime === null || mode === 'complete') return null
  if (session !== null) return { of: 'value', path: [SESSION_END] }
  return { of: 'key', path: eventTime.isWindow ? [eventTime.column, 1] : [eventTime.column] }
}
/** Where the state of a session has its end; see session-aggregate.ts. */
const SESSION_END = 0

/** Milliseconds of work, as Spark's progress wants them. */
export class OperatorTimes {
  updatesMs = 0
  removalsMs = 0
  reset(): void {
    this.updatesMs = 0
    this.removalsMs = 0
  }
}

export function metricsOf(
  name: string,
  store: StateStore,
  changedRows: number,
  removedRows: number,
  times: OperatorTimes,
): StatefulOperator['metrics'] {
  const { rows, memoryBytes } = store.metrics
  return {
    name,
    rowsTotal: rows,
    rowsUpdated: changedRows,
    rowsRemoved: removedRows,
    memoryBytes,
    updatesTimeMs: times.updatesMs,
    removalsTimeMs: times.removalsMs,
  }
}
