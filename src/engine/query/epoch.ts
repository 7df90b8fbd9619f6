/**
 * One epoch, from its ranges to its commit. Planned: begin N → read and run → state → sink → commit N. Closed (realTime): read and run until the barrier →
 * begin N with what was read → state → sink → commit N. Whatever fails before the sink's commit is taken back: state, watermarks and the sink's open work.
 * A begin that is in the journal already (it rode on the commit before, or a crash left it in doubt) is not written again, and is run as it says.
 *
 * The disk is not waited for where nothing depends on it: while a begin becomes durable (and with it the commit before, where it rides on that), the first
 * batch is read and run in memory. Nothing is given to the sink and no state is written before the begin is durable; no source hears of a commit before that is.
 * Relies on pipeline (operators), source-runner (reading) and the journal; the loop (query-loop.ts) relies on it.
 */
import type { Batch } from '../../data/vector.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Clock, Io } from '../../io/io.ts'
import type { EpochInfo, EpochToken, Sink } from '../../plan/contracts/sink.ts'
import type { SourceOffset } from '../../plan/contracts/source.ts'
import type { BeginFrame, Journal, SourceRange } from '../checkpoint/contract.ts'
import { beginChecksum } from '../checkpoint/frames.ts'
import type { Pipeline } from '../operators/pipeline.ts'
import { blame, inCheckpoint } from './blame.ts'
import type { PhaseTimer } from './progress.ts'
import type { SourceRunner } from './source-runner.ts'

/** Work between two yields to the rest of the process: long enough to cost nothing, short enough that timers and stop() are not starved. */
const BUSY_MS_MAX = 20

export interface EpochParts {
  /** The query's identity. */
  readonly id: string
  readonly io: Io
  readonly sources: readonly SourceRunner[]
  readonly pipeline: Pipeline
  readonly sink: Sink
  readonly sinkTitle: string
  readonly journal: Journal
  readonly signal: AbortSignal
  readonly lineage: number
  readonly timeZone: string
  /** Plans the sources again within a closed epoch; resolves when there is something or the barrier has come (on the monotonic clock). */
  readonly waitWithinEpoch: (untilMs: number) => Promise<void>
}

export interface EpochResult {
  readonly inputRows: number
  readonly rowsBySource: ReadonlyMap<string, number>
  readonly ranges: Readonly<Record<string, SourceRange>>
  readonly outputRows: number
  /** The next epoch, where it begins with this one's commit. */
  readonly next: BeginFrame | null
  /** Resolves when the commit is durable; rejects where it could not be written. */
  readonly committed: Promise<void>
}

/** The epoch before, whose commit may be on its way to the disk. */
export interface EpochBefore {
  /** Resolves when its commit is durable, and with it the begin that rides on it. */
  readonly committed: Promise<void>
  /** Tells the sources; asked for once nothing is being read. A second call does nothing. */
  readonly release: () => Promise<void>
}

export interface EpochPlan {
  readonly frame: BeginFrame
  /** The frame is in the journal, or on its way there with the commit of `before`. */
  readonly begun: boolean
  readonly before: EpochBefore | null
  /** The sink has the epoch's output: only state is made again. */
  readonly skipSink: boolean
  /** Set for a closed epoch: reading goes on until this time of the monotonic clock, however the wall clock is set meanwhile. */
  readonly closesAtMs: number | null
}

/** `planNext` is asked, when all of the epoch but its commit is done, for the frame of the next one, if that can begin at once. */
export async function runEpoch(
  parts: EpochParts,
  plan: EpochPlan,
  timer: PhaseTimer,
  planNext: () => Promise<BeginFrame | null>,
): Promise<EpochResult> {
  const { pipeline, journal, signal } = parts
  const sink = plan.skipSink ? OUTPUT_IS_THERE : parts.sink
  const { epoch, batchTimeMs } = plan.frame
  const info: EpochInfo = { epoch, batchTimeMs, lineage: parts.lineage }
  const inSink = <T>(run: () => Promise<T>): Promise<T> => blame('SINK_FAILED', `The ${parts.sinkTitle} sink`, run)
  const isClosed = plan.closesAtMs !== null
  const begun = plan.before?.committed ?? (isClosed || plan.begun ? null : inCheckpoint(() => journal.begin(plan.frame)))
  // It is waited for below; an error until then is no unhandled one.
  begun?.catch(() => undefined)
  let sinkBegun = false
  const ready = async (): Promise<void> => {
    if (sinkBegun) return
    if (begun !== null) await timer.time('walCommit', () => begun)
    await inSink(() => sink.begin(info))
    sinkBegun = true
  }
  const work = new EpochWork(parts, sink, ready)
  pipeline.begin({
    queryId: parts.id,
    epoch,
    batchTimeMicros: BigInt(batchTimeMs) * 1000n,
    timeZone: parts.timeZone,
    randomSeed: plan.frame.randomSeed,
  })
  try {
    const ranges = await timer.time('addBatch', async () => {
      const read =
        plan.closesAtMs === null ? await work.readPlanned(plan.frame.ranges) : await work.readUntil(plan.closesAtMs, plan.frame.ranges)
      crashPoint('epoch.read')
      await work.finish()
      await plan.before?.release()
      return read
    })
    const frame: BeginFrame = { ...plan.frame, ranges }
    if (isClosed) await timer.time('walCommit', () => inCheckpoint(() => journal.begin(frame)))
    signal.throwIfAborted()
    const state = await timer.time('commitState', () => inCheckpoint(() => pipeline.commit(epoch)))
    crashPoint('sink.before-commit')
    const token: EpochToken = { epoch, lineage: parts.lineage, beginChecksum: beginChecksum(frame) }
    const sinkToken = await timer.time('addBatch', () => inSink(() => sink.commit(info, token)))
    crashPoint('sink.committed')
    for (const source of parts.sources) source.moveTo(ranges[source.id]?.end ?? source.position)
    pipeline.endEpoch({
      partitions: parts.sources.flatMap((source) => source.partitions),
      caughtUp: parts.sources.flatMap((source) => source.caughtUp),
      nowMs: elapsedMs(parts.io.clock),
    })
    const nextWatermarks = pipeline.snapshotWatermarks()
    const next = await planNext()
    const rows = { in: work.inputRows, out: work.outputRows, late: pipeline.lateRows, malformed: malformed(parts.sources) }
    const committed = timer.time('commitOffsets', () =>
      inCheckpoint(() => journal.commit({ epoch, state, sinkToken, nextWatermarks, rows }, next)),
    )
    committed.catch(() => undefined)
    return { inputRows: work.inputRows, rowsBySource: work.rowsBySource, ranges, outputRows: work.outputRows, next, committed }
  } catch (error) {
    const before = await failureOf(begun)
    if (before === null) await plan.before?.release().catch(() => undefined)
    pipeline.rollback()
    // The epoch's own error counts, whatever the sink says to the abort.
    if (sinkBegun) await sink.abort(info).catch(() => undefined)
    // What the journal failed at came first, and is why this epoch must not go on.
    throw before === null ? error : before.error
  }
}

