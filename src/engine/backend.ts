/**
 * The embedded backend: takes a plan as the API built it, analyses and optimises it, checks everything that can be checked before anything starts, and runs
 * it in this process. The composition root makes one.
 */
import { dirname, join, resolve } from 'node:path'
import { crc32 } from 'node:zlib'
import { field, structType } from '../data/data-type.ts'
import type { Batch } from '../data/vector.ts'
import { MillraceError } from '../error.ts'
import type { Io } from '../io/io.ts'
import { analyze } from '../plan/analysis/analyzer.ts'
import { checkOutputMode } from '../plan/analysis/output-mode.ts'
import type { Backend, QueryRequest, RunningQuery, StreamingQueryListener } from '../plan/contracts/backend.ts'
import type { Catalog } from '../plan/contracts/catalog.ts'
import { checkOptions } from '../plan/contracts/options.ts'
import { explain, planIdentity } from '../plan/explain.ts'
import type { Options, Relation } from '../plan/nodes/relation.ts'
import type { ResolvedPlan, ScanNode } from '../plan/nodes/resolved-plan.ts'
import { walkPlan } from '../plan/nodes/resolved-plan.ts'
import { optimize } from '../plan/optimizer.ts'
import type { Checkpoint } from './checkpoint/checkpoint.ts'
import { DurableCheckpoint } from './checkpoint/durable-checkpoint.ts'
import { noCheckpoint } from './checkpoint/no-checkpoint.ts'
import { describePlan, parseRenames } from './checkpoint/plan-description.ts'
import { parseQueryFile } from './checkpoint/query-file.ts'
import { type CheckpointTuning, defaultTuning } from './checkpoint/tuning.ts'
import { codeReport } from './compile/code-report.ts'
import { executorFor, interpretedBecause } from './compile/executors.ts'
import { collectLocal } from './operators/local.ts'
import { Pipeline } from './operators/pipeline.ts'
import { blamed } from './query/blame.ts'
import { type QueryConfiguration, queryConfiguration } from './query/configuration.ts'
import { EmbeddedQuery } from './query/embedded-query.ts'
import { SourceRunner } from './query/source-runner.ts'
import { triggerPlan } from './query/trigger.ts'
import { Waiter } from './query/waiter.ts'

export interface EmbeddedBackendOptions {
  readonly catalog: Catalog
  readonly io: Io
  /** Default: what checkpoint/tuning.ts says. */
  readonly tuning?: CheckpointTuning
}

/** Makes the backend that runs queries in this process. */
export function createEmbeddedBackend(options: EmbeddedBackendOptions): Backend {
  return {
    start: (request, listener) => startQuery(options, request, listener),
    collect: (plan, configuration) => collect(options, plan, configuration),
    explainCode: (plan, configuration) => explainCode(optimize(analyze(plan, options.catalog)), queryConfiguration(configuration)),
  }
}

function startQuery(
  { catalog, io, tuning = defaultTuning }: EmbeddedBackendOptions,
  request: QueryRequest,
  listener: StreamingQueryListener,
): RunningQuery {
  const configuration = queryConfiguration(request.configuration)
  const analyzed = analyze(request.plan, catalog)
  const plan = optimize(analyzed)
  const scans = streamingScans(plan)
  checkRequest(request, analyzed, scans)
  const schema = structType(plan.output.map((column) => field(column.name, column.type, column.nullable)))
  checkOptions(`The ${request.sink.format} sink`, request.sinkOptions, request.sink.options)
  request.sink.check?.(request.sinkOptions, schema, request.outputMode, request.name)
  const trigger = triggerPlan(request.trigger, request.sink.defaultIntervalMs)
  const runId = io.random.uuid()
  const { id, checkpoint } = openCheckpoint({ io, tuning }, request, plan, configuration, runId)
  const pipeline = new Pipeline(plan, {
    mode: request.outputMode,
    executor: executorFor(configuration.codegen),
    monotonicMs: () => io.clock.monotonicMs(),
    watermark: {
      policy: configuration.watermarkPolicy,
      idleTimeoutMs: configuration.idleTimeoutMs,
      closeOnIdle: configuration.closeOnIdle,
      bounded: trigger.bounded !== null,
    },
  })
  return new EmbeddedQuery({
    id,
    runId,
    name: request.name,
    io,
    pipeline,
    checkpoint,
    trigger,
    configuration,
    planIdentity: crc32(planIdentity(plan)).toString(16),
    waiter: new Waiter(io.clock),
    listener,
    signal: request.signal,
    sinkTitle: request.sink.format,
    explain: (mode) =>
      mode === 'codegen' ? explainCode(plan, configuration) : explain(plan, mode === 'extended' ? { mode, analyzed } : { mode }),
    makeSources: (signal) =>
      scans.map(
        (scan) =>
          new SourceRunner({
            provider: catalog.source(scan.format),
            scan,
            queryId: id,
            io,
            signal,
            timeZone: configuration.timeZone,
            maxBytesPerTrigger: trigger.bounded === 'once' ? null : configuration.maxBytesPerTrigger,
            epochsRetained: configuration.epochsRetained,
            generate: interpretedBecause(configuration.codegen) === null,
          }),
      ),
    openSink: (signal) =>
      request.sink.open({
        options: request.sinkOptions,
        schema,
        mode: request.outputMode,
        queryId: id,
        queryName: request.name,
        timeZone: configuration.timeZone,
        io,
        signal,
      }),
  })
}

