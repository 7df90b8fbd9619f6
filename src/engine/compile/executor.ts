/**
 * The contract of what evaluates bound expressions over batches. The interpreter is one and the oracle; the generator of fused code is another with the same
 * answers. Operators are made with an executor and never look at expressions themselves.
 */
import type { Batch, Vector } from '../../data/vector.ts'
import type { BoundExpression } from '../../plan/expressions/bound-expression.ts'
import type { EvaluationContext } from './kernel.ts'

/** What holds for the epoch under way. Asked for at each batch: an operator outlives epochs. */
export type ContextSource = () => EvaluationContext

export interface Executor {
  readonly name: string
  /** One vector per expression. A plain column gives the input's own vector. Throws the expression's ANSI errors. */
  projection(expressions: readonly BoundExpression[], context: ContextSource): (batch: Batch) => Vector[]
  /** The rows for which the condition is true (not false, not null), in order. */
  filter(condition: BoundExpression, context: ContextSource): (batch: Batch) => Int32Array
}
