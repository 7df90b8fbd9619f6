/** Runs a function of the user on rows. What it throws or returns wrongly ends the query with the row that it was given. */
import type { StructType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { jsonRow } from '../../data/json-value.ts'
import { datumsOf, type Row, rowReader } from '../../data/surface.ts'
import type { Batch } from '../../data/vector.ts'
import { batchFromDatums, datumRows, takeRows } from '../../data/vector-builder.ts'
import { MillraceError } from '../../error.ts'
import type { RowFunctionPlan } from '../../plan/nodes/resolved-plan.ts'
import type { Origin, StageOperator } from './operator.ts'

export function rowFunction(plan: RowFunctionPlan, schema: StructType): StageOperator {
  return {
    push(batch, origin, emit) {
      const calls = new Calls(plan, batch, origin)
      if (plan.mode === 'filter') {
        const kept = calls.filter()
        if (kept.length > 0) emit(kept.length === batch.length ? batch : takeRows(batch, kept), origin)
        return
      }
      const made = plan.mode === 'map' ? calls.map(schema) : calls.flatMap(schema)
      if (made.length > 0) emit(batchFromDatums(schema, made), origin)
    },
  }
}

class Calls {
  readonly #plan: RowFunctionPlan
  readonly #batch: Batch
  readonly #origin: Origin

  constructor(plan: RowFunctionPlan, batch: Batch, origin: Origin) {
    this.#plan = plan
    this.#batch = batch
    this.#origin = origin
  }

  filter(): Int32Array {
    const kept: number[] = []
    this.#each((row, index) => {
      const answer = this.#plan.function(row)
      if (typeof answer !== 'boolean') throw wrong('filterRows', 'true or false', answer)
      if (answer) kept.push(index)
    })
    return Int32Array.from(kept)
  }

  map(schema: StructType): Datum[][] {
    const made: Datum[][] = []
    this.#each((row) => made.push(datumsOf(schema, rowOf('mapRows', this.#plan.function(row)))))
    return made
  }

  flatMap(schema: StructType): Datum[][] {
    const made: Datum[][] = []
    this.#each((row) => {
      const answer = this.#plan.function(row)
      if (typeof answer !== 'object' || answer === null || !(Symbol.iterator in answer))
        throw wrong('flatMapRows', 'an iterable of rows', answer)
      for (const one of answer as Iterable<unknown>) made.push(datumsOf(schema, rowOf('flatMapRows', one)))
    })
    return made
  }

  #each(visit: (row: Row, index: number) => void): void {
    const read = rowReader(this.#batch)
    for (let index = 0; index < this.#batch.length; index++) {
      const row = read(index)
      try {
        visit(row, index)
      } catch (error) {
        throw this.#failed(error, index)
      }
    }
  }

  #failed(error: unknown, index: number): MillraceError {
    const row = jsonRow(this.#batch.schema, datumRows(takeRows(this.#batch, Int32Array.of(index)))[0] ?? [])
    const text = JSON.stringify(row)
    const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text
    const { source, partition } = this.#origin
    const name = this.#plan.mode === 'flatMap' ? 'flatMapRows' : `${this.#plan.mode}Rows`
    const what = error instanceof Error ? error.message : String(error)
    return new MillraceError(
      'USER_FUNCTION_FAILED',
      `${name}: the function failed on the row ${shown} of ${source}, partition ${partition}: ${what}`,
      {
        details: { function: name, row, source, partition },
        cause: error,
      },
    )
  }
}

function rowOf(name: string, answer: unknown): Row {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer) || answer instanceof Promise)
    throw wrong(name, 'a row (an object)', answer)
  return answer as Row
}

function wrong(name: string, wanted: string, answer: unknown): MillraceError {
  const what = answer instanceof Promise ? 'a promise' : answer === null ? 'null' : Array.isArray(answer) ? 'an array' : typeof answer
  return new MillraceError('ROW_TYPE_MISMATCH', `The function of ${name} must return ${wanted}, and it returned ${what}.`)
}
