/**
 * A resolved plan as running operators: batches are pushed in at the scans, and come out at the root. The epoch (query/epoch.ts) drives it.
 * Watermarks are looked at here: each stateful operator has the least of those of the Watermark nodes below it.
 */
import { field, type StructType, structType } from '../../data/data-type.ts'
import { jsonRow } from '../../data/json-value.ts'
import type { Batch, LongVector } from '../../data/vector.ts'
import { datumRows } from '../../data/vector-builder.ts'
import { assert } from '../../error.ts'
import type { MillraceProgress } from '../../plan/contracts/backend.ts'
import type { OutputMode } from '../../plan/contracts/sink.ts'
import type { Json } from '../../plan/contracts/source.ts'
import type { AggregatePlan, ResolvedPlan, WatermarkPlan } from '../../plan/nodes/resolved-plan.ts'
import { walkPlan } from '../../plan/nodes/resolved-plan.ts'
import type { Executor } from '../compile/executor.ts'
import type { EvaluationContext } from '../compile/kernel.ts'
import type { StateCommit, StateProvider } from '../state/contract.ts'
import { type EpochEnd, type TrackerSnapshot, type WatermarkPolicy, WatermarkTracker } from '../time/watermark.ts'
import { expiryOf } from './aggregate-output.ts'
import { aggregation } from './aggregation.ts'
import { assignWindows } from './assign-windows.ts'
import { type DrawOperator, drawOperator } from './draw.ts'
import { EventTimeStats } from './event-time-stats.ts'
import { AggregateCalls } from './groups.ts'
import {
  type Emit,
  type EpochContext,
  LOCAL_SOURCE,
  type Origin,
  originOrder,
  type StageOperator,
  type StatefulOperator,
} from './operator.ts'
import { rowFunction } from './row-function.ts'
import { sessionStateTypes } from './session-aggregate.ts'
import { filterStage, projectStage } from './stages.ts'

export interface PipelineOptions {
  readonly mode: OutputMode
  readonly executor: Executor
  readonly monotonicMs: () => number
  readonly watermark: WatermarkPolicy
}
type Push = (batch: Batch, origin: Origin) => void

interface WatermarkSnapshot {
  readonly trackers: Readonly<Record<string, TrackerSnapshot>>
  /** µs as texts. */
  readonly operators: Readonly<Record<string, string | null>>
}
interface RunningStateful {
  readonly operator: StatefulOperator
  readonly trackers: readonly WatermarkTracker[]
  readonly emit: Emit
  /** The watermark with which the last epoch began. */
  evict: bigint | null
}

export class Pipeline {
  readonly #plan: ResolvedPlan
  readonly #options: PipelineOptions
  readonly #trackers = new Map<string, WatermarkTracker>()
  readonly #stateful: RunningStateful[] = []
  readonly #scans = new Map<string, Push>()
  /** Rows that are in the plan itself. */
  readonly #local: (() => void)[] = []
  readonly #draws: DrawOperator[] = []
  readonly #stats = new EventTimeStats()
  #context: EpochContext = { queryId: '', epoch: 0, batchTimeMicros: 0n, timeZone: 'UTC', randomSeed: 0 }
  #state: StateProvider | null = null
  #emit: (batch: Batch) => void = () => undefined
  /** Partitions that gave rows since the last `endEpoch`. */
  #active = new Set<string>()

  constructor(plan: ResolvedPlan, options: PipelineOptions) {
    this.#plan = plan
    this.#options = options
  }

  /** `watermarks`: what snapshotWatermarks gave when the state was committed, or null. */
  async open(state: StateProvider, watermarks: Json): Promise<void> {
    this.#state = state
    await this.#build(this.#plan, (batch) => this.#emit(batch))
    if (watermarks !== null) this.#restoreWatermarks(watermarks as unknown as WatermarkSnapshot)
  }

  async close(): Promise<void> {
    await this.#state?.close()
  }

