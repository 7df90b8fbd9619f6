/**
 * Gives every row its windows: a row for each window that holds its time, none where the time is null. Windows are made on lanes; times that a number does not
 * hold exactly, or whose windows it does not, go through bigints.
 */
import type { StructType } from '../../data/data-type.ts'
import { floorDivide } from '../../data/time-zone.ts'
import type { Batch, StructVector, Vector } from '../../data/vector.ts'
import { takeVector, vectorOf } from '../../data/vector-builder.ts'
import { isValid } from '../../data/vector-reader.ts'
import { assert } from '../../error.ts'
import type { AssignWindowsPlan } from '../../plan/nodes/resolved-plan.ts'
import type { ContextSource, Executor } from '../compile/executor.ts'
import type { WindowSpec } from '../time/windows.ts'
import type { StageOperator } from './operator.ts'

/** Rows of one batch that goes on: a slide far below the length multiplies rows by thousands. */
const ROWS_MAX = 65_536

export function assignWindows(plan: AssignWindowsPlan, schema: StructType, executor: Executor, context: ContextSource): StageOperator {
  const project = executor.projection([plan.time], context)
  return {
    push(batch, origin, emit) {
      const time = project(batch)[0] as Vector
      for (let row = 0; row < batch.length; ) {
        const windows = windowsFrom(row, time, plan)
        if (windows.rows.length > 0)
          emit({ schema, length: windows.rows.length, columns: [...multiplied(batch, windows), windows.vector] }, origin)
        row = windows.next
      }
    },
  }
}

interface Windows {
  /** The row that each window is of. */
  readonly rows: Int32Array
  readonly vector: StructVector
  /** The first row that is not looked at yet. */
  readonly next: number
}

/** The windows of the rows from `first` on, as many as go into one batch. */
export function windowsFrom(first: number, time: Vector, spec: WindowSpec): Windows {
  if (time.kind === 'null')
    return { rows: new Int32Array(0), vector: windowVector(new Float64Array(0), new Float64Array(0)), next: time.length }
  assert(time.kind === 'timestamp', 'windows are over timestamps')
  const { values, validity } = time
  return (values instanceof Float64Array ? onNumbers(first, values, validity, spec) : null) ?? onBigInts(first, values, validity, spec)
}

/** Null where a number does not hold a start or an end exactly. */
function onNumbers(first: number, times: Float64Array, validity: Uint8Array | null, spec: WindowSpec): Windows | null {
  const [size, slide, offset] = [Number(spec.sizeMicros), Number(spec.slideMicros), Number(spec.startMicros)]
  const capacity = capacityOf(times.length - first, spec)
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(slide)) return null
  const rows = new Int32Array(capacity)
  const starts = new Float64Array(capacity)
  const ends = new Float64Array(capacity)
  const limit = Number.MAX_SAFE_INTEGER - size
  const perRow = Math.ceil(size / slide)
  let count = 0
  let row = first
  for (; row < times.length && count + perRow <= capacity; row++) {
    if (validity !== null && !isValid(validity, row)) continue
    const time = times[row] as number
    // Within this, no difference and no product below leaves the safe integers, for which floors of quotients are exact.
    if (!(time - offset <= limit && time - offset >= -limit && time <= limit && time >= -limit)) return null
    const last = Math.floor((time - offset) / slide) * slide + offset
    // Earliest first: the earliest start after time - size.
    const before = Math.floor((last - (time - size)) / slide)
    let start = last - before * slide
    if (start <= time - size) start += slide
    for (; start <= last; start += slide) {
      rows[count] = row
      starts[count] = start
      ends[count] = start + size
      count++
    }
  }
  return { rows: rows.subarray(0, count), vector: windowVector(starts.slice(0, count), ends.slice(0, count)), next: row }
}

function onBigInts(first: number, times: Float64Array | BigInt64Array, validity: Uint8Array | null, spec: WindowSpec): Windows {
  const { sizeMicros: size, slideMicros: slide, startMicros: offset } = spec
  const rows: number[] = []
  const starts: bigint[] = []
  let row = first
  for (; row < times.length && rows.length < ROWS_MAX; row++) {
    if (validity !== null && !isValid(validity, row)) continue
    const time = BigInt(times[row] as number | bigint)
    const last = floorDivide(time - offset, slide) * slide + offset
    const earlier = floorDivide(last - (time - size) - 1n, slide)
    for (let start = last - earlier * slide; start <= last; start += slide) {
      rows.push(row)
      starts.push(start)
    }
  }
  const child = (by: bigint): Vector =>
    vectorOf(
      { kind: 'timestamp' },
      starts.map((start) => start + by),
    )
  return {
    rows: Int32Array.from(rows),
    vector: { kind: 'struct', length: rows.length, validity: null, children: [child(0n), child(size)] },
    next: row,
  }
}

/** Room for all windows of so many rows, or for as many as go into one batch, but at least for those of one row. */
function capacityOf(rows: number, { sizeMicros, slideMicros }: WindowSpec): number {
  const perRow = Number((sizeMicros + slideMicros - 1n) / slideMicros)
  return Math.max(perRow, Math.min(rows * perRow, ROWS_MAX))
}

function windowVector(starts: Float64Array, ends: Float64Array): StructVector {
  const { length } = starts
  const child = (values: Float64Array): Vector => ({ kind: 'timestamp', length, validity: null, values })
  return { kind: 'struct', length, validity: null, children: [child(starts), child(ends)] }
}

/** The columns with rows repeated, or as they are where each row has one window. */
function multiplied(batch: Batch, { rows }: Windows): readonly Vector[] {
  const same = rows.length === batch.length && rows.every((row, index) => row === index)
  return same ? batch.columns : batch.columns.map((column) => takeVector(column, rows))
}
