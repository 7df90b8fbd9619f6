/**
 * Taking a query back to an epoch that it has committed: the epochs beyond it are not part of its history any more, and the next start goes on behind it, with
 * the state and the positions of then, under a lineage that is one higher. Nothing is removed here: the rewind is one segment of the journal, whose header
 * says so, and what it leaves behind falls to the next start's purge. So it happens as a whole or not at all.
 *
 * Order, as at every start (checkpoint.ts): claim → read → check → make durable what was read → begin the segment → release. What the sink has published beyond the
 * epoch is superseded when the next start shuts older runners out, by sinks that can (RunnerInfo.rewoundTo).
 */
import { MillraceError } from '../../error.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk, Io } from '../../io/io.ts'
import type { Json } from '../../plan/contracts/source.ts'
import { obstacles, rewindRange, storedParts } from './epoch-needs.ts'
import type { Finding } from './finding.ts'
import { type History, isRewind, type JournalHeader } from './history.ts'
import { mustBeCheckpoint, readHistory } from './inspection.ts'
import { durableEnd } from './log-end.ts'
import { claimRunner, releaseRunner } from './runners.ts'
import { SegmentWriter } from './segments.ts'
import { checkParts, checkTables } from './state-check.ts'

export interface RewindPlan {
  readonly location: string
  readonly toEpoch: number
  /** When that epoch ran, ms since 1970. */
  readonly toEpochMs: number
  readonly lastEpoch: number
  /** Begun and not committed: it goes too, and the sink may have its output. */
  readonly inDoubt: number | null
  /** The lineage that output has from then on. */
  readonly lineage: number
  /** The committed epochs that go. */
  readonly epochs: number
  /** Rows that they gave to the sink. */
  readonly outputRows: number
  readonly sink: string
  /**
   * What becomes of that output at the next start. `removed`: its files are taken away, but readers may have read them. `replaced`: the table has it no
   * longer. `stays`: nobody can take it back, and rows of these epochs come a second time.
   */
  readonly output: 'removed' | 'replaced' | 'stays'
}
export interface RewindOptions {
  readonly io: Io
  readonly location: string
  readonly toEpoch: number
  /** Shuts out a runner that holds the checkpoint, or may hold it. */
  readonly takeover?: boolean
  /** The last epoch that whoever agreed to the rewind knew of: if there are others meanwhile, it is refused. */
  readonly lastEpoch?: number
}

const OUTPUT: Readonly<Record<string, RewindPlan['output']>> = { json: 'removed', text: 'removed', memory: 'replaced' }

/** What `rewind` would do; nothing is changed. Throws INVALID_ARGUMENT where it could not, CHECKPOINT_DAMAGED. */
export async function planRewind({ io, location, toEpoch }: Pick<RewindOptions, 'io' | 'location' | 'toEpoch'>): Promise<RewindPlan> {
  await mustBeCheckpoint(io.disk, location)
  const history = await readHistory(io.disk, location)
  const plan = planOf(location, history, toEpoch)
  await mustBeMakeable(io.disk, location, history, toEpoch)
  return plan
}

/** Throws CHECKPOINT_IN_USE where a runner lives, INVALID_ARGUMENT where the epoch cannot be gone back to, CHECKPOINT_DAMAGED. */
export async function rewind({ io, location, toEpoch, takeover = false, lastEpoch }: RewindOptions): Promise<RewindPlan> {
  await mustBeCheckpoint(io.disk, location)
  const runners = `${location}/runners`
  const runnerEpoch = await claimRunner(io, runners, io.random.uuid(), takeover)
  let plan: RewindPlan
  try {
    crashPoint('runner.claimed')
    plan = await rewindAs(runnerEpoch, { io, location, toEpoch, ...(lastEpoch === undefined ? {} : { lastEpoch }) })
  } catch (error) {
    // The error of the rewind counts, not that of the release.
    await releaseRunner(io, runners, runnerEpoch).catch(() => undefined)
    throw error
  }
  await releaseRunner(io, runners, runnerEpoch)
  return plan
}

async function rewindAs(runnerEpoch: number, { io, location, toEpoch, lastEpoch }: RewindOptions): Promise<RewindPlan> {
  const history = await readHistory(io.disk, location)
  const plan = planOf(location, history, toEpoch)
  if (lastEpoch !== undefined && plan.lastEpoch !== lastEpoch)
    throw refused(`The query has gone on to epoch ${plan.lastEpoch} since the rewind was planned.`, 'Look at the plan again.')
  await mustBeMakeable(io.disk, location, history, toEpoch)
  await checkContents(io.disk, location, history, toEpoch)
  await begin(io, location, history, { runnerEpoch, plan })
  return plan
}

