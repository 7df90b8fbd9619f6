/** Windows on lanes against the plain definition (time/windows.ts), for times of any age, nulls among them, and slides that multiply rows beyond one batch. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { field, intType, structType, timestampType, windowType } from '../../data/data-type.ts'
import { TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../data/datum.ts'
import type { Batch } from '../../data/vector.ts'
import { batchFromDatums, datumRows } from '../../data/vector-builder.ts'
import { BoundColumn } from '../../plan/expressions/bound-expression.ts'
import type { AssignWindowsPlan } from '../../plan/nodes/resolved-plan.ts'
import { generated } from '../compile/generator.ts'
import { type WindowSpec, windowStarts } from '../time/windows.ts'
import { assignWindows } from './assign-windows.ts'

const input = structType([field('t', timestampType), field('n', intType)])
const schema = structType([...input.fields, field('w', windowType)])
const context = () => ({ batchTimeMicros: 0n, timeZone: 'UTC', randomSeed: 0 })

function assigned(times: readonly (bigint | null)[], spec: WindowSpec): { readonly rows: unknown[][]; readonly batches: readonly Batch[] } {
  const plan: AssignWindowsPlan = {
    kind: 'AssignWindows',
    name: 'w',
    output: [],
    input: { kind: 'LocalScan', output: [], batches: [] },
    time: BoundColumn.create(0, 't', timestampType, true),
    ...spec,
  }
  const batches: Batch[] = []
  const batch = batchFromDatums(
    input,
    times.map((time, row) => [time, row]),
  )
  assignWindows(plan, schema, generated, context).push(batch, { source: 's', partition: '0' }, (one) => void batches.push(one))
  return { rows: batches.flatMap(datumRows), batches }
}
const expected = (times: readonly (bigint | null)[], spec: WindowSpec): unknown[][] =>
  times.flatMap((time, row) =>
    time === null ? [] : windowStarts(time, spec).map((start) => [time, row, [start, start + spec.sizeMicros]]),
  )

const spec = fc
  .record({
    slide: fc.oneof(fc.bigInt({ min: 1n, max: 1000n }), fc.constantFrom(60_000_000n, 86_400_000_000n)),
    factor: fc.bigInt({ min: 0n, max: 5n }),
    extra: fc.bigInt({ min: 0n, max: 999n }),
    start: fc.bigInt({ min: -999n, max: 999n }),
  })
  .map(({ slide, factor, extra, start }) => ({
    slideMicros: slide,
    sizeMicros: slide * (factor + 1n) + (extra % slide),
    startMicros: start % slide,
  }))
const edge = 2n ** 53n - 1n
const time = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: -5000n, max: 5000n }) },
  { weight: 4, arbitrary: fc.bigInt({ min: 1_700_000_000_000_000n, max: 1_800_000_000_000_000n }) },
  { weight: 1, arbitrary: fc.constantFrom(TIMESTAMP_MIN, TIMESTAMP_MAX, edge, -edge, edge - 1n, 0n, -1n) },
  { weight: 1, arbitrary: fc.bigInt({ min: edge - 10n ** 12n, max: edge }) },
)

test('every row stands in the windows that hold its time, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.option(time, { freq: 6 }), { maxLength: 20 }), spec, (times, window) => {
      expect(assigned(times, window).rows).toEqual(expected(times, window))
    }),
    propertyOptions(2000),
  )
})

test('rows that windows multiply beyond measure come in several batches', () => {
  const window = { sizeMicros: 3_600_000_000n, slideMicros: 1_000_000n, startMicros: 0n }
  const times = Array.from({ length: 40 }, (_, row) => (row % 9 === 0 ? null : BigInt(row) * 777_777n))
  const { rows, batches } = assigned(times, window)
  expect(batches.length).toBeGreaterThan(1)
  expect(Math.max(...batches.map((one) => one.length))).toBeLessThanOrEqual(65_536)
  expect(rows).toEqual(expected(times, window))
})

test('a batch without times gives none', () => {
  const window = { sizeMicros: 10n, slideMicros: 10n, startMicros: 0n }
  expect(assigned([null, null], window).batches).toEqual([])
  expect(assigned([], window).batches).toEqual([])
})
