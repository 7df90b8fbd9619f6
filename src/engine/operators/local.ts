/** Runs a plan over rows that are in memory, to its end: what `collect()` of a static DataFrame does. */
import type { Batch } from '../../data/vector.ts'
import type { Io } from '../../io/io.ts'
import type { ResolvedPlan } from '../../plan/nodes/resolved-plan.ts'
import type { Executor } from '../compile/executor.ts'
import { MemoryStateProvider } from '../state/memory-state.ts'
import { Pipeline } from './pipeline.ts'

/** Aggregates give their whole result, as in complete mode. */
export async function collectLocal(plan: ResolvedPlan, executor: Executor, io: Io, timeZone: string): Promise<readonly Batch[]> {
  const pipeline = new Pipeline(plan, {
    mode: 'complete',
    executor,
    monotonicMs: () => io.clock.monotonicMs(),
    watermark: { policy: 'partitionMin', idleTimeoutMs: null, closeOnIdle: 'hold', bounded: true },
  })
  const batches: Batch[] = []
  const emit = (batch: Batch): number => batches.push(batch)
  await pipeline.open(new MemoryStateProvider(null), null)
  pipeline.begin({
    queryId: io.random.uuid(),
    epoch: 0,
    batchTimeMicros: BigInt(io.clock.nowMs()) * 1000n,
    timeZone,
    randomSeed: io.random.uint32(),
  })
  pipeline.pushLocal(emit)
  pipeline.finish(emit)
  await pipeline.close()
  return batches
}
