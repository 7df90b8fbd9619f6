/**
 * What is drawn by chance follows from the epoch and from the place of a row in its partition: random plans give each row the same values whether rules have
 * rewritten them, whichever executor runs, and however the rows of the partitions come in batches and mix.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { booleanType, doubleType, field, intType, longType, stringType, structType } from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import { batchFromDatums, datumRows } from '../../src/data/vector-builder.ts'
import type { Executor } from '../../src/engine/compile/executor.ts'
import { generated } from '../../src/engine/compile/generator.ts'
import { interpreter } from '../../src/engine/compile/interpreter.ts'
import { Pipeline } from '../../src/engine/operators/pipeline.ts'
import { MemoryStateProvider } from '../../src/engine/state/memory-state.ts'
import { analyze } from '../../src/plan/analysis/analyzer.ts'
import { Catalog } from '../../src/plan/contracts/catalog.ts'
import {
  CastNode,
  type Expression,
  LiteralNode,
  UnresolvedAttributeNode,
  UnresolvedFunctionNode,
} from '../../src/plan/expressions/expression.ts'
import { FilterNode, type Relation, SetOperationNode, WithColumnsNode } from '../../src/plan/nodes/relation.ts'
import { type ResolvedPlan, walkPlan } from '../../src/plan/nodes/resolved-plan.ts'
import { optimize } from '../../src/plan/optimizer.ts'
import { propertyOptions, sorted } from './property-options.ts'
import { script } from './query-runner.ts'
import { scriptedSource } from './scripted-source.ts'

const schema = structType([field('partition', stringType), field('id', intType), field('d', doubleType)])
const catalog = new Catalog().registerSource(scriptedSource({ schema, partitions: [], epochs: [] }))
const PARTITIONS = ['0', '1', 'north']

// ── plans
const call = (name: string, ...args: readonly Expression[]): Expression => UnresolvedFunctionNode.create(name, args)
const column = (name: string): Expression => UnresolvedAttributeNode.create(name)
const double = (value: number): Expression => LiteralNode.create(value, doubleType)
/** Columns that are used in several places, and in several operations. */
const shared = [call('rand'), call('randn', LiteralNode.create(5, intType)), call('rand', LiteralNode.create(-3n, longType))]

const leaf = (): fc.Arbitrary<Expression> =>
  fc.oneof(
    fc.constantFrom('rand', 'randn').map((name) => call(name)),
    fc.tuple(fc.constantFrom('rand', 'randn'), fc.integer()).map(([name, seed]) => call(name, LiteralNode.create(seed, intType))),
    fc.constant(null).map(() => CastNode.create(call('hash', call('uuid')), doubleType)),
    fc.constantFrom(...shared, column('x')),
    fc.constantFrom(column('d'), CastNode.create(column('id'), doubleType)),
  )
const number: fc.Memo<Expression> = fc.memo((depth) =>
  depth <= 1
    ? leaf()
    : fc.oneof(
        leaf(),
        fc.tuple(fc.constantFrom('+', '-', '*', 'greatest', 'nullif'), number(), number()).map(([name, a, b]) => call(name, a, b)),
        fc.tuple(condition(), number(), number()).map((parts) => call('when', ...parts)),
        fc.tuple(number(), number()).map((parts) => call('coalesce', ...parts)),
      ),
)
const condition: fc.Memo<Expression> = fc.memo((depth) =>
  depth <= 1
    ? fc.tuple(fc.constantFrom('<', '>='), number(1)).map(([name, one]) => call(name, one, double(0.5)))
    : fc.oneof(
        fc.tuple(fc.constantFrom('<', '>='), number(), number()).map(([name, a, b]) => call(name, a, b)),
        fc.tuple(fc.constantFrom('and', 'or'), condition(), condition()).map(([name, a, b]) => call(name, a, b)),
        fc.constant(LiteralNode.create(true, booleanType)),
      ),
)
/** A filter that would like to sink. */
const isEven = call('=', call('%', column('id'), LiteralNode.create(2, intType)), LiteralNode.create(0, intType))
type Step = (input: Relation) => Relation
const withColumn =
  (name: string, expression: Expression): Step =>
  (input) =>
    WithColumnsNode.create({ input, columns: [{ name, expression }] })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('x', 'y', 'z', 'd'), number(3)).map(([name, expression]) => withColumn(name, expression)),
  fc.oneof(fc.constant(isEven), condition(3)).map(
    (one): Step =>
      (input) =>
        FilterNode.create({ input, condition: one }),
  ),
  fc.constant<Step>((input) =>
    SetOperationNode.create({
      operation: 'union',
      left: input,
      right: withColumn('id', call('-', column('id'), LiteralNode.create(1000, intType)))(input),
    }),
  ),
)
const plans = fc
  .array(step, { minLength: 1, maxLength: 5 })
  .map((steps) => steps.reduce((input, one) => one(input), withColumn('x', call('rand'))(script)))