  begin(context: EpochContext): void {
    this.#context = context
    this.#stats.reset()
    for (const draw of this.#draws) draw.begin()
    for (const running of this.#stateful) {
      const evict = least(running.trackers)
      running.operator.begin(context.epoch, { late: running.evict, evict })
      running.evict = evict
    }
  }

  push(scanId: string, batch: Batch, origin: Origin, emit: (batch: Batch) => void): void {
    const push = this.#scans.get(scanId)
    assert(push !== undefined, `the plan has no scan ${scanId}`)
    this.#active.add(originOrder(origin))
    this.#emit = emit
    push(batch, origin)
  }

  /** Pushes the rows that are in the plan itself. */
  pushLocal(emit: (batch: Batch) => void): void {
    this.#emit = emit
    for (const push of this.#local) push()
  }

  /** The end of the epoch's input. Upstream operators first, so that what they close is in the same epoch's input of those downstream. */
  finish(emit: (batch: Batch) => void): void {
    this.#emit = emit
    for (const running of this.#stateful) running.operator.finish(running.emit)
  }

  async commit(epoch: number): Promise<Record<string, StateCommit>> {
    const commits: Record<string, StateCommit> = {}
    for (const { operator } of this.#stateful) commits[operator.id] = await operator.commit(epoch)
    await this.#state?.sync()
    return commits
  }

  rollback(): void {
    for (const { operator } of this.#stateful) operator.rollback()
    for (const tracker of this.#trackers.values()) tracker.rollback()
  }

  /** Lets the watermarks move: after an epoch, and between epochs for idleness. */
  endEpoch(end: Omit<EpochEnd, 'active'>): void {
    for (const tracker of this.#trackers.values()) tracker.advance({ ...end, active: this.#active })
    this.#active = new Set()
  }

  /** Whether a watermark has moved so far that an epoch without data would close groups. */
  needsNoDataEpoch(): boolean {
    return this.#stateful.some(({ operator, trackers, evict }) => {
      const next = least(trackers)
      return next !== null && next !== evict && operator.closesAt(next)
    })
  }

  /** Whether time alone can move a watermark. */
  get canBecomeIdle(): boolean {
    const { bounded, idleTimeoutMs } = this.#options.watermark
    return this.#trackers.size > 0 && !bounded && idleTimeoutMs !== null
  }

  /** The least of all watermarks, µs; null before the first. */
  get watermark(): bigint | null {
    return least([...this.#trackers.values()])
  }
  get watermarks(): MillraceProgress['watermarks'] {
    return [...this.#trackers.values()].map((tracker) => tracker.progress())
  }
  /** What the next epoch goes on from: the trackers, and the watermark with which each stateful operator's last epoch began. */
  snapshotWatermarks(): Json {
    const snapshot: WatermarkSnapshot = {
      trackers: Object.fromEntries([...this.#trackers.values()].map((tracker) => [tracker.id, tracker.snapshot()])),
      operators: Object.fromEntries(this.#stateful.map(({ operator, evict }) => [operator.id, evict === null ? null : String(evict)])),
    }
    return snapshot as unknown as Json
  }
  #restoreWatermarks({ trackers, operators }: WatermarkSnapshot): void {
    for (const tracker of this.#trackers.values()) {
      const snapshot = trackers[tracker.id]
      if (snapshot !== undefined) tracker.restore(snapshot)
    }
    for (const running of this.#stateful) {
      const evict = operators[running.operator.id] ?? null
      running.evict = evict === null ? null : BigInt(evict)
    }
  }
  get stateOperators(): readonly StatefulOperator[] {
    return this.#stateful.map(({ operator }) => operator)
  }
  /** Of the epoch. */
  get lateRows(): number {
    return this.#stateful.reduce((sum, { operator }) => sum + operator.late.count, 0)
  }
  get lateSamples(): MillraceProgress['lateSamples'] {
    return this.#stateful.flatMap(({ operator }) =>
      operator.late.samples.flatMap((batch) => datumRows(batch).map((row) => ({ operator: operator.id, row: jsonRow(batch.schema, row) }))),
    )
  }
  /** Event times of the epoch, µs; null where none came. */
  get eventTimeStats(): { readonly min: bigint; readonly max: bigint; readonly avg: bigint } | null {
    return this.#stats.value
  }

  async #build(plan: ResolvedPlan, emit: Emit): Promise<void> {
    const { executor } = this.#options
    const context = (): EvaluationContext => this.#context
    const schema = schemaOf(plan)
    switch (plan.kind) {
      case 'Scan':
        this.#scans.set(plan.id, emit)
        return
      case 'LocalScan':
        this.#local.push(() => {
          for (const batch of plan.batches) emit(batch, { source: LOCAL_SOURCE, partition: '0' })
        })
        return
      case 'Project': {
        const filter = plan.input.kind === 'Filter' ? plan.input : null
        const stage = projectStage(plan, filter, schema, executor, context)
        return this.#build(filter === null ? plan.input : filter.input, through(stage, emit))
      }
      case 'Filter':
        return this.#build(plan.input, through(filterStage(plan, executor, context), emit))
      case 'Draw': {
        const draw = drawOperator(plan, schema, () => this.#context)
        this.#draws.push(draw)
        return this.#build(plan.input, through(draw, emit))
      }
      case 'AssignWindows':
        return this.#build(plan.input, through(assignWindows(plan, schema, executor, context), emit))
      case 'RowFunction':
        return this.#build(plan.input, through(rowFunction(plan, schema), emit))
      case 'Watermark':
        return this.#watermark(plan, emit)
      case 'Aggregate':
        return this.#aggregate(plan, schema, emit)
      case 'Union':
        for (const input of plan.inputs) await this.#build(input, (batch, origin) => emit({ ...batch, schema }, origin))
    }
  }

  async #watermark(plan: WatermarkPlan, emit: Emit): Promise<void> {
    const sources = [...walkPlan(plan.input)].flatMap((node) => (node.kind === 'Scan' ? [node.id] : []))
    const tracker = new WatermarkTracker(plan.id, plan.delayMicros, sources, this.#options.watermark)
    this.#trackers.set(plan.id, tracker)
    await this.#build(plan.input, (batch, origin) => {
      const latest = this.#stats.add(batch.columns[plan.column] as LongVector)
      if (latest !== null) tracker.observe(origin, latest)
      emit(batch, origin)
    })
  }

  async #aggregate(plan: AggregatePlan, schema: StructType, emit: Emit): Promise<void> {
    const { executor, mode, monotonicMs } = this.#options
    const state = this.#state
    assert(state !== null, 'the pipeline is built before it has state')
    const calls = new AggregateCalls(plan, executor, () => this.#context)
    const keyTypes = plan.keys.map((key) => key.type)
    const store = await state.open({
      operatorId: plan.id,
      keyTypes: plan.session === null ? keyTypes : [...keyTypes, { kind: 'timestamp' }],
      valueTypes: plan.session === null ? calls.stateTypes : sessionStateTypes(calls.stateTypes),
      expiry: expiryOf(plan, mode),
    })
    const { operator, input } = aggregation({ plan, schema, mode, calls, store, monotonicMs }, executor, () => this.#context)
    await this.#build(input, (batch, origin) => operator.push(batch, origin))
    const trackers = [...walkPlan(plan.input)].flatMap((node) =>
      node.kind === 'Watermark' ? [this.#trackers.get(node.id) as WatermarkTracker] : [],
    )
    this.#stateful.push({ operator, trackers: plan.eventTime === null ? [] : trackers, emit, evict: null })
  }
}

function through(operator: StageOperator, emit: Emit): Emit {
  return (batch, origin) => operator.push(batch, origin, emit)
}

/** Null while one of them is not defined yet, and where there is none. */
function least(trackers: readonly WatermarkTracker[]): bigint | null {
  let value: bigint | null = null
  for (const tracker of trackers) {
    if (tracker.value === null) return null
    if (value === null || tracker.value < value) value = tracker.value
  }
  return value
}

const schemaOf = (plan: ResolvedPlan): StructType => structType(plan.output.map((one) => field(one.name, one.type, one.nullable)))
