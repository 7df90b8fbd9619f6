/**
 * Draws values by chance: appends a column for each draw. Every partition has a stream of its own, which begins anew with each epoch, and each of its rows
 * takes the next value. So a row's values follow from the epoch's begin frame and from its place among the rows of its partition in the epoch alone: a replay
 * gives the same, however it cuts the rows into batches and mixes the partitions. There is nothing to take back when an epoch fails.
 *
 * Relies on order: below, rows of one partition come in the same order whenever the epoch runs (what users' functions make of them is up to them).
 */
import type { StructType } from '../../data/data-type.ts'
import { hashBytes } from '../../data/hash.ts'
import type { Vector } from '../../data/vector.ts'
import { assert } from '../../error.ts'
import type { Draw, DrawPlan, ResolvedPlan } from '../../plan/nodes/resolved-plan.ts'
import type { RandomKernel, Seed } from '../compile/kernel.ts'
import { randomKernels } from '../compile/kernels/index.ts'
import { seedOf } from '../compile/kernels/sfc32.ts'
import { type EpochContext, LOCAL_SOURCE, type Origin, originOrder, type StageOperator } from './operator.ts'

type Stream = (rows: number) => Vector

export interface DrawOperator extends StageOperator {
  /** Begins all streams anew. */
  begin(): void
}

export function drawOperator(plan: DrawPlan, schema: StructType, context: () => EpochContext): DrawOperator {
  const sources = sourcesBelow(plan.input)
  const draws = plan.draws.map((draw) => ({ draw, kernel: kernelOf(draw) }))
  const streams = new Map<string, readonly Stream[]>()
  return {
    begin: () => streams.clear(),
    push(batch, origin, emit) {
      const key = originOrder(origin)
      const opened = streams.get(key) ?? draws.map(({ draw, kernel }) => kernel(seedFor(draw, origin, sources, context())))
      streams.set(key, opened)
      emit({ schema, length: batch.length, columns: [...batch.columns, ...opened.map((next) => next(batch.length))] }, origin)
    },
  }
}

function kernelOf(draw: Draw): RandomKernel {
  const kernel = Object.hasOwn(randomKernels, draw.function) ? randomKernels[draw.function] : undefined
  assert(kernel !== undefined, `there is no kernel for the function ${draw.function}`)
  return kernel
}

/**
 * Without a seed: what tells the stream from all others, of other queries too. With one: as Spark has it, the seed and the number of the partition; but in each
 * epoch after the first from another seed, since values that come again epoch by epoch are no chance (Spark draws a new seed for each micro-batch).
 */
function seedFor({ seed, number }: Draw, origin: Origin, sources: readonly string[], context: EpochContext): Seed {
  const { queryId, epoch, batchTimeMicros, randomSeed } = context
  if (seed === null)
    return seedOf(JSON.stringify([queryId, epoch, String(batchTimeMicros), randomSeed, number, origin.source, origin.partition]))
  const first = epoch === 0 ? seed : longOf(seedOf(JSON.stringify([String(seed), epoch])))
  const moved = first + (BigInt(sources.indexOf(origin.source)) << 32n) + BigInt(partitionNumber(origin.partition))
  return [Number(BigInt.asIntN(32, moved)), Number(BigInt.asIntN(32, moved >> 32n)), 0, 0]
}

const longOf = ([low, high]: Seed): bigint => (BigInt(high) << 32n) | BigInt(low >>> 0)

/** Partitions that have other names than numbers get their number from the name. */
function partitionNumber(partition: string): number {
  if (/^\d{1,9}$/.test(partition)) return Number(partition)
  const bytes = new TextEncoder().encode(partition)
  return hashBytes(bytes, 0, bytes.length, 0) >>> 0
}

/** What the rows' origins may name, in plan order. */
function sourcesBelow(plan: ResolvedPlan): readonly string[] {
  switch (plan.kind) {
    case 'Scan':
    case 'Aggregate':
      return [plan.id]
    case 'LocalScan':
      return [LOCAL_SOURCE]
    case 'Union':
      return [...new Set(plan.inputs.flatMap(sourcesBelow))]
    default:
      return sourcesBelow(plan.input)
  }
}
