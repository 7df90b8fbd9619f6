/**
 * The epoch loop: plans, runs and reports one epoch after another until the query is stopped, ends by its trigger, or fails. While input is waiting, an
 * epoch starts as soon as the one before it has handed its commit to the journal (see epoch.ts for what it may do until that is durable).
 *
 * When an epoch runs: when a source has something new; or without data, when a watermark has moved so that windows close (Spark's no-data batch); and always
 * once at the start of a new query, as in Spark, so that the console shows that it lives. Idleness of partitions is decided here, between epochs.
 */
import { crashPoint } from '../../io/crash-point.ts'
import type { Io } from '../../io/io.ts'
import type { StreamingQueryProgress, StreamingQueryStatus } from '../../plan/contracts/backend.ts'
import type { Sink } from '../../plan/contracts/sink.ts'
import type { Recovery } from '../checkpoint/checkpoint.ts'
import type { BeginFrame, SourceRange } from '../checkpoint/contract.ts'
import type { Pipeline } from '../operators/pipeline.ts'
import type { QueryConfiguration } from './configuration.ts'
import { type EpochBefore, type EpochParts, type EpochResult, elapsedMs, runEpoch } from './epoch.ts'
import { epochProgress, PhaseTimer } from './progress.ts'
import type { SourceRunner } from './source-runner.ts'
import { nextTriggerMs, type TriggerPlan } from './trigger.ts'
import type { Waiter } from './waiter.ts'

/** Between idle reports, as in Spark (noDataProgressEventInterval). */
const IDLE_EVENT_MS = 10_000
/** How often idleness of partitions is looked at while nothing comes. */
const IDLE_CHECK_MS = 1_000

export interface LoopParts {
  readonly id: string
  readonly runId: string
  readonly name: string | null
  readonly io: Io
  readonly sources: readonly SourceRunner[]
  readonly pipeline: Pipeline
  readonly sink: Sink
  readonly sinkTitle: string
  readonly trigger: TriggerPlan
  readonly configuration: QueryConfiguration
  readonly planIdentity: string
  readonly recovery: Recovery
  readonly signal: AbortSignal
  readonly waiter: Waiter
  readonly onStatus: (status: StreamingQueryStatus) => void
  readonly onProgress: (progress: StreamingQueryProgress) => void
  readonly onIdle: () => void
  /** Called when all that the sources had is in the sink, with the number of the planning that found it so. */
  readonly onCaughtUp: (planning: number) => void
}

export class QueryLoop {
  readonly #parts: LoopParts
  readonly #epochParts: EpochParts
  #epoch: number
  /** The next epoch, where it is in the journal already: it rode on the last commit, or is in doubt after a crash. */
  #begun: BeginFrame | null
  /** The epoch whose commit `#begun` rides on, while that is not known to be durable. */
  #before: EpochBefore | null = null
  #planned = false
  #plannings = 0
  #triggerMs: number | null = null
  #idleSinceMs: number | null = null

