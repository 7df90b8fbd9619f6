/** How rules walk a plan. */
import type { ResolvedPlan } from '../nodes/resolved-plan.ts'

/** The node with other inputs of the same columns. */
export function withInputs(plan: ResolvedPlan, inputs: readonly ResolvedPlan[]): ResolvedPlan {
  if (plan.kind === 'Union') return { ...plan, inputs }
  const [input] = inputs
  return 'input' in plan && input !== undefined ? { ...plan, input } : plan
}

/** Applies `rewrite` to every node, inputs first. */
export function rewriteUp(plan: ResolvedPlan, rewrite: (plan: ResolvedPlan) => ResolvedPlan): ResolvedPlan {
  if (plan.kind === 'Union') return rewrite({ ...plan, inputs: plan.inputs.map((input) => rewriteUp(input, rewrite)) })
  if (!('input' in plan)) return rewrite(plan)
  return rewrite({ ...plan, input: rewriteUp(plan.input, rewrite) })
}
