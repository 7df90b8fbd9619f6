/** What one epoch tells of itself, under Spark's names (StreamingQueryProgress), from real measurements only. */
import { isoTimestamp } from '../../data/calendar.ts'
import type { MillraceProgress, SourceProgress, StateOperatorProgress, StreamingQueryProgress } from '../../plan/contracts/backend.ts'
import type { Pipeline } from '../operators/pipeline.ts'
import { rate } from './source-runner.ts'

/** Spark keeps as many. */
const RECENT_MAX = 100

/** Durations of one epoch by Spark's phase names, in whole milliseconds. */
export class PhaseTimer {
  readonly #monotonicMs: () => number
  readonly #started: number
  readonly #phases = new Map<string, number>()

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
    this.#started = monotonicMs()
  }
  async time<T>(phase: string, work: () => Promise<T> | T): Promise<T> {
    const from = this.#monotonicMs()
    try {
      return await work()
    } finally {
      this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + this.#monotonicMs() - from)
    }
  }
  get elapsedMs(): number {
    return this.#monotonicMs() - this.#started
  }
  durations(): Record<string, number> {
    const rounded = [...this.#phases].map(([phase, ms]): [string, number] => [phase, Math.round(ms)])
    return { ...Object.fromEntries(rounded), triggerExecution: Math.round(this.elapsedMs) }
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
  readonly sources: readonly SourceProgress[]
  readonly sink: string
  readonly malformedRows: number
  readonly events: MillraceProgress['events']
  readonly pipeline: Pipeline
  /** The watermark that held for the epoch, µs. */
  readonly watermark: bigint | null
}

export function epochProgress(facts: EpochFacts): StreamingQueryProgress {
  const processingSeconds = facts.timer.elapsedMs / 1000
  return {
    id: facts.id,
    runId: facts.runId,
    name: facts.name,
    timestamp: new Date(facts.triggerMs).toISOString(),
    batchId: facts.epoch,
    batchDuration: Math.round(facts.timer.elapsedMs),
    numInputRows: facts.inputRows,
    inputRowsPerSecond: facts.sinceLastMs === null ? 0 : rate(facts.inputRows, facts.sinceLastMs / 1000),
    processedRowsPerSecond: rate(facts.inputRows, processingSeconds),
    durationMs: facts.timer.durations(),
    eventTime: eventTime(facts),
    stateOperators: facts.pipeline.stateOperators.map(stateOperatorProgress),
    sources: facts.sources,
    sink: { description: facts.sink, numOutputRows: facts.outputRows },
    observedMetrics: {},
    millrace: {
      numMalformedRows: facts.malformedRows,
      watermarks: facts.pipeline.watermarks,
      lateSamples: facts.pipeline.lateSamples,
      events: facts.events,
    },
  }
}

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