const explainCode = (plan: ResolvedPlan, { timeZone, codegen }: QueryConfiguration): string =>
  codeReport(plan, { timeZone, interpretedBecause: interpretedBecause(codegen) })

/** What does not depend on options of the sink: mode, delivery, checkpoint. */
function checkRequest(request: QueryRequest, plan: ResolvedPlan, scans: readonly ScanNode[]): void {
  if ([...walkPlan(plan)].some((node) => node.kind === 'LocalScan') && streamingScans(plan).length > 0) {
    throw new MillraceError('UNSUPPORTED_OPERATION', 'The query unites a stream with rows that are in memory.', {
      hint: 'Feed the rows through a source, or write them to the sink by themselves.',
    })
  }
  if (streamingScans(plan).length === 0) {
    throw new MillraceError('UNSUPPORTED_OPERATION', 'writeStream needs a streaming DataFrame, and this one has no streaming source.', {
      hint: 'Read it with session.readStream, or use collect() for rows that are in memory.',
    })
  }
  checkOutputMode(plan, request.outputMode)
  if (!request.sink.modes.includes(request.outputMode)) {
    throw new MillraceError(
      'OUTPUT_MODE_NOT_SUPPORTED',
      `The ${request.sink.format} sink does not take output mode '${request.outputMode}'.`,
      {
        hint: `It takes: ${request.sink.modes.join(', ')}.`,
        details: { sink: request.sink.format, mode: request.outputMode, modes: request.sink.modes },
      },
    )
  }
  if (request.sink.needsCheckpoint && request.checkpointLocation === null && request.delivery !== 'at-least-once') {
    throw new MillraceError('CHECKPOINT_REQUIRED', `The ${request.sink.format} sink is exactly-once, and needs a checkpoint for it.`, {
      hint: "Set .option('checkpointLocation', …), or .option('delivery', 'at-least-once') to do without.",
    })
  }
  if (request.delivery !== 'exactly-once') return
  if (request.checkpointLocation === null) {
    throw new MillraceError(
      'CHECKPOINT_REQUIRED',
      "delivery 'exactly-once' was asked for without a checkpoint, so a restart could not keep it.",
    )
  }
  const weak = scans.filter((scan) => scan.description.guarantee === 'transient').map((scan) => `the ${scan.format} source`)
  if (request.sink.delivery !== 'exactly-once') weak.push(`the ${request.sink.format} sink`)
  if (weak.length > 0) {
    throw new MillraceError('DELIVERY_NOT_SUPPORTED', `delivery 'exactly-once' was asked for, and ${weak.join(' and ')} cannot give it.`, {
      details: { weak },
    })
  }
}

/** What the query goes on from. Reads one small file at once, since a query has its id from the beginning. */
function openCheckpoint(
  { io, tuning }: { readonly io: Io; readonly tuning: CheckpointTuning },
  request: QueryRequest,
  plan: ResolvedPlan,
  configuration: QueryConfiguration,
  runId: string,
): { readonly id: string; readonly checkpoint: Checkpoint } {
  const { checkpointLocation: location, outputMode } = request
  if (location === null) {
    const id = io.random.uuid()
    return { id, checkpoint: noCheckpoint(id, configuration.stateBytesMax) }
  }
  // One spelling for one folder: a claim is known by it.
  const path = join(resolve(location), 'query')
  const id = parseQueryFile(path, readQueryFile(io, path))?.queryId ?? io.random.uuid()
  const { timeZone, watermarkPolicy, epochsRetained, stateBytesMax } = configuration
  const checkpoint = new DurableCheckpoint({
    io,
    location: dirname(path),
    queryId: id,
    runId,
    takeover: request.takeover,
    plan: describePlan(plan, { outputMode, timeZone, watermarkPolicy }),
    sink: request.sink.format,
    renames: parseRenames(request.checkpointRenames),
    epochsRetained,
    memoryBytesMax: stateBytesMax,
    tuning,
    onRestored: () => undefined,
  })
  return { id, checkpoint }
}

function readQueryFile(io: Io, path: string): Uint8Array | null {
  try {
    return io.disk.readNow(path)
  } catch (error) {
    throw blamed('CHECKPOINT_FAILED', 'The checkpoint', error)
  }
}

async function collect({ catalog, io }: EmbeddedBackendOptions, plan: Relation, configuration: Options): Promise<readonly Batch[]> {
  const { timeZone, codegen } = queryConfiguration(configuration)
  const resolved = optimize(analyze(plan, catalog))
  if (streamingScans(resolved).length > 0) {
    throw new MillraceError(
      'UNSUPPORTED_OPERATION',
      'collect() is for rows that are in memory, and this DataFrame reads a stream that has no end.',
      {
        hint: 'Start it with writeStream, or read its rows with for await (const row of df.stream()).',
      },
    )
  }
  return collectLocal(resolved, executorFor(codegen), io, timeZone)
}

const streamingScans = (plan: ResolvedPlan): readonly ScanNode[] => [...walkPlan(plan)].filter((node) => node.kind === 'Scan')