  constructor(parts: LoopParts) {
    this.#parts = parts
    const { recovery, configuration, io } = parts
    const { committed, inDoubt, runner } = recovery.recovered
    this.#epochParts = {
      ...parts,
      journal: recovery.journal,
      lineage: runner.lineage,
      timeZone: configuration.timeZone,
      waitWithinEpoch: (untilMs: number) => this.#waitForData(io.clock.nowMs() + untilMs - io.clock.monotonicMs()),
    }
    this.#epoch = committed === null ? 0 : committed.commit.epoch + 1
    this.#begun = inDoubt
  }

  /** The number of the next planning: what processAllAvailable waits for. */
  get nextPlanning(): number {
    return this.#plannings + 1
  }

  async run(): Promise<void> {
    try {
      await this.#run()
    } finally {
      await this.#settle()
    }
  }

  async #run(): Promise<void> {
    const { trigger, signal, sources } = this.#parts
    if (trigger.bounded === 'availableNow') for (const source of sources) await source.prepareAvailableNow()
    while (!signal.aborted) {
      const firedMs = this.#parts.io.clock.nowMs()
      const isReplay = this.#begun !== null
      const ran = await this.#tick(firedMs)
      if (signal.aborted) return
      if (trigger.bounded === 'once' && !isReplay && (ran === 'data' || ran === 'nothing')) return
      if (trigger.bounded === 'availableNow' && ran === 'nothing') return
      await this.#pause(firedMs, ran)
    }
  }

  /** Plans, and runs an epoch if there is a reason to. */
  async #tick(firedMs: number): Promise<'data' | 'noData' | 'nothing'> {
    const { pipeline, trigger } = this.#parts
    const planning = ++this.#plannings
    const startedMs = this.#parts.io.clock.monotonicMs()
    const timer = new PhaseTimer(() => this.#parts.io.clock.monotonicMs())
    const begun = this.#begun
    // What is begun is run as it was planned; a source still has to be planned once, so that it knows what it has.
    if (begun === null || !this.#planned) await this.#plan(timer)
    const hasData = begun === null ? this.#hasData : !begun.noData
    const noData = !hasData && this.#epoch > 0
    if (begun === null && noData) {
      this.#decideIdleness()
      if (!pipeline.needsNoDataEpoch()) {
        this.#status('Waiting for data to arrive', false, false)
        this.#reportIdle(startedMs)
        this.#parts.onCaughtUp(planning)
        return 'nothing'
      }
    }
    this.#status('Processing new data', hasData, true)
    const watermark = pipeline.watermark
    const frame = begun ?? this.#frame(this.#epoch, firedMs, noData)
    const closesAtMs = begun !== null || trigger.realTimeMs === null || noData ? null : startedMs + trigger.realTimeMs
    const result = await this.#epochOf(frame, begun !== null, closesAtMs, timer)
    this.#idleSinceMs = null
    const report = this.#reporter(frame.epoch, firedMs, timer, result, watermark)
    this.#before = this.#committing(result, report)
    if (result.next === null) await this.#settle()
    const caughtUp = result.next === null && this.#parts.sources.every((source) => source.reachesLatest)
    if (caughtUp && !pipeline.needsNoDataEpoch() && closesAtMs === null) this.#parts.onCaughtUp(planning)
    return noData ? 'noData' : 'data'
  }

  async #epochOf(frame: BeginFrame, begun: boolean, closesAtMs: number | null, timer: PhaseTimer): Promise<EpochResult> {
    const { recovered, sinkHasEpochInDoubt } = this.#parts.recovery
    const skipSink = begun && sinkHasEpochInDoubt && recovered.inDoubt?.epoch === frame.epoch
    const before = this.#before
    this.#before = null
    const plan = { frame, begun, before, skipSink, closesAtMs }
    const result = await runEpoch(this.#epochParts, plan, timer, () => this.#planNext(frame.epoch + 1, timer))
    this.#epoch = frame.epoch + 1
    this.#begun = result.next
    return result
  }

  /** Reports when the commit is durable; the sources hear of it when they are asked for nothing else. */
  #committing({ committed, ranges }: EpochResult, report: () => void): EpochBefore {
    let released = false
    const release = async (): Promise<void> => {
      if (released) return
      released = true
      for (const source of this.#parts.sources) await source.commit(ranges[source.id]?.end ?? source.position)
      crashPoint('source.committed')
    }
    const reported = committed.then(report)
    reported.catch(() => undefined)
    return { committed: reported, release }
  }

  async #settle(): Promise<void> {
    const before = this.#before
    this.#before = null
    await before?.committed
    await before?.release()
  }

  /** The next epoch, if it may begin at once: then its begin shares the write of the commit before it. */
  async #planNext(epoch: number, timer: PhaseTimer): Promise<BeginFrame | null> {
    const { trigger, signal, io } = this.#parts
    if (trigger.intervalMs !== null || trigger.realTimeMs !== null || trigger.bounded === 'once' || signal.aborted) return null
    await this.#plan(timer)
    return this.#hasData ? this.#frame(epoch, io.clock.nowMs(), false) : null
  }

  async #plan(timer: PhaseTimer): Promise<void> {
    this.#status('Getting offsets from the sources', false, true)
    await timer.time('latestOffset', async () => {
      for (const source of this.#parts.sources) await source.plan()
    })
    this.#planned = true
  }

  get #hasData(): boolean {
    return this.#parts.sources.some((source) => source.hasNewData)
  }

  #frame(epoch: number, batchTimeMs: number, noData: boolean): BeginFrame {
    const { sources, pipeline, io, planIdentity, trigger } = this.#parts
    return {
      epoch,
      ranges: Object.fromEntries(sources.map((source) => [source.id, rangeOf(source)])),
      watermarks: pipeline.snapshotWatermarks(),
      batchTimeMs,
      randomSeed: io.random.uint32(),
      planIdentity,
      noData,
      closed: trigger.realTimeMs !== null && !noData,
    }
  }

  /** Until the next trigger, or until there is a reason to plan again. */
  async #pause(firedMs: number, ran: 'data' | 'noData' | 'nothing'): Promise<void> {
    const { io, trigger, waiter, signal } = this.#parts
    if (trigger.intervalMs !== null) {
      const next = nextTriggerMs(firedMs, io.clock.nowMs(), trigger.intervalMs)
      if (next <= io.clock.nowMs()) return io.clock.yieldNow()
      this.#status(ran === 'nothing' ? 'Waiting for data to arrive' : 'Waiting for next trigger', false, false)
      return waiter.wait({ untilMs: next, signal, events: () => [] })
    }
    if (ran !== 'nothing') return io.clock.yieldNow()
    await this.#waitForData(null)
  }

  async #waitForData(untilMs: number | null): Promise<void> {
    const { io, sources, pipeline, waiter, signal, configuration } = this.#parts
    const polls = sources.some((source) => !source.announces)
    const now = io.clock.nowMs()
    const limits = [
      untilMs ?? now + IDLE_EVENT_MS,
      polls ? now + configuration.pollIntervalMs : null,
      pipeline.canBecomeIdle ? now + IDLE_CHECK_MS : null,
    ]
    await waiter.wait({
      untilMs: Math.min(...limits.filter((limit) => limit !== null)),
      signal,
      events: (ended) => sources.flatMap((source) => source.waitForData(ended) ?? []),
    })
  }

  #decideIdleness(): void {
    const { sources, pipeline, io } = this.#parts
    pipeline.endEpoch({
      partitions: sources.flatMap((source) => source.partitions),
      caughtUp: sources.flatMap((source) => source.caughtUp),
      nowMs: elapsedMs(io.clock),
    })
  }

  #reportIdle(nowMs: number): void {
    if (this.#idleSinceMs === null) this.#idleSinceMs = nowMs
    else if (nowMs - this.#idleSinceMs >= IDLE_EVENT_MS) {
      this.#idleSinceMs = nowMs
      this.#parts.onIdle()
    }
  }

  /** What the epoch was, as it is now: the next one may be running when the report is due. */
  #reporter(epoch: number, firedMs: number, timer: PhaseTimer, result: EpochResult, watermark: bigint | null): () => void {
    const { id, runId, name, sources, sinkTitle, pipeline, onProgress } = this.#parts
    const sinceLastMs = this.#triggerMs === null ? null : firedMs - this.#triggerMs
    this.#triggerMs = firedMs
    const { inputRows, outputRows, ranges, rowsBySource } = result
    const progress = epochProgress({
      ...{ id, runId, name, epoch, sinceLastMs, timer, inputRows, outputRows, pipeline, watermark },
      triggerMs: firedMs,
      sink: sinkTitle,
      sources: sources.map((source) => source.progress(ranges[source.id] ?? null, rowsBySource.get(source.id) ?? 0)),
      malformedRows: sources.reduce((sum, source) => sum + source.malformedRows, 0),
      events: sources.flatMap((source) => source.takeEvents().map((event) => ({ source: source.id, ...event }))),
    })
    return () => onProgress(progress())
  }

  #status(message: string, isDataAvailable: boolean, isTriggerActive: boolean): void {
    this.#parts.onStatus({ message, isDataAvailable, isTriggerActive })
  }
}

function rangeOf(source: SourceRunner): SourceRange {
  return { start: source.position, end: source.planned }
}
