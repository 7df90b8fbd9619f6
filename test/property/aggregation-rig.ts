/** Two pipelines over one plan, one by rows and one by columns, driven in step; what differs between them is an error. */
import { expect } from 'vitest'
import type { Datum } from '../../src/data/datum.ts'
import { KEY_GROUPS } from '../../src/data/hash.ts'
import type { Batch } from '../../src/data/vector.ts'
import { datumRows } from '../../src/data/vector-builder.ts'
import type { Executor } from '../../src/engine/compile/executor.ts'
import { interpreter } from '../../src/engine/compile/interpreter.ts'
import { Pipeline } from '../../src/engine/operators/pipeline.ts'
import { NO_STATE, type StateCommit, type StateProvider, type StateSchema, type StateStore } from '../../src/engine/state/contract.ts'
import { StateTable } from '../../src/engine/state/state-table.ts'
import { MillraceError } from '../../src/error.ts'
import type { OutputMode } from '../../src/plan/contracts/sink.ts'
import type { Json } from '../../src/plan/contracts/source.ts'
import type { ResolvedPlan } from '../../src/plan/nodes/resolved-plan.ts'
import { sorted } from './property-options.ts'

const columnar: Executor = { ...interpreter, columnar: true }
const origin = { source: 'source-0', partition: '0' }

class Store extends StateTable implements StateStore {
  /** What a reader of the changes would have. */
  readonly replica: StateTable
  constructor(schema: StateSchema, from: StateTable | null) {
    super(schema)
    this.replica = new StateTable(schema)
    for (let group = 0; from !== null && group < KEY_GROUPS; group++) {
      this.replaceGroup(group, from.encodeGroup(group))
      this.replica.replaceGroup(group, from.encodeGroup(group))
    }
  }
  commit(): Promise<StateCommit> {
    this.replica.applyChanges(this.encodeChanges())
    this.seal()
    return Promise.resolve(NO_STATE)
  }
}
class Provider implements StateProvider {
  readonly stores: Store[] = []
  readonly #from: Provider | null
  constructor(from: Provider | null) {
    this.#from = from
  }
  open(schema: StateSchema): Promise<StateStore> {
    const store = new Store(schema, this.#from?.stores[this.stores.length] ?? null)
    this.stores.push(store)
    return Promise.resolve(store)
  }
  sync(): Promise<void> {
    return Promise.resolve()
  }
  close(): Promise<void> {
    return Promise.resolve()
  }
}

class Side {
  readonly provider: Provider
  readonly pipeline: Pipeline
  readonly emitted: Datum[][] = []

  constructor(plan: ResolvedPlan, mode: OutputMode, executor: Executor, from: Provider | null) {
    this.provider = new Provider(from)
    this.pipeline = new Pipeline(plan, {
      mode,
      executor,
      monotonicMs: () => 0,
      watermark: { policy: 'partitionMin', idleTimeoutMs: null, closeOnIdle: 'hold', bounded: true },
    })
  }
  readonly emit = (batch: Batch): void => {
    for (const column of batch.columns) expect(column.length).toBe(batch.length)
    this.emitted.push(...datumRows(batch))
  }
  entries(of: (store: Store) => StateTable): unknown {
    return this.provider.stores.map((store) => sorted([...of(store).entries()].map(({ key, value }) => [...key, ...value])))
  }
}

export interface RigEpoch {
  readonly batches: readonly { readonly batch: Batch; readonly partition: string }[]
  /** After so many batches the epoch is rolled back, and begun again. */
  readonly failAfter: number | null
  /** Both go on, afterwards, in new pipelines from the other's state. */
  readonly swaps: boolean
}

/** Runs the epochs, and gives the names of the stateful operators on the side of columns. */
export async function compareSides(plan: ResolvedPlan, mode: OutputMode, epochs: readonly RigEpoch[]): Promise<readonly string[]> {
  let sides = await open(plan, mode, [null, null], null)
  for (const [epoch, { batches, failAfter, swaps }] of epochs.entries()) {
    if (failAfter !== null) {
      const failed = sides.map((side) => push(side, epoch, batches.slice(0, failAfter)))
      expect(failed[1]).toEqual(failed[0])
      for (const { pipeline } of sides) pipeline.rollback()
      compare(sides, 'rolled back')
    }
    const outcomes = sides.map((side) => push(side, epoch, batches) ?? finish(side))
    expect(outcomes[1]).toEqual(outcomes[0])
    if (outcomes[0] !== null) {
      for (const { pipeline } of sides) pipeline.rollback()
      compare(sides, 'rolled back after an error')
      continue
    }
    compare(sides, 'finished')
    for (const { pipeline } of sides) await pipeline.commit(epoch)
    compare(sides, 'committed')
    const end = {
      partitions: [...new Set(batches.map((one) => one.partition))].map((partition) => ({ ...origin, partition })),
      caughtUp: [],
      nowMs: 0,
    }
    for (const { pipeline } of sides) pipeline.endEpoch(end)
    expect(sides[1].pipeline.needsNoDataEpoch()).toBe(sides[0].pipeline.needsNoDataEpoch())
    if (swaps) {
      const watermarks = sides[0].pipeline.snapshotWatermarks()
      expect(sides[1].pipeline.snapshotWatermarks()).toEqual(watermarks)
      sides = await open(plan, mode, [sides[1].provider, sides[0].provider], watermarks)
    }
  }
  return sides[1].pipeline.stateOperators.map((one) => one.constructor.name)
}

async function open(
  plan: ResolvedPlan,
  mode: OutputMode,
  from: readonly [Provider | null, Provider | null],
  watermarks: Json,
): Promise<[Side, Side]> {
  const sides: [Side, Side] = [new Side(plan, mode, interpreter, from[0]), new Side(plan, mode, columnar, from[1])]
  for (const { pipeline, provider } of sides) await pipeline.open(provider, watermarks)
  return sides
}

/** The error, as far as users see it. */
function push({ pipeline, emit }: Side, epoch: number, batches: RigEpoch['batches']): unknown {
  pipeline.begin({ queryId: 'rig', epoch, batchTimeMicros: 0n, timeZone: 'UTC', randomSeed: 1 })
  return attempt(() => {
    for (const { batch, partition } of batches) pipeline.push('source-0', batch, { ...origin, partition }, emit)
  })
}
const finish = (side: Side): unknown => attempt(() => side.pipeline.finish(side.emit))

function attempt(run: () => void): unknown {
  try {
    run()
    return null
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    return { code: error.code, message: error.message, details: error.details }
  }
}

function compare([rows, columns]: readonly [Side, Side], when: string): void {
  expect(columns.emitted, when).toEqual(rows.emitted)
  if (when === 'finished') {
    expect(columns.pipeline.lateRows).toBe(rows.pipeline.lateRows)
    expect(columns.pipeline.lateSamples).toEqual(rows.pipeline.lateSamples)
    expect(columns.pipeline.eventTimeStats).toEqual(rows.pipeline.eventTimeStats)
    const metrics = ({ pipeline }: Side): unknown => pipeline.stateOperators.map((one) => ({ ...one.metrics, memoryBytes: 0 }))
    expect(metrics(columns)).toEqual(metrics(rows))
  }
  expect(
    columns.entries((store) => store),
    when,
  ).toEqual(rows.entries((store) => store))
  if (when === 'committed') expect(columns.entries((store) => store.replica)).toEqual(rows.entries((store) => store))
}
