/** A checkpoint in a folder; see checkpoint.ts for its parts and the order at start. */

import { MillraceError } from '../../error.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Io } from '../../io/io.ts'
import type { CommittedOutput, EpochToken, RunnerInfo } from '../../plan/contracts/sink.ts'
import type { Json, SourceLog } from '../../plan/contracts/source.ts'
import { DurableStateProvider } from '../state/durable-state.ts'
import type { Checkpoint, Claim, Recovery } from './checkpoint.ts'
import type { BeginFrame } from './contract.ts'
import { DurableJournal } from './durable-journal.ts'
import { beginChecksum } from './frames.ts'
import {
  type CommittedEpoch,
  firstNeeded,
  type History,
  headerOf,
  historyOf,
  isRewind,
  type JournalHeader,
  stateStepsOf,
} from './history.ts'
import { durableEnd } from './log-end.ts'
import { checkCompatible, type PlanDescription, type Renames } from './plan-description.ts'
import { purge } from './purge.ts'
import { parseQueryFile, writeQueryFile } from './query-file.ts'
import { checkFence, claimRunner, releaseRunner } from './runners.ts'
import { FORMAT_VERSION, SegmentWriter, scanLog } from './segments.ts'
import { DurableSourceLog } from './source-log.ts'
import type { CheckpointTuning } from './tuning.ts'

export interface DurableCheckpointOptions {
  readonly io: Io
  readonly location: string
  readonly queryId: string
  readonly runId: string
  readonly takeover: boolean
  readonly plan: PlanDescription
  readonly sink: string
  readonly renames: Renames
  /** Epochs that can be gone back to. */
  readonly epochsRetained: number
  readonly memoryBytesMax: number | null
  readonly tuning: CheckpointTuning
  readonly onRestored: (operatorId: string, rows: number) => void
}

export class DurableCheckpoint implements Checkpoint {
  readonly #options: DurableCheckpointOptions
  readonly #logs: DurableSourceLog[] = []
  #runner: RunnerInfo | null = null

  constructor(options: DurableCheckpointOptions) {
    this.#options = options
  }

