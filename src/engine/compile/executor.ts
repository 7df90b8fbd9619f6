/**
 * The contract of what evaluates bound expressions over batches. The interpreter is one and the oracle; the generator of fused code is another with the same
 * answers. Operators are made with an executor and never look at expressions themselves.
 */
import type { Batch, Vector } from '../../data/vector.ts'
import type { BoundExpression } from '../../plan/expressions/bound-expression.ts'
import type { EvaluationContext } from './kernel.ts'

/** What holds for the epoch under way. Asked for at each batch: an operator outlives epochs. */
export type ContextSource = () => EvaluationContext

export type Projection = (batch: Batch, rows?: Int32Array) => Vector[]

export interface Executor {
  readonly name: string
  /** Whether stateful operators work by columns (operators/columnar) where they can, or by rows, which is the oracle for the other. */
  readonly columnar: boolean
  /**
   * One vector per expression, over the rows that are given (default: all). A plain column of all rows is the input's own vector. Throws the ANSI errors of
   * the expressions: of several, that of the first expression in its first row.
   */
  projection(expressions: readonly BoundExpression[], context: ContextSource): Projection
  /** The rows for which the condition is true (not false, not null), in order. */
  filter(condition: BoundExpression, context: ContextSource): (batch: Batch) => Int32Array
}
