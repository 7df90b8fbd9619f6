/** Filters and projections. A projection above a filter reads the kept rows where they stand, so that no column is copied only to be read once. */
import type { StructType } from '../../data/data-type.ts'
import { takeRows } from '../../data/vector-builder.ts'
import type { FilterPlan, ProjectPlan } from '../../plan/nodes/resolved-plan.ts'
import type { ContextSource, Executor } from '../compile/executor.ts'
import type { StageOperator } from './operator.ts'

export function filterStage(plan: FilterPlan, executor: Executor, context: ContextSource): StageOperator {
  const filter = executor.filter(plan.condition, context)
  return {
    push(batch, origin, emit) {
      const kept = filter(batch)
      if (kept.length > 0) emit(kept.length === batch.length ? batch : takeRows(batch, kept), origin)
    },
  }
}

/** `filter`: the node below, where it is part of the stage. */
export function projectStage(
  plan: ProjectPlan,
  filter: FilterPlan | null,
  schema: StructType,
  executor: Executor,
  context: ContextSource,
): StageOperator {
  const project = executor.projection(
    plan.expressions.map((one) => one.expression),
    context,
  )
  if (filter === null) return { push: (batch, origin, emit) => emit({ schema, length: batch.length, columns: project(batch) }, origin) }
  const keep = executor.filter(filter.condition, context)
  return {
    push(batch, origin, emit) {
      const kept = keep(batch)
      const { length } = kept
      if (length > 0) emit({ schema, length, columns: length === batch.length ? project(batch) : project(batch, kept) }, origin)
    },
  }
}
