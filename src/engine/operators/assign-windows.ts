/** Gives every row its windows: a row for each window that holds its time, none where the time is null. */
import { type StructType, windowType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { Batch, Vector } from '../../data/vector.ts'
import { takeRows, vectorOf } from '../../data/vector-builder.ts'
import { readerOf } from '../../data/vector-reader.ts'
import type { AssignWindowsPlan } from '../../plan/nodes/resolved-plan.ts'
import type { ContextSource, Executor } from '../compile/executor.ts'
import { windowStarts } from '../time/windows.ts'
import type { Emit, StageOperator } from './operator.ts'

export function assignWindows(plan: AssignWindowsPlan, schema: StructType, executor: Executor, context: ContextSource): StageOperator {
  const project = executor.projection([plan.time], context)
  return {
    push(batch, origin, emit: Emit) {
      const time = readerOf(project(batch)[0] as Vector)
      const rows: number[] = []
      const windows: Datum[] = []
      for (let row = 0; row < batch.length; row++) {
        const at = time(row)
        if (at === null) continue
        for (const start of windowStarts(at as bigint, plan)) {
          rows.push(row)
          windows.push([start, start + plan.sizeMicros])
        }
      }
      if (rows.length === 0) return
      emit({ schema, length: rows.length, columns: [...multiplied(batch, rows), vectorOf(windowType, windows)] }, origin)
    },
  }
}

/** The columns with rows repeated, or as they are where each row has one window. */
function multiplied(batch: Batch, rows: readonly number[]): readonly Vector[] {
  const same = rows.length === batch.length && rows.every((row, index) => row === index)
  return same ? batch.columns : takeRows(batch, Int32Array.from(rows)).columns
}
