/** Which output modes a plan allows, by Spark's rules. Each refusal says what would be right. */
import { MillraceError } from '../../error.ts'
import type { OutputMode } from '../contracts/sink.ts'
import { type AggregatePlan, type ResolvedPlan, walkPlan } from '../nodes/resolved-plan.ts'

/** Throws OUTPUT_MODE_NOT_SUPPORTED. */
export function checkOutputMode(plan: ResolvedPlan, mode: OutputMode): void {
  const aggregates = [...walkPlan(plan)].filter((node) => node.kind === 'Aggregate')
  const refuse = (why: string, remedy: string): never => {
    throw new MillraceError('OUTPUT_MODE_NOT_SUPPORTED', `Output mode '${mode}': ${why}.`, { hint: remedy, details: { mode } })
  }
  if (aggregates.length === 0) {
    if (mode === 'complete')
      refuse('the query has no aggregation, so the complete result would be all rows that ever came', "Use outputMode('append').")
    return
  }
  if (aggregates.length > 1 && mode !== 'append')
    refuse(
      'the query aggregates more than once, and the second needs rows that do not change any more',
      "Use outputMode('append') with a watermark.",
    )
  for (const aggregate of aggregates) checkAggregate(aggregate, mode, refuse)
}

function checkAggregate(aggregate: AggregatePlan, mode: OutputMode, refuse: (why: string, remedy: string) => never): void {
  if (mode === 'update' && aggregate.session !== null)
    refuse('a session window can still grow and merge', "Use outputMode('append') with a watermark, or 'complete'.")
  if (mode !== 'append' || aggregate.eventTime !== null) return
  const column = aggregate.keys.find((key) => key.type.kind === 'timestamp' || key.name === 'window')?.name
  refuse(
    'a group is given out once it cannot change any more, and no watermark stands on a grouping key',
    column === undefined && aggregate.session === null
      ? "Group by window(time, '1 minute') with withWatermark(time, '10 seconds') before it, or use outputMode('update') or 'complete'."
      : "Put withWatermark(time, '10 seconds') on the time column before groupBy, or use outputMode('update') or 'complete'.",
  )
}
