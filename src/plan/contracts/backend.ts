/**
 * The contract between the API and what runs queries. The embedded engine is one backend, a Spark cluster another; `api/` knows nothing else of either.
 * `start` returns at once: plan and option errors throw from it, later ones end the query and are found in `exception`.
 */
import type { Batch } from '../../data/vector.ts'
import type { MillraceError } from '../../error.ts'
import type { Options, Relation } from '../nodes/relation.ts'
import type { Delivery, OutputMode, SinkProvider } from './sink.ts'
import type { Json } from './source.ts'

export type TriggerSpec =
  | { readonly kind: 'default' }
  | { readonly kind: 'processingTime'; readonly intervalMs: number }
  | { readonly kind: 'availableNow' }
  | { readonly kind: 'once' }
  | { readonly kind: 'realTime'; readonly checkpointIntervalMs: number }

export interface QueryRequest {
  readonly plan: Relation
  readonly sink: SinkProvider
  readonly sinkOptions: Options
  readonly outputMode: OutputMode
  readonly trigger: TriggerSpec
  readonly name: string | null
  readonly checkpointLocation: string | null
  /** Shuts out another runner that holds the checkpoint. */
  readonly takeover: boolean
  /** `old -> new, …`: columns that have another name than in the program that made the checkpoint. */
  readonly checkpointRenames: string | null
  /** Null: the strongest that sink and sources have. */
  readonly delivery: Delivery | null
  /** The session's configuration at start (`millrace.…` and `spark.sql.…` keys). */
  readonly configuration: Options
  readonly signal: AbortSignal | null
}

/** Spark's StreamingQueryStatus. */
export interface StreamingQueryStatus {
  readonly message: string
  readonly isDataAvailable: boolean
  readonly isTriggerActive: boolean
}
/** Spark's StreamingQueryProgress, by its JSON names; additions of ours are under `millrace`. */
export interface StreamingQueryProgress {
  readonly id: string
  readonly runId: string
  readonly name: string | null
  /** ISO 8601, UTC, milliseconds: when the trigger began. */
  readonly timestamp: string
  readonly batchId: number
  readonly batchDuration: number
  readonly numInputRows: number
  readonly inputRowsPerSecond: number
  readonly processedRowsPerSecond: number
  /** Milliseconds by phase: triggerExecution, latestOffset, walCommit, addBatch, commitState, commitOffsets. */
  readonly durationMs: Readonly<Record<string, number>>
  /** watermark, min, max, avg: ISO 8601 texts; empty where no watermark is defined. */
  readonly eventTime: Readonly<Record<string, string>>
  readonly stateOperators: readonly StateOperatorProgress[]
  readonly sources: readonly SourceProgress[]
  readonly sink: SinkProgress
  readonly observedMetrics: Readonly<Record<string, Json>>
  readonly millrace: MillraceProgress
}
export interface StateOperatorProgress {
  readonly operatorName: string
  readonly numRowsTotal: number
  readonly numRowsUpdated: number
  readonly numRowsRemoved: number
  readonly allUpdatesTimeMs: number
  readonly allRemovalsTimeMs: number
  readonly commitTimeMs: number
  readonly memoryUsedBytes: number
  readonly numRowsDroppedByWatermark: number
  readonly numShufflePartitions: number
  readonly numStateStoreInstances: number
  readonly customMetrics: Readonly<Record<string, number>>
}
export interface SourceProgress {
  readonly description: string
  readonly startOffset: Json
  readonly endOffset: Json
  readonly latestOffset: Json
  readonly numInputRows: number
  readonly inputRowsPerSecond: number
  readonly processedRowsPerSecond: number
  readonly metrics: Readonly<Record<string, string>>
}
export interface SinkProgress {
  readonly description: string
  readonly numOutputRows: number
}
/** What Spark's progress has no place for. */
export interface MillraceProgress {
  /** Rows that could not be decoded, over the query's run. */
  readonly numMalformedRows: number
  /** Each watermark by node id: its value and the partitions that it is made of (`value` null = nothing seen yet). */
  readonly watermarks: readonly {
    readonly id: string
    readonly value: string | null
    readonly partitions: readonly {
      readonly source: string
      readonly partition: string
      readonly value: string | null
      readonly idle: boolean
    }[]
  }[]
  /** The first late rows of each operator in this epoch, at most 5, as JSON-like objects. */
  readonly lateSamples: readonly { readonly operator: string; readonly row: Readonly<Record<string, unknown>> }[]
  readonly events: readonly { readonly source: string; readonly kind: string; readonly message: string }[]
}

export interface RunningQuery {
  /** Stable across restarts from a checkpoint. */
  readonly id: string
  /** New for each start. */
  readonly runId: string
  readonly name: string | null
  readonly isActive: boolean
  readonly status: StreamingQueryStatus
  readonly lastProgress: StreamingQueryProgress | null
  /** The last 100, oldest first. */
  readonly recentProgress: readonly StreamingQueryProgress[]
  readonly exception: MillraceError | null
  /** True when the query ended; false when the time ran out first. Rejects with `exception` when it ended with an error. */
  awaitTermination(timeoutMs?: number): Promise<boolean>
  stop(): Promise<void>
  /** Resolves when all that the sources had at the call is in the sink. */
  processAllAvailable(): Promise<void>
  explain(mode?: ExplainMode): string
}
export type ExplainMode = 'simple' | 'extended' | 'codegen'

/** Events of queries, as Spark's StreamingQueryListener has them. */
export interface StreamingQueryListener {
  onQueryStarted?(event: { readonly id: string; readonly runId: string; readonly name: string | null; readonly timestamp: string }): void
  onQueryProgress?(event: { readonly progress: StreamingQueryProgress }): void
  onQueryIdle?(event: { readonly id: string; readonly runId: string; readonly timestamp: string }): void
  onQueryTerminated?(event: { readonly id: string; readonly runId: string; readonly exception: MillraceError | null }): void
}

export interface Backend {
  /** Throws what is wrong with plan, options, mode or name before anything starts. `listener` is told of everything that happens. */
  start(request: QueryRequest, listener: StreamingQueryListener): RunningQuery
  /** Runs a plan without streaming sources to its end. */
  collect(plan: Relation, configuration: Options): Promise<readonly Batch[]>
  /** What the backend makes of the plan, as text: for people. */
  explainCode(plan: Relation, configuration: Options): string
}
