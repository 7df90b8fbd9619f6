/**
 * One epoch, from its ranges to its commit. Planned: begin N → read and run → state → sink → commit N. Closed (realTime): read and run until the barrier →
 * begin N with what was read → state → sink → commit N. Whatever fails before the sink's commit is taken back: state, watermarks and the sink's open work.
 * A begin that is in the journal already (it rode on the commit before, or a crash left it in doubt) is not written again, and is run as it says.
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
  /** The next epoch, where it began with this one's commit. */
  readonly next: BeginFrame | null
}

export interface EpochPlan {
  readonly frame: BeginFrame
  /** The frame is in the journal. */
  readonly begun: boolean
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
  if (!isClosed && !plan.begun) await timer.time('walCommit', () => inCheckpoint(() => journal.begin(plan.frame)))
  const work = new EpochWork(parts, sink)
  pipeline.begin({ epoch, batchTimeMicros: BigInt(batchTimeMs) * 1000n, timeZone: parts.timeZone, randomSeed: plan.frame.randomSeed })
  let sinkBegun = false
  try {
    const ranges = await timer.time('addBatch', async () => {
      await inSink(() => sink.begin(info))
      sinkBegun = true
      const read =
        plan.closesAtMs === null ? await work.readPlanned(plan.frame.ranges) : await work.readUntil(plan.closesAtMs, plan.frame.ranges)
      crashPoint('epoch.read')
      await work.finish()
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
    await timer.time('commitOffsets', async () => {
      const rows = { in: work.inputRows, out: work.outputRows, late: pipeline.lateRows, malformed: malformed(parts.sources) }
      await inCheckpoint(() => journal.commit({ epoch, state, sinkToken, nextWatermarks, rows }, next))
      for (const source of parts.sources) await source.commit(ranges[source.id]?.end ?? source.position)
      crashPoint('source.committed')
    })
    return { inputRows: work.inputRows, rowsBySource: work.rowsBySource, ranges, outputRows: work.outputRows, next }
  } catch (error) {
    pipeline.rollback()
    // The epoch's own error counts, whatever the sink says to the abort.
    if (sinkBegun) await sink.abort(info).catch(() => undefined)
    throw error
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
  readonly rowsBySource = new Map<string, number>()
  inputRows = 0
  outputRows = 0
  #pending: Batch[] = []
  #busySince: number

  constructor(parts: EpochParts, sink: Sink) {
    this.#parts = parts
    this.#sink = sink
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