function planOf(location: string, history: History, toEpoch: number): RewindPlan {
  const { header, epochs, inDoubt } = history
  const target = epochs.find(({ commit }) => commit.epoch === toEpoch)
  const last = epochs.at(-1)
  if (header === null || last === undefined)
    throw refused('The checkpoint has no committed epoch.', 'There is nothing to go back to: begin a new checkpoint.')
  if (!Number.isInteger(toEpoch) || toEpoch < 0)
    throw refused(`${toEpoch} is no epoch to go back to.`, 'To begin before epoch 0, begin a new checkpoint, and a new output with it.')
  if (target === undefined) {
    const first = epochs[0]?.commit.epoch ?? 0
    throw refused(
      toEpoch > last.commit.epoch
        ? `Epoch ${toEpoch} is not committed${inDoubt?.epoch === toEpoch ? ', only begun' : ''}: the last one is ${last.commit.epoch}.`
        : `Epoch ${toEpoch} is not in the journal any more: it begins with epoch ${first}.`,
      'Epochs that can be gone back to: see millrace checkpoint inspect.',
    )
  }
  const going = epochs.filter(({ commit }) => commit.epoch > toEpoch)
  return {
    location,
    toEpoch,
    toEpochMs: target.begin.batchTimeMs,
    lastEpoch: last.commit.epoch,
    inDoubt: inDoubt?.epoch ?? null,
    lineage: header.lineage + 1,
    epochs: going.length,
    outputRows: going.reduce((sum, { commit }) => sum + commit.rows.out, 0),
    sink: header.sink,
    output: Object.hasOwn(OUTPUT, header.sink) ? (OUTPUT[header.sink] as RewindPlan['output']) : 'stays',
  }
}

/** Throws INVALID_ARGUMENT where the purge has removed what the epoch needs. */
async function mustBeMakeable(disk: Disk, location: string, history: History, toEpoch: number): Promise<void> {
  const why = obstacles(history, await storedParts(disk, location, history))
  const obstacle = why[history.epochs.findIndex(({ commit }) => commit.epoch === toEpoch)] ?? null
  if (obstacle === null) return
  const range = rewindRange(history.epochs, why)
  throw refused(
    `The query cannot go back to epoch ${toEpoch}: ${obstacle}.`,
    range === null
      ? 'Restore the checkpoint from a copy, or begin a new one.'
      : `It can go back to the epochs ${range.from} to ${range.to}; millrace.checkpoint.epochsRetained says how many are kept.`,
  )
}

/** A rewind to state that cannot be read would leave a checkpoint that nobody can start from. */
async function checkContents(disk: Disk, location: string, history: History, toEpoch: number): Promise<void> {
  const epochs = history.epochs.filter(({ commit }) => commit.epoch <= toEpoch)
  const { findings: parts } = await checkParts(disk, location, epochs, await storedParts(disk, location, history))
  mustBeWhole(parts, toEpoch)
  mustBeWhole((await checkTables(disk, location, history, epochs)).findings, toEpoch)
}

function mustBeWhole(findings: readonly Finding[], toEpoch: number): void {
  const damage = findings.find((one) => one.severity === 'damage')
  if (damage === undefined) return
  throw new MillraceError('CHECKPOINT_DAMAGED', `The state of epoch ${toEpoch} cannot be made again: ${damage.what}`, {
    hint: 'Go back to another epoch, or restore the file from a copy.',
    details: { path: damage.path, toEpoch },
  })
}

async function begin(
  io: Io,
  location: string,
  history: History,
  by: { readonly runnerEpoch: number; readonly plan: RewindPlan },
): Promise<void> {
  const { runnerEpoch, plan } = by
  const header: JournalHeader = {
    ...(history.header as JournalHeader),
    lineage: plan.lineage,
    rewindTo: plan.toEpoch,
    rewoundTo: plan.toEpoch,
    createdMs: io.clock.nowMs(),
  }
  const { previous } = await durableEnd(io.disk, history.segments, { runnerEpoch, isNeeded: isRewind })
  const writer = new SegmentWriter(io.disk, `${location}/journal`, 'journal', runnerEpoch, previous)
  try {
    await writer.roll({ ...header, runnerEpoch } as unknown as Json)
    crashPoint('recovery.sealed')
  } finally {
    await writer.close()
  }
}

const refused = (message: string, hint: string): MillraceError => new MillraceError('INVALID_ARGUMENT', message, { hint })