// ── arrivals
interface Piece {
  readonly partition: string
  readonly rows: number
}
const pieces = fc.array(fc.record({ partition: fc.constantFrom(...PARTITIONS), rows: fc.integer({ min: 0, max: 6 }) }), { maxLength: 8 })
/** The same rows in other batches, the partitions mixed in another way. */
const cutAgain = (given: readonly Piece[]): fc.Arbitrary<readonly Piece[]> =>
  fc.shuffledSubarray(
    given.flatMap(({ partition, rows }) => Array.from({ length: rows }, (): Piece => ({ partition, rows: 1 }))),
    { minLength: given.reduce((sum, { rows }) => sum + rows, 0) },
  )

async function run(
  plan: ResolvedPlan,
  executor: Executor,
  arrivals: readonly Piece[],
  epoch: number,
): Promise<readonly (readonly unknown[])[]> {
  const rows: Datum[][] = []
  const pipeline = new Pipeline(plan, {
    mode: 'append',
    executor,
    monotonicMs: () => 0,
    watermark: { policy: 'partitionMin', idleTimeoutMs: null, closeOnIdle: 'hold', bounded: true },
  })
  await pipeline.open(new MemoryStateProvider(null), null)
  const emit = (batch: Parameters<typeof datumRows>[0]): void => void rows.push(...datumRows(batch))
  const push = (some: readonly Piece[]): void => {
    pipeline.begin({ queryId: 'q', epoch, batchTimeMicros: 0n, timeZone: 'UTC', randomSeed: 9 })
    const next = new Map<string, number>()
    for (const { partition, rows: length } of some) {
      const first = next.get(partition) ?? 0
      next.set(partition, first + length)
      for (const scan of scansOf(plan)) {
        const columns = scan.output.map((one) => one.name)
        const made = Array.from({ length }, (_, at) => {
          const row: Record<string, Datum> = { partition, id: first + at, d: (first + at) % 3 === 0 ? null : (first + at) / 7 }
          return columns.map((name) => row[name] ?? null)
        })
        const batch = batchFromDatums(structType(scan.output.map(({ name, type, nullable }) => ({ name, type, nullable }))), made)
        pipeline.push(scan.id, batch, { source: scan.id, partition }, emit)
      }
    }
  }
  // An epoch that fails half way is begun again.
  push(arrivals.slice(0, Math.floor(arrivals.length / 2)))
  pipeline.rollback()
  rows.length = 0
  push(arrivals)
  return sorted(rows)
}
const scansOf = (plan: ResolvedPlan) => [...walkPlan(plan)].filter((node) => node.kind === 'Scan')

test('values are those of the row, whoever runs the plan and however its rows come', async () => {
  let drawn = 0
  let differing = 0
  await fc.assert(
    fc.asyncProperty(
      plans,
      pieces.chain((given) => fc.tuple(fc.constant(given), cutAgain(given))),
      fc.constantFrom(0, 1, 7),
      async (plan, [given, again], epoch) => {
        const analyzed = analyze(plan, catalog)
        const rewritten = optimize(analyzed)
        const expected = await run(analyzed, interpreter, given, epoch)
        for (const [one, executor] of [
          [analyzed, generated],
          [rewritten, interpreter],
          [rewritten, generated],
        ] as const)
          expect(await run(one, executor, again, epoch)).toEqual(expected)
        if (expected.length > 0) {
          drawn++
          const other = await run(rewritten, generated, given, epoch + 1)
          if (JSON.stringify(other) !== JSON.stringify(expected)) differing++
        }
      },
    ),
    propertyOptions(100),
  )
  // Each plan draws, so another epoch gives other values; a few plans show none of them.
  expect(differing).toBeGreaterThan(drawn * 0.8)
})
