/** What one epoch tells of itself, under Spark's names (StreamingQueryProgress), from real measurements only. */
import { isoTimestamp } from '../../data/calendar.ts'
import type { MillraceProgress, StateOperatorProgress, StreamingQueryProgress } from '../../plan/contracts/backend.ts'
import type { Pipeline } from '../operators/pipeline.ts'
import type { SourceFacts } from './source-runner.ts'

/** Spark keeps as many. */
const RECENT_MAX = 100

/** Durations of one epoch by Spark's phase names, in whole milliseconds. A phase within another one does not count for that. */
export class PhaseTimer {
  readonly #monotonicMs: () => number
  readonly #started: number
  readonly #phases = new Map<string, number>()
  /** Of the phases within the one that runs. */
  #withinMs = 0

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
    this.#started = monotonicMs()
  }
  async time<T>(phase: string, work: () => Promise<T> | T): Promise<T> {
    const from = this.#monotonicMs()
    const outerMs = this.#withinMs
    this.#withinMs = 0
    try {
      return await work()
    } finally {
      const ms = this.#monotonicMs() - from
      this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + ms - this.#withinMs)
      this.#withinMs = outerMs + ms
    }
  }
  get elapsedMs(): number {
    return this.#monotonicMs() - this.#started
  }
  durations(): Record<string, number> {
    const durations: Record<string, number> = {}
    for (const [phase, ms] of this.#phases) durations[phase] = Math.round(ms)
    return Object.assign(durations, { triggerExecution: Math.round(this.elapsedMs) })
  }
}

export interface EpochFacts {
  readonly id: string
  readonly runId: string
  readonly name: string | null
  readonly epoch: number
  readonly triggerMs: number
  /** Since the trigger before; null in the first epoch. */
  readonly sinceLastMs: number | null
  readonly timer: PhaseTimer
  readonly inputRows: number
  readonly outputRows: number
  readonly sources: readonly SourceFacts[]
  readonly sink: string
  readonly malformedRows: number
  readonly events: MillraceProgress['events']
  readonly pipeline: Pipeline
  /** The watermark that held for the epoch, µs. */
  readonly watermark: bigint | null
}

/** Looks at everything now but the time, which still runs: the report is complete when its result is called. */
export function epochProgress(facts: EpochFacts): () => StreamingQueryProgress {
  const { timer, pipeline } = facts
  const seen = {
    eventTime: eventTime(facts),
    stateOperators: pipeline.stateOperators.map(stateOperatorProgress),
    millrace: {
      numMalformedRows: facts.malformedRows,
      watermarks: pipeline.watermarks,
      lateSamples: pipeline.lateSamples,
      events: facts.events,
    },
  }
  return () => {
    const { elapsedMs } = timer
    const sinceLastSeconds = (facts.sinceLastMs ?? 0) / 1000
    const rates = (rows: number) => ({
      inputRowsPerSecond: rate(rows, sinceLastSeconds),
      processedRowsPerSecond: rate(rows, elapsedMs / 1000),
    })
    return {
      id: facts.id,
      runId: facts.runId,
      name: facts.name,
      timestamp: new Date(facts.triggerMs).toISOString(),
      batchId: facts.epoch,
      batchDuration: Math.round(elapsedMs),
      numInputRows: facts.inputRows,
      ...rates(facts.inputRows),
      durationMs: timer.durations(),
      eventTime: seen.eventTime,
      stateOperators: seen.stateOperators,
      sources: facts.sources.map(({ numInputRows, metrics, ...source }) => ({
        ...source,
        numInputRows,
        ...rates(numInputRows),
        metrics,
      })),
      sink: { description: facts.sink, numOutputRows: facts.outputRows },
      observedMetrics: {},
      millrace: seen.millrace,
    }
  }
}

const rate = (rows: number, seconds: number): number => (seconds > 0 ? rows / seconds : 0)

function eventTime(facts: EpochFacts): Record<string, string> {
  const stats = facts.pipeline.eventTimeStats
  const watermark = facts.watermark === null ? {} : { watermark: isoTimestamp(facts.watermark) }
  if (stats === null) return watermark
  return { avg: isoTimestamp(stats.avg), max: isoTimestamp(stats.max), min: isoTimestamp(stats.min), ...watermark }
}

function stateOperatorProgress(operator: Pipeline['stateOperators'][number]): StateOperatorProgress {
  const { metrics, late } = operator
  return {
    operatorName: metrics.name,
    numRowsTotal: metrics.rowsTotal,
    numRowsUpdated: metrics.rowsUpdated,
    numRowsRemoved: metrics.rowsRemoved,
    allUpdatesTimeMs: Math.round(metrics.updatesTimeMs),
    allRemovalsTimeMs: Math.round(metrics.removalsTimeMs),
    commitTimeMs: 0,
    memoryUsedBytes: metrics.memoryBytes,
    numRowsDroppedByWatermark: late.count,
    numShufflePartitions: 1,
    numStateStoreInstances: 1,
    customMetrics: {},
  }
}

/** The last progress reports, oldest first. */
export class ProgressHistory {
  #recent: readonly StreamingQueryProgress[] = []
  add(progress: StreamingQueryProgress): void {
    this.#recent = [...this.#recent.slice(1 - RECENT_MAX), progress]
  }
  get recent(): readonly StreamingQueryProgress[] {
    return this.#recent
  }
  get last(): StreamingQueryProgress | null {
    return this.#recent.at(-1) ?? null
  }
}
