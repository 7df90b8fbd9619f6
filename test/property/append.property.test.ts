/**
 * Append mode under watermarks, epoch by epoch against the naive model: which rows are late, which windows close, and that each window is given out once.
 * Under partitionMin with a delay as large as the disorder inside each partition, nothing is lost however unevenly the partitions are read.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { longType, stringType } from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import {
  AliasNode,
  type Expression,
  LiteralNode,
  UnresolvedAttributeNode,
  UnresolvedFunctionNode,
} from '../../src/plan/expressions/expression.ts'
import { AggregateNode, type Relation, WithWatermarkNode } from '../../src/plan/nodes/relation.ts'
import { type Row, watermarksPartitionMin, windowsOf } from './naive-model.ts'
import { propertyOptions, sorted } from './property-options.ts'
import { runScript, script } from './query-runner.ts'
import { epochs, nearTimes, scripted, tableSchema } from './table-arbitraries.ts'

const partitions = ['0', '1', '2']
const text = (value: string): Expression => LiteralNode.create(value, stringType)
const call = (name: string, ...args: Expression[]): Expression => UnresolvedFunctionNode.create(name, args)

interface Shape {
  readonly sizeMs: bigint
  readonly slideMs: bigint
  readonly delayMs: bigint
}
const shapes: fc.Arbitrary<Shape> = fc
  .record({
    sizeMs: fc.constantFrom(1000n, 10_000n, 60_000n),
    part: fc.constantFrom(1n, 2n, 5n),
    delayMs: fc.constantFrom(0n, 5_000n, 60_000n),
  })
  .map(({ sizeMs, part, delayMs }) => ({ sizeMs, slideMs: sizeMs / part, delayMs }))

function countByWindow({ sizeMs, slideMs, delayMs }: Shape): Relation {
  const input = WithWatermarkNode.create({ input: script, eventTime: 'ts', delay: `${delayMs} milliseconds` })
  const window = call('window', UnresolvedAttributeNode.create('ts'), text(`${sizeMs} milliseconds`), text(`${slideMs} milliseconds`))
  const rows = AliasNode.create(call('count', LiteralNode.create(1n, longType)), 'rows')
  return AggregateNode.create({ input, groupings: [window], aggregates: [rows] })
}

type Arrivals = readonly (readonly { readonly partition: string; readonly row: Row }[])[]

/** What append mode gives in all, and how many rows (window by window) were late. */
function model(arrivals: Arrivals, shape: Shape): { readonly rows: Datum[][]; readonly late: number } {
  const events = arrivals.map((epoch) => epoch.map(({ partition, row }) => ({ partition, time: row['ts'] as bigint | null })))
  const evict = watermarksPartitionMin(events, partitions, shape.delayMs * 1000n)
  const counts = new Map<bigint, bigint>()
  let late = 0
  for (const [epoch, rows] of events.entries()) {
    const lateAt = epoch === 0 ? null : (evict[epoch - 1] ?? null)
    for (const { time } of rows) {
      if (time === null) continue
      for (const { start, end } of windowsOf(time, shape.sizeMs * 1000n, shape.slideMs * 1000n, 0n)) {
        if (lateAt !== null && end <= lateAt) late++
        else counts.set(start, (counts.get(start) ?? 0n) + 1n)
      }
    }
  }
  const closed = evict.at(-1) ?? null
  const rows = [...counts].filter(([start]) => closed !== null && start + shape.sizeMs * 1000n <= closed)
  return { rows: rows.map(([start, count]) => [[start, start + shape.sizeMs * 1000n], count]), late }
}

test('closed windows come once, with just the rows that were not late', async () => {
  await fc.assert(
    fc.asyncProperty(epochs(nearTimes, partitions, { maxEpochs: 8, maxRows: 10 }), shapes, async (arrivals, shape) => {
      const outcome = await runScript({ schema: tableSchema, partitions, epochs: scripted(arrivals) }, countByWindow(shape), 'append')
      const expected = model(arrivals, shape)
      expect(sorted(outcome.rows)).toEqual(sorted(expected.rows))
      const late = outcome.progress.reduce((sum, progress) => sum + (progress.stateOperators[0]?.numRowsDroppedByWatermark ?? 0), 0)
      expect(late).toBe(expected.late)
    }),
    propertyOptions(200),
  )
})

test('catching up from skewed partitions loses no row under partitionMin', async () => {
  const skewed = fc.array(fc.record({ partition: fc.constantFrom(...partitions), take: fc.integer({ min: 0, max: 20 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  const disorder = fc.array(fc.integer({ min: 0, max: 9_999 }), { minLength: 60, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(skewed, disorder, async (turns, jitters) => {
      const shape: Shape = { sizeMs: 10_000n, slideMs: 10_000n, delayMs: 10_000n }
      const arrivals = readUnevenly(turns, jitters)
      const outcome = await runScript({ schema: tableSchema, partitions, epochs: scripted(arrivals) }, countByWindow(shape), 'append')
      expect(Math.max(...outcome.progress.flatMap((progress) => progress.stateOperators.map((one) => one.numRowsDroppedByWatermark)))).toBe(
        0,
      )
      expect(model(arrivals, shape).late).toBe(0)
      expect(sorted(outcome.rows)).toEqual(sorted(model(arrivals, shape).rows))
    }),
    propertyOptions(60),
  )
})

/** Three partitions with 20 rows each over the same minutes, out of order by less than 10 s; each turn reads some rows of one of them. */
function readUnevenly(turns: readonly { readonly partition: string; readonly take: number }[], jitters: readonly number[]): Arrivals {
  const base = 1_767_225_600_000n
  const left = new Map(
    partitions.map((partition, index) => [
      partition,
      Array.from({ length: 20 }, (_, row) => (base + BigInt(row * 5_000 + (jitters[index * 20 + row] ?? 0))) * 1000n),
    ]),
  )
  const rest = partitions.map((partition) => ({ partition, take: 20 }))
  return [...turns, ...rest].map(({ partition, take }) =>
    (left.get(partition) ?? [])
      .splice(0, take)
      .map((ts) => ({ partition, row: { k: null, s: null, n: null, m: null, l: null, d: null, b: null, ts } })),
  )
}
