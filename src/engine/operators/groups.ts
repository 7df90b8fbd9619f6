/**
 * What the aggregating operators share: evaluating keys and arguments of a batch, updating states, counting late rows, building result rows.
 * Sessions (session-aggregate.ts) and plain groups (aggregate.ts) rely on it.
 */
import { compareDatums } from '../../data/compare.ts'
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { Batch } from '../../data/vector.ts'
import { takeRows } from '../../data/vector-builder.ts'
import { type DatumReader, readerOf } from '../../data/vector-reader.ts'
import { assert } from '../../error.ts'
import type { AggregatePlan } from '../../plan/nodes/resolved-plan.ts'
import type { ContextSource, Executor } from '../compile/executor.ts'
import { callSite } from '../compile/interpreter.ts'
import type { Aggregator } from '../compile/kernel.ts'
import { aggregateKernels } from '../compile/kernels/index.ts'
import type { LateRows, Origin } from './operator.ts'
import { originOrder } from './operator.ts'

const LATE_SAMPLES_MAX = 5

export interface GroupRow {
  readonly key: readonly Datum[]
  /** The session's time; null without one. */
  readonly time: Datum
  readonly args: readonly (readonly Datum[])[]
  readonly origin: string
  readonly row: number
}

/** Where rows stand among all rows of their partition, as texts that order: by epoch, then by row. */
export class RowPositions {
  #epoch = ''
  readonly #rowsOfOrigin = new Map<string, number>()

  begin(epoch: number): void {
    this.#epoch = String(epoch).padStart(12, '0')
    this.#rowsOfOrigin.clear()
  }
  /** The number of the first of the next rows. */
  next(order: string, rows: number): number {
    const first = this.#rowsOfOrigin.get(order) ?? 0
    this.#rowsOfOrigin.set(order, first + rows)
    return first
  }
  text(order: string, number: number): string {
    return `${order}\u0000${this.#epoch}\u0000${String(number).padStart(12, '0')}`
  }
}

/** Calls of one Aggregate over its input. */
export class AggregateCalls {
  readonly stateTypes: readonly DataType[]
  readonly aggregators: readonly Aggregator[]
  readonly positions = new RowPositions()
  readonly #plan: AggregatePlan
  readonly #project: ReturnType<Executor['projection']>
  readonly #ordered: boolean

  constructor(plan: AggregatePlan, executor: Executor, context: ContextSource) {
    this.#plan = plan
    this.aggregators = plan.aggregates.map(({ aggregate }) => {
      const kernel = Object.hasOwn(aggregateKernels, aggregate.function) ? aggregateKernels[aggregate.function] : undefined
      assert(kernel !== undefined, `there is no kernel for the aggregate ${aggregate.function}`)
      return kernel.make(callSite({ arguments: aggregate.arguments, type: aggregate.type }, context))
    })
    this.stateTypes = this.aggregators.flatMap((one) => one.stateTypes)
    this.#ordered = isOrdered(plan)
    const time = plan.session === null ? [] : [plan.session.time]
    this.#project = executor.projection([...plan.keys, ...time, ...plan.aggregates.flatMap((one) => one.aggregate.arguments)], context)
  }

  begin(epoch: number): void {
    this.positions.begin(epoch)
  }

  get initial(): readonly Datum[] {
    return this.aggregators.flatMap((one) => one.initial)
  }

  *rows(batch: Batch, origin: Origin): Generator<GroupRow> {
    const readers = this.#project(batch).map(readerOf)
    const keys = this.#plan.keys.map((key, index) => keyReader(key.type, readers[index] as DatumReader))
    const time = this.#plan.session === null ? null : (readers[this.#plan.keys.length] as DatumReader)
    let next = this.#plan.keys.length + (time === null ? 0 : 1)
    const args = this.#plan.aggregates.map(({ aggregate }) => {
      const from = next
      next += aggregate.arguments.length
      return readers.slice(from, next)
    })
    const order = originOrder(origin)
    const { positions } = this
    const first = this.#ordered ? positions.next(order, batch.length) : 0
    for (let row = 0; row < batch.length; row++) {
      yield {
        key: keys.map((read) => read(row)),
        time: time === null ? null : time(row),
        args: args.map((readArgs) => readArgs.map((read) => read(row))),
        origin: this.#ordered ? positions.text(order, first + row) : order,
        row,
      }
    }
  }

  update(state: readonly Datum[], { args, origin }: GroupRow): Datum[] {
    return this.#fold((one, from, index) => one.update(state.slice(from, from + one.stateTypes.length), args[index] ?? [], origin))
  }

  merge(left: readonly Datum[], right: readonly Datum[]): Datum[] {
    return this.#fold((one, from) => {
      const to = from + one.stateTypes.length
      return one.merge(left.slice(from, to), right.slice(from, to))
    })
  }

  results(state: readonly Datum[]): Datum[] {
    let from = 0
    return this.aggregators.map((one) => {
      const result = one.result(state.slice(from, from + one.stateTypes.length))
      from += one.stateTypes.length
      return result
    })
  }

  #fold(next: (one: Aggregator, from: number, index: number) => readonly Datum[]): Datum[] {
    const state: Datum[] = []
    for (const [index, one] of this.aggregators.entries()) state.push(...next(one, state.length, index))
    return state
  }
}

/** Whether an aggregate asks where rows stand. */
export const isOrdered = (plan: AggregatePlan): boolean =>
  plan.aggregates.some(({ aggregate }) => aggregate.function === 'first' || aggregate.function === 'last')

/** As in Spark, 0.0 and -0.0 are one key, which is 0.0. */
function keyReader(type: DataType, read: DatumReader): DatumReader {
  if (type.kind === 'double') return (row) => positiveZero(read(row))
  return type.kind === 'struct' ? (row) => normalKey(type, read(row)) : read
}
const positiveZero = (value: Datum): Datum => (value === 0 ? 0 : value)
function normalKey(type: DataType, value: Datum): Datum {
  if (type.kind !== 'struct') return type.kind === 'double' ? positiveZero(value) : value
  return value === null ? null : type.fields.map((one, index) => normalKey(one.type, (value as readonly Datum[])[index] ?? null))
}

/** Counts late rows of an epoch and keeps the first of them. */
export class LateCounter implements LateRows {
  count = 0
  #samples: Batch[] = []

  get samples(): readonly Batch[] {
    return this.#samples
  }
  add(batch: Batch, row: number): void {
    this.addMade(() => takeRows(batch, Int32Array.of(row)))
  }
  /** A row that is made only when it is wanted as a sample. */
  addMade(make: () => Batch): void {
    this.count++
    if (this.#samples.length < LATE_SAMPLES_MAX) this.#samples.push(make())
  }
  reset(): void {
    this.count = 0
    this.#samples = []
  }
}

/** Orders result rows by their first columns, the keys. */
export function byKeys(types: readonly DataType[]): (a: readonly Datum[], b: readonly Datum[]) => number {
  return (a, b) => {
    for (const [index, type] of types.entries()) {
      const order = compareDatums(type, a[index] ?? null, b[index] ?? null)
      if (order !== 0) return order
    }
    return 0
  }
}
