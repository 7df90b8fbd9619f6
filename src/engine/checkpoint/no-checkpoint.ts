/** A query without a checkpoint: epochs come in order, state is in memory, and all is forgotten with the process. */
import { MemoryStateProvider } from '../state/memory-state.ts'
import type { Checkpoint } from './checkpoint.ts'
import { MemoryJournal, nothingRecovered } from './memory-journal.ts'

export const noCheckpoint = (queryId: string, memoryBytesMax: number | null): Checkpoint => ({
  claim: () => Promise.resolve(null),
  recover: () =>
    Promise.resolve({
      recovered: nothingRecovered(queryId),
      journal: new MemoryJournal(),
      state: new MemoryStateProvider(memoryBytesMax),
      sinkHasEpochInDoubt: false,
      restored: () => undefined,
    }),
  sourceLog: () => Promise.resolve(null),
  checkFence: () => undefined,
  release: () => Promise.resolve(),
})
