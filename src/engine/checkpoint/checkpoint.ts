/**
 * The checkpoint of a query, as the query sees it: claim it, learn what it goes on from, write on, release it. Two kinds: a folder (DurableCheckpoint), or
 * nothing at all (no-checkpoint.ts).
 *
 * Order at start, in which nothing may be swapped: claim a runner epoch → the sink shuts older runners out (fence) → read the journal →
 * make its end durable (log-end.ts) → compare the program → decide what the sink's token says of the epoch in doubt → seal the old journal by beginning a new segment. Only then is anything relied upon.
 *
 *     <location>/query            which query this is: its id, format version
 *     <location>/runners/         one file a start (runners.ts)
 *     <location>/journal/         begin and commit frames (durable-journal.ts)
 *     <location>/state/           changes and snapshots of state (state/durable-state.ts)
 *     <location>/sources/<id>/    what sources have to remember (source-log.ts)
 */
import type { CommittedOutput, EpochToken, RunnerInfo } from '../../plan/contracts/sink.ts'
import type { SourceLog } from '../../plan/contracts/source.ts'
import type { StateProvider } from '../state/contract.ts'
import type { Journal, RecoveredJournal } from './contract.ts'

export interface Recovery {
  readonly recovered: RecoveredJournal
  readonly journal: Journal
  readonly state: StateProvider
  /** The epoch in doubt is in the sink already: its state is made again, its output is not. */
  readonly sinkHasEpochInDoubt: boolean
  /** To be called when the state is made again: what was read for it is forgotten. */
  readonly restored: () => void
}
/** What the sink has to know before the journal is read for good. */
export interface Claim {
  readonly runner: RunnerInfo
  readonly committed: CommittedOutput | null
}
export interface Checkpoint {
  /** Null where the query has no checkpoint: nothing is fenced, and sources remember nothing. */
  claim(): Promise<Claim | null>
  /** `token`: what the sink's fence gave; null also where the sink has none. */
  recover(token: EpochToken | null): Promise<Recovery>
  sourceLog(scanId: string): Promise<SourceLog | null>
  /** Throws QUERY_FENCED where another runner has claimed the checkpoint since. */
  checkFence(): void
  /** The query has ended; others may claim. */
  release(): Promise<void>
}
