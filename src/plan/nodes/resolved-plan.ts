/**
 * The resolved plan: what the analyzer makes of a Relation, what the rules rewrite, and what a backend runs. Frozen plain data (lambdas apart).
 * Every node knows its output: name, type, nullability, and whether a watermark stands on the column.
 *
 * How the relations of users become these nodes:
 * - Project, WithColumns, WithColumnsRenamed, Drop → Project.
 * - `window(…)` anywhere in a Project or as a grouping → AssignWindows below it, which appends the window column (rows multiply when windows overlap,
 *   rows with a null time end here, as in Spark) and the expression becomes a plain column.
 * - What is drawn by chance (rand, randn, uuid) becomes a column of a Draw below the operation; a Project leaves it out above a Filter or windows.
 * - Aggregate → Aggregate (keys are plain columns, aggregates are calls), under a Project when the user's columns compute on aggregates.
 */
import type { DataType, Field, StructType } from '../../data/data-type.ts'
import type { Batch } from '../../data/vector.ts'
import type { DecoderSpec, SourceDescription } from '../contracts/source.ts'
import type { BoundAggregate, BoundColumn, BoundExpression, NamedExpression } from '../expressions/bound-expression.ts'
import type { Options, RowFunction } from './relation.ts'

/** A column of a node's output. */
export interface Attribute extends Field {
  /** The id of the Watermark node that stands on it (a window keeps that of its time column), or null. */
  readonly watermark: string | null
}

interface PlanNodeBase {
  readonly output: readonly Attribute[]
}
/** A streaming source, read with only the columns that the plan needs. */
export interface ScanNode extends PlanNodeBase {
  readonly kind: 'Scan'
  /** Identity in checkpoints and progress: the user's name, or `source-<n>` in plan order. */
  readonly id: string
  readonly format: string
  readonly options: Options
  readonly userSchema: StructType | null
  readonly description: SourceDescription
  /** The decoder with its schema cut down to the needed columns, or null where the source gives columns. */
  readonly decoder: DecoderSpec | null
  /** Columns of the output that the source itself supplies (not the decoder), by name. */
  readonly supplied: readonly string[]
}
export interface LocalScanNode extends PlanNodeBase {
  readonly kind: 'LocalScan'
  readonly batches: readonly Batch[]
}
export interface ProjectPlan extends PlanNodeBase {
  readonly kind: 'Project'
  readonly input: ResolvedPlan
  readonly expressions: readonly NamedExpression[]
}
export interface FilterPlan extends PlanNodeBase {
  readonly kind: 'Filter'
  readonly input: ResolvedPlan
  readonly condition: BoundExpression
}
/** A stream of values, one for each row that passes. */
export interface Draw {
  /** The call with its number: `rand(42)#0`. */
  readonly name: string
  readonly function: string
  /** Null: what is drawn follows from the epoch's chance, and from the number. */
  readonly seed: bigint | null
  /** Among the draws of the plan, in plan order. Draws of one number in several nodes are of one column of the user, and have the same values. */
  readonly number: number
  readonly type: DataType
}
/** Appends a column for each draw. Nothing moves past it that would take rows away or order them anew. */
export interface DrawPlan extends PlanNodeBase {
  readonly kind: 'Draw'
  readonly input: ResolvedPlan
  readonly draws: readonly Draw[]
}
/** Appends a struct column `start`, `end`. Lengths in microseconds; 0 < slide ≤ size. Rows whose time is null end here. */
export interface AssignWindowsPlan extends PlanNodeBase {
  readonly kind: 'AssignWindows'
  readonly input: ResolvedPlan
  readonly time: BoundExpression
  readonly name: string
  readonly sizeMicros: bigint
  readonly slideMicros: bigint
  readonly startMicros: bigint
}
export interface WatermarkPlan extends PlanNodeBase {
  readonly kind: 'Watermark'
  readonly input: ResolvedPlan
  /** `watermark-<n>` in plan order. */
  readonly id: string
  readonly column: number
  readonly delayMicros: bigint
}
/** Sessions by gap: the key column `name` (struct start, end) is made by merging; `end` is the last event plus the gap. */
export interface SessionSpec {
  readonly name: string
  readonly time: BoundExpression
  readonly gapMicros: bigint
  /** Where the session stands among the keys in the output. */
  readonly position: number
}
/** Output: the keys (with the session at its position), then one column per aggregate. */
export interface AggregatePlan extends PlanNodeBase {
  readonly kind: 'Aggregate'
  readonly input: ResolvedPlan
  /** Identity in checkpoints and progress: `aggregate-<n>` in plan order. */
  readonly id: string
  readonly keys: readonly BoundColumn[]
  readonly session: SessionSpec | null
  readonly aggregates: readonly { readonly name: string; readonly aggregate: BoundAggregate }[]
  /**
   * Where event time lives in the output: the column that carries the watermark (a timestamp, or a window struct whose `end` counts), or null when no
   * grouping key carries one. State of groups expires by it.
   */
  readonly eventTime: { readonly column: number; readonly isWindow: boolean; readonly watermark: string } | null
}
export interface RowFunctionPlan extends PlanNodeBase {
  readonly kind: 'RowFunction'
  readonly input: ResolvedPlan
  readonly mode: 'map' | 'filter' | 'flatMap'
  readonly function: RowFunction
}
/** UNION ALL; all inputs have the output's types (casts are explicit below). */
export interface UnionPlan extends PlanNodeBase {
  readonly kind: 'Union'
  readonly inputs: readonly ResolvedPlan[]
}
export type ResolvedPlan =
  | ScanNode
  | LocalScanNode
  | ProjectPlan
  | FilterPlan
  | DrawPlan
  | AssignWindowsPlan
  | WatermarkPlan
  | AggregatePlan
  | RowFunctionPlan
  | UnionPlan

/** The inputs of a node, in order. */
export function inputsOf(plan: ResolvedPlan): readonly ResolvedPlan[] {
  if (plan.kind === 'Union') return plan.inputs
  return 'input' in plan ? [plan.input] : []
}

/** Every node of the plan, inputs before the nodes that use them. */
export function* walkPlan(plan: ResolvedPlan): Generator<ResolvedPlan> {
  for (const input of inputsOf(plan)) yield* walkPlan(input)
  yield plan
}
