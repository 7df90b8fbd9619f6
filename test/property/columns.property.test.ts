/** Aggregation by columns gives what aggregation by rows gives: results in their order, late rows, state to the last bit, also after rollbacks and restarts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as types from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import type { Batch } from '../../src/data/vector.ts'
import { batchFromDatums } from '../../src/data/vector-builder.ts'
import type { OutputMode } from '../../src/plan/contracts/sink.ts'
import { type BoundAggregate, BoundColumn, BoundLiteral } from '../../src/plan/expressions/bound-expression.ts'
import type { AggregatePlan, AssignWindowsPlan, Attribute, ResolvedPlan, SessionSpec } from '../../src/plan/nodes/resolved-plan.ts'
import { compareSides, type RigEpoch } from './aggregation-rig.ts'
import { dataType, datumOf } from './datum-arbitraries.ts'
import { propertyOptions } from './property-options.ts'
import { VectorForms } from './vector-forms.ts'

const SECOND = 1_000_000n
/** Column 0 is the event time; then keys of any type; then arguments. */
const argumentTypes = [types.doubleType, types.longType, types.booleanType, types.intType, types.timestampType, types.stringType] as const

interface Shape {
  readonly keyTypes: readonly types.DataType[]
  readonly rows: readonly (readonly Datum[])[]
}
/** `far`: also times that numbers cannot hold. */
const time = (far: boolean): fc.Arbitrary<Datum> => {
  const near = fc.bigInt({ min: -20n, max: 20n }).map((seconds) => seconds * SECOND)
  const any = fc.bigInt({ min: -40_000_000n, max: 40_000_000n })
  const beyond = fc.bigInt({ min: -(2n ** 57n), max: 2n ** 57n })
  return fc.oneof(
    { weight: 4, arbitrary: near },
    { weight: 4, arbitrary: any },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: far ? 1 : 0, arbitrary: beyond },
  )
}
const numberOf = (type: types.DataType): fc.Arbitrary<Datum> =>
  type.kind === 'long'
    ? fc.option(
        fc.oneof(
          { weight: 9, arbitrary: fc.bigInt({ min: -9n, max: 9n }) },
          { weight: 1, arbitrary: datumOf(type, false) as fc.Arbitrary<bigint> },
        ),
        { freq: 6 },
      )
    : datumOf(type)

/** Few values of each key, so that groups have rows. */
const shape = (far: boolean): fc.Arbitrary<Shape> =>
  fc.array(dataType, { maxLength: 3 }).chain((keyTypes) =>
    fc
      .tuple(
        ...keyTypes.map((type) =>
          fc
            .array(datumOf(type), { minLength: 1, maxLength: 4 })
            .map((values) => (type.kind === 'double' ? [...values, 0, -0, Number.NaN] : values)),
        ),
      )
      .chain((pools) =>
        fc
          .array(fc.tuple(time(far), ...pools.map((pool) => fc.constantFrom(...(pool as Datum[]))), ...argumentTypes.map(numberOf)), {
            maxLength: 80,
            size: 'max',
          })
          .map((rows) => ({ keyTypes, rows: rows as unknown as Datum[][] })),
      ),
  )

const attribute = (name: string, type: types.DataType, watermark: string | null = null): Attribute => ({
  name,
  type,
  nullable: true,
  watermark,
})
const aggregates = (first: number): fc.Arbitrary<readonly BoundAggregate[]> => {
  const column = (index: number): BoundColumn =>
    BoundColumn.create(first + index, `a${index}`, argumentTypes[index] as types.DataType, true)
  const call = (name: string, args: BoundAggregate['arguments'], type: types.DataType): BoundAggregate => ({
    function: name,
    arguments: args,
    type,
    nullable: true,
  })
  const any = argumentTypes.map((type, index) => ({ type, argument: column(index) }))
  const one = BoundLiteral.create(1, types.intType)
  return fc.array(
    fc.oneof(
      fc.constantFrom(
        call('count', [one], types.longType),
        call('count', [column(0), column(5)], types.longType),
        call('count_if', [column(2)], types.longType),
        call('sum', [column(0)], types.doubleType),
        call('sum', [column(1)], types.longType),
        call('avg', [column(0)], types.doubleType),
      ),
      fc
        .record({ name: fc.constantFrom('min', 'max', 'first', 'last', 'count'), of: fc.constantFrom(...any) })
        .map(({ name, of }) => call(name, [of.argument], name === 'count' ? types.longType : of.type)),
      fc.constantFrom(...any).map(({ type, argument }) => call('last', [argument, BoundLiteral.create(true, types.booleanType)], type)),
    ),
    { minLength: 1, maxLength: 4 },
  )
}

type Grouping =
  | { readonly kind: 'keys' }
  | { readonly kind: 'windows'; readonly size: bigint; readonly slide: bigint; readonly start: bigint }
  | { readonly kind: 'session'; readonly gap: bigint }
const windows: fc.Arbitrary<Grouping> = fc
  .record({
    size: fc.oneof(fc.constantFrom(SECOND, 10n * SECOND), fc.bigInt({ min: 1n, max: 20_000_000n })),
    part: fc.oneof(fc.constantFrom(1n, 1n, 2n, 5n), fc.bigInt({ min: 1n, max: 9n })),
    start: fc.oneof(fc.constant(0n), fc.bigInt({ min: -30_000_000n, max: 30_000_000n })),
  })
  .map(({ size, part, start }) => ({ kind: 'windows', size, slide: (size + part - 1n) / part, start }))
const sessions: fc.Arbitrary<Grouping> = fc.constantFrom(0n, 1n, SECOND, 3n * SECOND, 10n * SECOND).map((gap) => ({ kind: 'session', gap }))