  async claim(): Promise<Claim> {
    const { io, location, runId, takeover, queryId } = this.#options
    await io.disk.makeFolder(location)
    const runnerEpoch = await claimRunner(io, `${location}/runners`, runId, takeover)
    this.#runner = { runnerEpoch, lineage: 0, rewoundTo: null }
    const history = historyOf(await scanLog(io.disk, `${location}/journal`, 'journal'))
    const { header, segments } = history
    if (header === null) await writeQueryFile(io.disk, location, { format: FORMAT_VERSION, queryId, createdMs: io.clock.nowMs() }, runId)
    this.#checkQuery(header)
    // The sink is told of a rewind before the journal is read for good.
    const last = segments.at(-1)
    if (last !== undefined && isRewind(last)) await durableEnd(io.disk, [last], { runnerEpoch, isNeeded: isRewind })
    crashPoint('runner.claimed')
    this.#runner = { runnerEpoch, lineage: header?.lineage ?? 0, rewoundTo: header?.rewoundTo ?? null }
    return { runner: this.#runner, committed: committedOutput(history, this.#options.sink) }
  }

  async recover(token: EpochToken | null): Promise<Recovery> {
    const { io, location, plan, sink, renames, queryId, memoryBytesMax, tuning, onRestored } = this.#options
    const runner = this.#claimed
    crashPoint('runner.fenced')
    const folder = `${location}/journal`
    await io.disk.makeFolder(folder)
    await io.disk.makeFolder(`${location}/state`)
    const history = historyOf(await scanLog(io.disk, folder, 'journal'))
    const end = await durableEnd(io.disk, history.segments, { runnerEpoch: runner.runnerEpoch, isNeeded: isRewind })
    crashPoint('recovery.read')
    if (history.header !== null) checkCompatible(history.header.plan, plan, renames)
    const sinkHasEpochInDoubt = sinkHas(token, history, runner.lineage)
    const header: JournalHeader = { ...runner, queryId, rewindTo: null, plan, sink, createdMs: io.clock.nowMs() }
    const writer = new SegmentWriter(io.disk, folder, 'journal', runner.runnerEpoch, end.previous)
    await writer.roll(header as unknown as Json)
    for (const stray of [...history.strays, ...end.unused.map(({ path }) => path)]) await io.disk.remove(stray)
    crashPoint('recovery.sealed')
    // Whoever was taken over while it recovered may have nothing to write for long, and would not find out.
    try {
      this.checkFence()
    } catch (fenced) {
      await writer.close()
      throw fenced
    }
    let epochs: readonly CommittedEpoch[] = history.epochs
    const steps = (operatorId: string) => stateStepsOf(epochs, operatorId)
    const state = new DurableStateProvider({
      disk: io.disk,
      folder: `${location}/state`,
      runnerEpoch: runner.runnerEpoch,
      memoryBytesMax,
      tuning,
      steps,
      onRestored,
    })
    const last = history.epochs.at(-1)
    const retention = new Retention(this.#options, history, state, writer, runner.runnerEpoch)
    const journal = new DurableJournal({
      writer,
      header,
      committed: last?.commit.epoch ?? -1,
      inDoubt: history.inDoubt,
      checkFence: () => this.checkFence(),
      nowMs: () => io.clock.nowMs(),
      tuning,
      onRoll: () => retention.apply(),
      onCommitted: (epoch) => retention.add(epoch),
    })
    return {
      recovered: { queryId, runner, committed: last === undefined ? null : withoutInline(last), inDoubt: history.inDoubt },
      journal,
      state,
      sinkHasEpochInDoubt,
      restored: () => {
        epochs = []
      },
    }
  }

  async sourceLog(scanId: string): Promise<SourceLog> {
    const { io, location, tuning } = this.#options
    const log = await DurableSourceLog.open({
      disk: io.disk,
      folder: `${location}/sources/${encodeURIComponent(scanId)}`,
      runnerEpoch: this.#claimed.runnerEpoch,
      tuning,
    })
    this.#logs.push(log)
    return log
  }

  checkFence(): void {
    const { io, location } = this.#options
    if (this.#runner !== null) checkFence(io, `${location}/runners`, this.#runner.runnerEpoch)
  }

  async release(): Promise<void> {
    const { io, location } = this.#options
    const closing = await Promise.allSettled(this.#logs.map((log) => log.close()))
    if (this.#runner !== null) await releaseRunner(io, `${location}/runners`, this.#runner.runnerEpoch)
    for (const one of closing) if (one.status === 'rejected') throw one.reason
  }

  get #claimed(): RunnerInfo {
    if (this.#runner === null) throw new MillraceError('INTERNAL_ERROR', 'The checkpoint is used before it is claimed.')
    return this.#runner
  }

  /** The query file was read before the claim, so another query may have begun meanwhile. Where there is a journal, the file is of the same query. */
  #checkQuery(header: JournalHeader | null): void {
    const { io, location, queryId } = this.#options
    const path = `${location}/query`
    const found = parseQueryFile(path, io.disk.readNow(path))?.queryId ?? null
    const known = header?.queryId ?? found
    if (known === queryId && found === queryId) return
    if (found !== null && found === known)
      throw new MillraceError('CHECKPOINT_IN_USE', `Another query began in '${location}' at the same moment.`, { details: { location } })
    throw new MillraceError(
      'CHECKPOINT_DAMAGED',
      `'${path}' is ${found === null ? 'missing' : `of query ${found}`}, and the journal is of query ${known}.`,
      { details: { path, found, journal: known } },
    )
  }
}

/** Tokens of sinks of another format mean nothing to this one. */
function committedOutput({ epochs, segments }: History, sink: string): CommittedOutput | null {
  const formats = new Map(segments.map((segment) => [segment.name, headerOf(segment).sink]))
  const last = epochs.findLast(({ commit, segment }) => commit.sinkToken !== null && formats.get(segment) === sink)
  return last === undefined ? null : { epoch: last.commit.epoch, token: last.commit.sinkToken }
}

/** Whether the sink has the epoch in doubt. Throws CHECKPOINT_OLDER_THAN_OUTPUT where it has what the journal knows nothing of. */
function sinkHas(token: EpochToken | null, history: History, lineage: number): boolean {
  const last = history.epochs.at(-1)?.commit.epoch ?? -1
  if (token === null || token.epoch <= last) return false
  const begin: BeginFrame | null = history.inDoubt
  if (begin !== null && token.epoch === begin.epoch && token.lineage === lineage && token.beginChecksum === beginChecksum(begin))
    return true
  throw new MillraceError(
    'CHECKPOINT_OLDER_THAN_OUTPUT',
    `The sink has epoch ${token.epoch}, and the checkpoint ${last < 0 ? 'has none' : `ends with epoch ${last}`}${begin === null ? '' : `, with another epoch ${begin.epoch} begun`}.`,
    { details: { token, committed: last, inDoubt: begin?.epoch ?? null } },
  )
}

/** Keeps what the last epochs need, and removes the rest when the journal rolls. */
class Retention {
  readonly #options: DurableCheckpointOptions
  readonly #state: DurableStateProvider
  readonly #writer: SegmentWriter
  readonly #oldState: readonly string[]
  readonly #oldStateEpochs = new Map<string, number>()
  readonly #runnerEpoch: number
  #epochs: CommittedEpoch[]
  #segments: { readonly name: string; lastEpoch: number }[]

  constructor(
    options: DurableCheckpointOptions,
    history: History,
    state: DurableStateProvider,
    writer: SegmentWriter,
    runnerEpoch: number,
  ) {
    this.#options = options
    this.#runnerEpoch = runnerEpoch
    this.#state = state
    this.#writer = writer
    this.#epochs = history.epochs.map(withoutInline)
    this.#segments = [...history.lastEpochs].map(([name, lastEpoch]) => ({ name, lastEpoch }))
    for (const { commit } of history.epochs)
      for (const { file } of Object.values(commit.state)) if (file !== null) this.#oldStateEpochs.set(file.name, commit.epoch)
    this.#oldState = [...this.#oldStateEpochs.keys()]
  }

  add(epoch: CommittedEpoch): void {
    this.#epochs.push(withoutInline(epoch))
    const segment = this.#segments.at(-1)
    // A begin may ride on the commit, so the segment has a frame of the next epoch too.
    if (segment?.name === epoch.segment) segment.lastEpoch = epoch.commit.epoch + 1
    else this.#segments.push({ name: epoch.segment, lastEpoch: epoch.commit.epoch + 1 })
  }

  /**
   * The last commit is durable, and nobody has claimed the checkpoint after it: whoever will, reads that commit, and needs nothing that it makes needless. So
   * this runner may sleep at any point of the purge, and take nothing away from a newer one when it goes on.
   */
  async apply(): Promise<void> {
    const { io, location, epochsRetained } = this.#options
    checkFence(io, `${location}/runners`, this.#runnerEpoch)
    const needed = firstNeeded(this.#epochs, epochsRetained)
    const segments = [...this.#segments, { name: this.#writer.name, lastEpoch: Number.POSITIVE_INFINITY }]
    const left = await purge(io.disk, { folder: `${location}/journal`, files: segments }, needed, 'purge.segment')
    this.#segments = this.#segments.filter((one) => left.has(one.name))
    this.#epochs = this.#epochs.filter((one) => one.commit.epoch >= needed)
    const stateFiles = [...this.#oldState.map((name) => [name, this.#oldStateEpochs.get(name) ?? 0] as const), ...this.#state.files]
    const names = new Set((await io.disk.list(`${location}/state`)).map((info) => info.path.slice(info.path.lastIndexOf('/') + 1)))
    const known = stateFiles.filter(([name]) => names.has(name)).map(([name, lastEpoch]) => ({ name, lastEpoch }))
    // Files of older runners that no commit names are of epochs that were never committed. Those of this one are still to be named, those of newer ones are theirs.
    const unnamed = [...names].filter((name) => !known.some((one) => one.name === name) && Number(name.slice(0, 10)) < this.#runnerEpoch)
    await purge(
      io.disk,
      { folder: `${location}/state`, files: [...unnamed.map((name) => ({ name, lastEpoch: -1 })), ...known] },
      needed,
      'purge.state',
    )
  }
}

/** Small changes are in the journal; nobody needs them a second time in memory. */
const withoutInline = (one: CommittedEpoch): CommittedEpoch => ({
  ...one,
  commit: {
    ...one.commit,
    state: Object.fromEntries(Object.entries(one.commit.state).map(([id, state]) => [id, { ...state, inline: null }])),
  },
})
