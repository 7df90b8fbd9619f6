/**
 * The journal of a query: what decides, after a crash, which epoch is done. In memory (memory-journal.ts) without a checkpoint, else in files
 * (durable-journal.ts).
 *
 * Two orders, by trigger:
 * - planned epoch: begin(N) → run → state → sink.commit → commit(N). A replay uses the frame's ranges, clock and seed.
 * - closed epoch (realTime): run → begin(N) with the ranges actually read → state → sink.commit → commit(N).
 *
 * # Contract
 * 1. What `begin` and `commit` were given is durable when they resolve; `commit(N, begin N+1)` makes both durable at once, with one sync.
 * 2. Frames come in order: begin N, commit N, begin N+1.
 * 3. An error of `begin` or `commit` ends the query: nothing is known of the frame, and the journal takes no other one.
 */
import type { RunnerInfo } from '../../plan/contracts/sink.ts'
import type { Json, SourceOffset } from '../../plan/contracts/source.ts'
import type { StateCommit } from '../state/contract.ts'

export interface SourceRange {
  readonly start: SourceOffset
  readonly end: SourceOffset
}
export interface BeginFrame {
  readonly epoch: number
  /** By source id. */
  readonly ranges: Readonly<Record<string, SourceRange>>
  /** State of every watermark as it was when the epoch began; see Pipeline.snapshotWatermarks. */
  readonly watermarks: Json
  readonly batchTimeMs: number
  readonly randomSeed: number
  /** A checksum of the plan: the same plan gives the same. */
  readonly planIdentity: string
  /** True for an epoch without input, run to let watermarks close windows. */
  readonly noData: boolean
  /** True for a closed epoch: its rows were read before it began. */
  readonly closed: boolean
}
export interface CommitFrame {
  readonly epoch: number
  /** By operator id. */
  readonly state: Readonly<Record<string, StateCommit>>
  readonly sinkToken: Json
  readonly nextWatermarks: Json
  readonly rows: { readonly in: number; readonly out: number; readonly late: number; readonly malformed: number }
}
/** One epoch's contribution to an operator's state. */
export interface StateStep {
  readonly epoch: number
  readonly commit: StateCommit
}
export interface RecoveredJournal {
  readonly queryId: string
  readonly runner: RunnerInfo
  /** The last committed epoch, or null for a new query. */
  readonly committed: { readonly begin: BeginFrame; readonly commit: CommitFrame } | null
  /** A begun epoch without commit: to be replayed. */
  readonly inDoubt: BeginFrame | null
}
export interface Journal {
  begin(frame: BeginFrame): Promise<void>
  /** `next` begins with the same write. */
  commit(frame: CommitFrame, next: BeginFrame | null): Promise<void>
  close(): Promise<void>
}