interface Case {
  readonly plan: ResolvedPlan
  readonly mode: OutputMode
  readonly schema: types.StructType
  readonly rows: Shape['rows']
}
function cases(grouping: fc.Arbitrary<Grouping>, far: boolean): fc.Arbitrary<Case> {
  return shape(far).chain(({ keyTypes, rows }) =>
    fc
      .record({
        group: grouping,
        calls: aggregates(1 + keyTypes.length),
        keys: fc.subarray(keyTypes.map((_, index) => index)),
        watermark: fc.boolean(),
        mode: fc.constantFrom<OutputMode>('append', 'update', 'complete'),
        position: fc.nat(3),
        delay: fc.constantFrom(0n, 5n * SECOND, 30n * SECOND),
      })
      .map(({ group, calls, keys, watermark, mode, position, delay }) => {
        const output = [
          attribute('ts', types.timestampType, watermark ? 'watermark-0' : null),
          ...keyTypes.map((type, index) => attribute(`k${index}`, type)),
          ...argumentTypes.map((type, index) => attribute(`a${index}`, type)),
        ]
        const scan = { kind: 'Scan', id: 'source-0', output } as unknown as ResolvedPlan
        const input: ResolvedPlan = watermark
          ? { kind: 'Watermark', id: 'watermark-0', input: scan, column: 0, delayMicros: delay, output }
          : scan
        const plan = aggregate(input, group, keys, position, calls, watermark)
        const real = group.kind === 'session' && mode === 'update' ? 'append' : mode
        return { plan, mode: watermark ? real : 'complete', schema: types.structType(output), rows }
      }),
  )
}

function aggregate(
  input: ResolvedPlan,
  group: Grouping,
  chosen: readonly number[],
  position: number,
  calls: readonly BoundAggregate[],
  watermark: boolean,
): AggregatePlan {
  const at = BoundColumn.create(0, 'ts', types.timestampType, true)
  const keys = chosen.map((index) => BoundColumn.create(1 + index, `k${index}`, input.output[1 + index]?.type as types.DataType, true))
  const place = Math.min(position, keys.length)
  let session: SessionSpec | null = null
  let below = input
  let eventTime: AggregatePlan['eventTime'] = null
  if (group.kind === 'windows') {
    const output = [...input.output, attribute('window', types.windowType, watermark ? 'watermark-0' : null)]
    const assign: AssignWindowsPlan = {
      kind: 'AssignWindows',
      input,
      time: at,
      name: 'window',
      sizeMicros: group.size,
      slideMicros: group.slide,
      startMicros: group.start,
      output,
    }
    below = assign
    keys.splice(place, 0, BoundColumn.create(output.length - 1, 'window', types.windowType, true))
    eventTime = { column: place, isWindow: true, watermark: 'watermark-0' }
  } else if (group.kind === 'session') {
    session = { name: 'session', time: at, gapMicros: group.gap, position: place }
    eventTime = { column: place, isWindow: true, watermark: 'watermark-0' }
  } else if (position > 1) {
    keys.splice(place, 0, at)
    eventTime = { column: place, isWindow: false, watermark: 'watermark-0' }
  }
  const output = [...keys.map((one) => attribute(one.name, one.type)), ...calls.map((one, index) => attribute(`r${index}`, one.type))]
  if (session !== null) output.splice(place, 0, attribute('session', types.windowType))
  return {
    kind: 'Aggregate',
    id: 'aggregate-0',
    input: below,
    keys,
    session,
    aggregates: calls.map((one, index) => ({ name: `r${index}`, aggregate: one })),
    eventTime: watermark ? eventTime : null,
    output,
  }
}

/** The rows in batches and epochs, in random forms. */
function cut(schema: types.StructType, rows: Shape['rows'], draw: (limit: number) => number): RigEpoch[] {
  const forms = schema.fields.map(() => new VectorForms(draw))
  const epochs: RigEpoch[] = []
  for (let at = 0; at < rows.length || epochs.length < 2; ) {
    const batches: { batch: Batch; partition: string }[] = []
    for (let count = draw(4); count > 0; count--) {
      const part = rows.slice(at, at + 1 + draw(8))
      at += part.length
      if (part.length === 0) continue
      const batch = batchFromDatums(schema, part)
      const columns = batch.columns.map((column, index) => (forms[index] as VectorForms).of(column))
      batches.push({ batch: { ...batch, columns }, partition: String(draw(2)) })
    }
    epochs.push({ batches, failAfter: draw(4) === 0 ? draw(batches.length + 1) : null, swaps: draw(5) === 0 })
    if (epochs.length > 40) break
  }
  return epochs
}

function property(grouping: fc.Arbitrary<Grouping>, operator: string, far = true) {
  return fc.asyncProperty(
    cases(grouping, far),
    fc.noShrink(fc.infiniteStream(fc.nat(1_000_000))),
    async ({ plan, mode, schema, rows }, numbers) => {
      const draw = (limit: number): number => (numbers.next().value as number) % limit
      expect(await compareSides(plan, mode, cut(schema, rows, draw))).toEqual([operator])
    },
  )
}

test('groups by keys', async () => {
  await fc.assert(property(fc.constant({ kind: 'keys' }), 'ColumnAggregateOperator'), propertyOptions(50))
}, 60_000)
test('tumbling and sliding windows', async () => {
  await fc.assert(property(windows, 'ColumnAggregateOperator'), propertyOptions(50))
}, 60_000)
test('sessions', async () => {
  await fc.assert(property(sessions, 'ColumnSessionOperator', false), propertyOptions(50))
}, 60_000)
test('sessions at times that numbers cannot hold', async () => {
  await fc.assert(property(sessions, 'ColumnSessionOperator'), propertyOptions(50))
}, 60_000)
