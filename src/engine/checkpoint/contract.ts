/**
 * The journal of a query: what decides, after a crash, which epoch is done. In memory today (memory-journal.ts); the durable one implements the same.
 *
 * Two orders, by trigger:
 * - planned epoch: begin(N) → run → state → sink.commit → commit(N). A replay uses the frame's ranges, clock and seed.
 * - closed epoch (realTime): run → begin(N) with the ranges actually read → state → sink.commit → commit(N).
 */
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
  /** State of every watermark tracker as it was when the epoch began; see time/watermark.ts. */
  readonly watermarks: Json
  readonly batchTimeMs: number
  readonly randomSeed: number
  /** Text that identifies the plan: the same plan gives the same text. */
  readonly planIdentity: string
  /** True for an epoch without input, run to let watermarks close windows. */
  readonly noData: boolean
}
export interface CommitFrame {
  readonly epoch: number
  /** By operator id. */
  readonly state: Readonly<Record<string, StateCommit>>
  readonly sinkToken: Json
  readonly nextWatermarks: Json
  readonly rows: { readonly in: number; readonly out: number; readonly late: number; readonly malformed: number }
}
export interface RecoveredJournal {
  readonly queryId: string
  /** The last committed epoch, or null for a new query. */
  readonly committed: { readonly begin: BeginFrame; readonly commit: CommitFrame } | null
  /** A begun epoch without commit: to be replayed. */
  readonly inDoubt: BeginFrame | null
}
export interface Journal {
  recover(): Promise<RecoveredJournal>
  begin(frame: BeginFrame): Promise<void>
  commit(frame: CommitFrame): Promise<void>
  close(): Promise<void>
}