async function failureOf(begun: Promise<void> | null): Promise<{ readonly error: unknown } | null> {
  try {
    await begun
    return null
  } catch (error) {
    return { error }
  }
}

/** What idleness is measured by: a wall clock that is set must idle no partition, or keep one from it. Whole milliseconds. */
export const elapsedMs = (clock: Clock): number => Math.floor(clock.monotonicMs())

/** Stands for the sink while an epoch that it has already is run again for its state. */
const OUTPUT_IS_THERE: Sink = {
  begin: () => Promise.resolve(),
  write: () => Promise.resolve(),
  commit: () => Promise.resolve(null),
  abort: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

/** What an epoch reads and writes while it runs. */
class EpochWork {
  readonly #parts: EpochParts
  readonly #sink: Sink
  readonly #ready: () => Promise<void>
  readonly rowsBySource = new Map<string, number>()
  inputRows = 0
  outputRows = 0
  #pending: Batch[] = []
  #busySince: number

  /** `ready`: asked before anything leaves memory. */
  constructor(parts: EpochParts, sink: Sink, ready: () => Promise<void>) {
    this.#parts = parts
    this.#sink = sink
    this.#ready = ready
    this.#busySince = parts.io.clock.monotonicMs()
  }

  async readPlanned(ranges: BeginFrame['ranges']): Promise<BeginFrame['ranges']> {
    for (const source of this.#parts.sources) {
      const range = ranges[source.id]
      if (range !== undefined) await this.#read(source, range)
    }
    return ranges
  }

  /** Small reads, one after another, until the barrier; the ranges are what they came to. */
  async readUntil(closesAtMs: number, first: BeginFrame['ranges']): Promise<BeginFrame['ranges']> {
    const { io, sources, signal } = this.#parts
    const starts = new Map<string, SourceOffset>(sources.map((source) => [source.id, first[source.id]?.start ?? source.position]))
    await this.readPlanned(first)
    for (const source of sources) source.moveTo(first[source.id]?.end ?? source.position)
    while (io.clock.monotonicMs() < closesAtMs && !signal.aborted) {
      let found = false
      for (const source of sources) {
        const { end } = await source.plan()
        if (!source.hasNewData) continue
        found = true
        await this.#read(source, { start: source.position, end })
        source.moveTo(end)
      }
      if (!found) await this.#parts.waitWithinEpoch(closesAtMs)
    }
    signal.throwIfAborted()
    return Object.fromEntries(
      sources.map((source) => [source.id, { start: starts.get(source.id) ?? source.position, end: source.position }]),
    )
  }

  async finish(): Promise<void> {
    this.#parts.pipeline.finish((batch) => this.#pending.push(batch))
    // Also where there is nothing to write: the sink has to know of every epoch.
    await this.#write()
  }

  async #read(source: SourceRunner, range: SourceRange): Promise<void> {
    for await (const { batch, origin } of source.read(range)) {
      this.#parts.pipeline.push(source.id, batch, origin, (output) => this.#pending.push(output))
      await this.#write()
      await this.#breathe()
    }
    this.inputRows += source.rowsRead
    this.rowsBySource.set(source.id, (this.rowsBySource.get(source.id) ?? 0) + source.rowsRead)
  }

  async #write(): Promise<void> {
    await this.#ready()
    const batches = this.#pending
    this.#pending = []
    for (const batch of batches) {
      if (batch.length === 0) continue
      this.outputRows += batch.length
      await blame('SINK_FAILED', `The ${this.#parts.sinkTitle} sink`, () => this.#sink.write(batch))
    }
    this.#parts.signal.throwIfAborted()
  }

  async #breathe(): Promise<void> {
    const { clock } = this.#parts.io
    if (clock.monotonicMs() - this.#busySince < BUSY_MS_MAX) return
    await clock.yieldNow()
    this.#busySince = clock.monotonicMs()
  }
}

const malformed = (sources: readonly SourceRunner[]): number => sources.reduce((sum, source) => sum + source.malformedRows, 0)
