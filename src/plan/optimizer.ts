/** Rewrites a resolved plan into one with the same rows and watermarks that costs less. Each rule is a file in rules/. */
import type { ResolvedPlan } from './nodes/resolved-plan.ts'
import { mergeProjects } from './rules/merge-projects.ts'
import { pruneColumns } from './rules/prune-columns.ts'
import { pushFilters } from './rules/push-filters.ts'

const rules: readonly ((plan: ResolvedPlan) => ResolvedPlan)[] = [pushFilters, mergeProjects, pruneColumns, mergeProjects]

export function optimize(plan: ResolvedPlan): ResolvedPlan {
  return rules.reduce((rewritten, rule) => rule(rewritten), plan)
}
