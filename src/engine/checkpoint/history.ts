/**
 * What the segments of a journal tell, as one history: which epochs are committed, which one is in doubt, under which lineage. Pure; recovery, the purge and
 * `millrace checkpoint` rely on it.
 *
 * Checked here: epochs follow each other without gaps, and a commit belongs to the begin before it. history-check.ts looks at more.
 */
import { MillraceError } from '../../error.ts'
import type { BeginFrame, CommitFrame, StateStep } from './contract.ts'
import { decodeFrames } from './frames.ts'
import type { PlanDescription } from './plan-description.ts'
import type { LogScan, Segment } from './segments.ts'

/** What a journal segment's header holds beside its place in the log. */
export interface JournalHeader {
  readonly queryId: string
  readonly lineage: number
  /** Set in the first segment after a rewind: epochs beyond it, in the segments before, are not part of the history any more. */
  readonly rewindTo: number | null
  /** The last epoch that stayed at the latest rewind; null where there never was one. */
  readonly rewoundTo: number | null
  readonly plan: PlanDescription
  /** The format of the sink, to say what a rewind cannot take back. */
  readonly sink: string
  /** When the segment was begun, ms since 1970. */
  readonly createdMs: number
}
export interface CommittedEpoch {
  readonly begin: BeginFrame
  readonly commit: CommitFrame
  readonly segment: string
}
export interface History {
  readonly header: JournalHeader | null
  /** Oldest first, without gaps; the oldest ones may have been purged. */
  readonly epochs: readonly CommittedEpoch[]
  readonly inDoubt: BeginFrame | null
  /** The last epoch that each segment has a frame of; −1 where it has none. */
  readonly lastEpochs: ReadonlyMap<string, number>
  readonly segments: readonly Segment[]
  readonly strays: readonly string[]
}

export const headerOf = (segment: Segment): JournalHeader => segment.header.content as unknown as JournalHeader

export const isRewind = (segment: Segment): boolean => headerOf(segment).rewindTo !== null

export function historyOf(scan: LogScan): History {
  const epochs: CommittedEpoch[] = []
  const lastEpochs = new Map<string, number>()
  let inDoubt: BeginFrame | null = null
  // The begin of the oldest commit that is left may have been purged with the segment before.
  let mayLackBegin = scan.missing !== null
  for (const segment of scan.segments) {
    const { rewindTo } = headerOf(segment)
    lastEpochs.set(segment.name, -1)
    if (rewindTo !== null) {
      while ((epochs.at(-1)?.commit.epoch ?? -1) > rewindTo) epochs.pop()
      inDoubt = null
    }
    for (const block of segment.blocks.slice(1)) {
      const { commit, begin } = decodeFrames(block.payload, segment.path)
      lastEpochs.set(segment.name, Math.max(lastEpochs.get(segment.name) ?? -1, (begin ?? commit)?.epoch ?? -1))
      if (commit !== null) {
        if (inDoubt?.epoch === commit.epoch) epochs.push({ begin: inDoubt, commit, segment: segment.name })
        else if (!mayLackBegin) throw disorder(segment, `epoch ${commit.epoch} is committed, and ${inDoubt?.epoch ?? 'none'} was begun`)
        inDoubt = null
        mayLackBegin = false
      }
      if (begin !== null) {
        const last = epochs.at(-1)?.commit.epoch
        if (last !== undefined && begin.epoch !== last + 1) throw disorder(segment, `epoch ${begin.epoch} begins after epoch ${last}`)
        inDoubt = begin
        mayLackBegin = false
      }
    }
  }
  const newest = scan.segments.at(-1)
  // The purge keeps the epochs that are needed, so something else removed what was there.
  if (scan.missing !== null && newest !== undefined && epochs.length === 0)
    throw disorder(newest, `'${scan.missing.name}' is missing, and no epoch is left`)
  return {
    header: newest === undefined ? null : headerOf(newest),
    epochs,
    inDoubt,
    lastEpochs,
    segments: scan.segments,
    strays: scan.strays,
  }
}

/** What makes an operator's state as of the last of `epochs`. Throws CHECKPOINT_DAMAGED where an epoch that is needed is not in the journal any more. */
export function stateStepsOf(epochs: readonly CommittedEpoch[], operatorId: string): readonly StateStep[] {
  const last = epochs.at(-1)
  const base = last?.commit.state[operatorId]?.baseEpoch
  if (last === undefined || base === undefined) return []
  const steps = epochs.filter(({ commit }) => commit.epoch >= base)
  if (steps[0]?.commit.epoch !== base) {
    throw new MillraceError(
      'CHECKPOINT_DAMAGED',
      `The journal begins with epoch ${steps[0]?.commit.epoch}, and the state of '${operatorId}' needs epoch ${base}.`,
      { details: { operatorId, base, first: steps[0]?.commit.epoch } },
    )
  }
  return steps.map(({ commit }) => {
    const one = commit.state[operatorId]
    if (one !== undefined) return { epoch: commit.epoch, commit: one }
    throw new MillraceError('CHECKPOINT_DAMAGED', `Epoch ${commit.epoch} of the journal does not have the state of '${operatorId}'.`, {
      details: { operatorId, epoch: commit.epoch },
    })
  })
}

/** The first epoch that has to be kept so that each of the last `retained` epochs can be made again. */
export function firstNeeded(epochs: readonly CommittedEpoch[], retained: number): number {
  const oldest = epochs[Math.max(0, epochs.length - retained)]
  if (oldest === undefined) return 0
  return Math.min(oldest.commit.epoch, ...Object.values(oldest.commit.state).map((one) => one.baseEpoch))
}

const disorder = (segment: Segment, what: string): MillraceError =>
  new MillraceError('CHECKPOINT_DAMAGED', `'${segment.path}' does not go on from what is before it: ${what}.`, {
    details: { path: segment.path },
  })
