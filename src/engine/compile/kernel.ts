/**
 * What a kernel is: the meaning of one function on datums (data/datum.ts). The interpreter calls it once a row; it is the oracle for generated code, so it
 * is exact and plain before it is fast. One kernel per signature of plan/functions, in kernels/<family>.ts, collected in kernels/index.ts.
 *
 * A kernel is made once per call site with the types in hand, so that it can choose by type there and not per row.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { Vector } from '../../data/vector.ts'

/** What is fixed for one epoch, so that a replay gives the same. */
export interface EvaluationContext {
  /** The epoch's one clock reading, µs since 1970. */
  readonly batchTimeMicros: bigint
  /** The epoch's one draw of chance: what is random follows from it, so that a replay gives the same. */
  readonly randomSeed: number
  /** IANA name or offset of the session's time zone. */
  readonly timeZone: string
}
export interface CallSite {
  readonly argumentTypes: readonly DataType[]
  readonly type: DataType
  /** Constant arguments (undefined where not constant): a kernel may prepare from them. */
  readonly constants: readonly (Datum | undefined)[]
  readonly context: () => EvaluationContext
}

/** Null in any argument gives null without a call; `evaluate` never sees one. Throws MillraceError on ANSI errors. */
export interface StrictKernel {
  readonly nulls: 'propagate'
  make(site: CallSite): (...args: never[]) => Datum
}
/** Sees nulls, and evaluates its arguments itself, only those that it needs (so `when` never raises the error of a branch not taken). */
export interface LazyKernel {
  readonly nulls: 'lazy'
  make(site: CallSite): (args: readonly (() => Datum)[]) => Datum
}
export type ScalarKernel = StrictKernel | LazyKernel

/** 128 bits of chance as signed words. Of a long, which has 64, the first two are the low and the high word. */
export type Seed = readonly [number, number, number, number]
/**
 * A function whose values are drawn and not computed. It begins a stream that follows from the seed alone, and gives the values of the next so many rows:
 * however rows are cut into batches, each gets the same.
 */
export type RandomKernel = (seed: Seed) => (rows: number) => Vector

/**
 * An aggregate over datums. Its state is a tuple of datums of declared types, so that any state store can keep it. `update` and `merge` return the new
 * state and never change the given one. Merging states of two parts equals updating with both parts in order (floats: to 1e-12 relative).
 *
 * `origin` is a text that orders rows by partition and by their position in it (operators/groups.ts makes it): an order-sensitive aggregate that keeps it
 * gives the same answer however the partitions are cut into epochs, and in whatever order sessions merge.
 */
export interface AggregateKernel {
  make(site: CallSite): Aggregator
}
export interface Aggregator {
  readonly stateTypes: readonly DataType[]
  readonly initial: readonly Datum[]
  update(state: readonly Datum[], args: readonly Datum[], origin: string): readonly Datum[]
  merge(left: readonly Datum[], right: readonly Datum[]): readonly Datum[]
  result(state: readonly Datum[]): Datum
}
