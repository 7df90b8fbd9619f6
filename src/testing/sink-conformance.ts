/**
 * The conformance suite of sinks: one test for each numbered point of the contract (plan/contracts/sink.ts), driven as the engine drives a sink, without an
 * engine. All built-in sinks pass it; a sink of your own is right when it does.
 */
import assert from 'node:assert/strict'
import { field, intType, type StructType, stringType, structType } from '../data/data-type.ts'
import type { Batch, IntVector, Vector } from '../data/vector.ts'
import { batchFromDatums } from '../data/vector-builder.ts'
import type { Io } from '../io/io.ts'
import { realIo } from '../io/real.ts'
import type { OutputMode, Sink, SinkProvider } from '../plan/contracts/sink.ts'
import type { Options } from '../plan/nodes/relation.ts'
import type { TestFramework } from './conformance.ts'

/** A sink and what a reader of its output sees, made anew for each test. */
export interface SinkFixture {
  readonly provider: SinkProvider
  readonly options: Options
  readonly io?: Io
  /**
   * What a reader finds now: the `id` and `name` of each row, in the order of the output. Null for a sink whose output nobody can read, such as noop.
   * In update mode with two rows of one id, both may be there; the later one last.
   */
  readonly visible: (() => Promise<readonly (readonly [id: number, name: string])[]>) | null
  close?(): Promise<void>
}

const SCHEMA: StructType = structType([field('id', intType), field('name', stringType)])
type TestRow = readonly [id: number, name: string]
const ONE: TestRow = [1, 'one']
const TWO: TestRow = [2, 'two']
const THREE: TestRow = [3, 'three']

/** Declares the suite for one sink. The rows that it writes have the columns `id INT, name STRING`. */
export function describeSink(name: string, makeFixture: () => Promise<SinkFixture>, { test }: TestFramework): void {
  const check = (what: string, run: (bench: SinkBench) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const fixture = await makeFixture()
      const bench = new SinkBench(fixture)
      try {
        await run(bench)
      } finally {
        await bench.close()
        await fixture.close?.()
      }
    })
  }
  check('the calls of an epoch, an empty one and one that is aborted', checkCalls)
  check('1. nothing is visible before commit, and an epoch that comes again has no effect', checkExactlyOnce)
  check('2. write does not keep the batch', checkWriteKeepsNothing)
  check('3. append adds, complete replaces, update lets the later row win', checkModes)
  check('close may be called twice', checkClose)
}

async function checkCalls(bench: SinkBench): Promise<void> {
  const sink = await bench.open(bench.anyMode)
  await bench.epoch(sink, 0, [])
  await sink.begin({ epoch: 1, batchTimeMs: 1 })
  await sink.write(batchOf([ONE]))
  await sink.abort({ epoch: 1, batchTimeMs: 1 })
  await bench.epoch(sink, 1, [TWO])
  await bench.sees(bench.exactlyOnce ? [TWO] : null, [TWO])
}

async function checkExactlyOnce(bench: SinkBench): Promise<void> {
  if (!bench.exactlyOnce) return
  const sink = await bench.open(bench.anyMode)
  const info = { epoch: 0, batchTimeMs: 0 }
  await sink.begin(info)
  await sink.write(batchOf([ONE]))
  await bench.sees([], [])
  const token = await sink.commit(info)
  assert.deepEqual(JSON.parse(JSON.stringify(token)), token, 'a token must be JSON')
  await bench.sees([ONE], [ONE])
  await bench.epoch(sink, 0, [ONE])
  await bench.sees([ONE], [ONE])
  await sink.close()
  const again = await bench.open(bench.anyMode)
  assert.ok(again.fence !== undefined, 'an exactly-once sink must have fence')
  assert.deepEqual(await again.fence(2), token, 'fence does not give the token of the last commit')
  await bench.epoch(again, 0, [ONE])
  await bench.sees([ONE], [ONE])
}

async function checkWriteKeepsNothing(bench: SinkBench): Promise<void> {
  const sink = await bench.open(bench.anyMode)
  const batch = batchOf([ONE])
  await sink.begin({ epoch: 0, batchTimeMs: 0 })
  await sink.write(batch)
  scribble(batch)
  await sink.commit({ epoch: 0, batchTimeMs: 0 })
  await bench.sees([ONE], [ONE])
}

async function checkModes(bench: SinkBench): Promise<void> {
  for (const mode of bench.fixture.provider.modes) {
    const sink = await bench.open(mode)
    await bench.epoch(sink, 0, [ONE, TWO])
    await bench.epoch(sink, 1, mode === 'update' ? [[1, 'uno']] : [THREE])
    const expected: Record<OutputMode, readonly TestRow[]> = { append: [ONE, TWO, THREE], complete: [THREE], update: [[1, 'uno'], TWO] }
    const seen = await bench.fixture.visible?.()
    if (seen === undefined) continue
    const rows = mode === 'update' ? lastById(seen) : seen
    const last = expected[mode]
    if (bench.exactlyOnce) assert.deepEqual([...rows].sort(), [...last].sort(), `after two epochs in ${mode} mode`)
    else
      for (const row of last)
        assert.ok(
          rows.some((one) => one[0] === row[0] && one[1] === row[1]),
          `row ${row} is missing in ${mode} mode`,
        )
  }
}

async function checkClose(bench: SinkBench): Promise<void> {
  const sink = await bench.open(bench.anyMode)
  await sink.close()
  await sink.close()
}

class SinkBench {
  readonly fixture: SinkFixture
  readonly #stop = new AbortController()
  readonly #opened: Sink[] = []

  constructor(fixture: SinkFixture) {
    this.fixture = fixture
  }

  get exactlyOnce(): boolean {
    return this.fixture.provider.delivery === 'exactly-once'
  }

  get anyMode(): OutputMode {
    const { modes } = this.fixture.provider
    assert.ok(modes.length > 0, 'a sink has at least one output mode')
    return modes.includes('append') ? 'append' : (modes[0] as OutputMode)
  }

  async open(mode: OutputMode): Promise<Sink> {
    const { provider, options } = this.fixture
    provider.check?.(options, SCHEMA, mode)
    const sink = await provider.open({
      options,
      schema: SCHEMA,
      mode,
      queryId: `query-${mode}`,
      queryName: 'conformance',
      timeZone: 'UTC',
      io: this.fixture.io ?? realIo,
      signal: this.#stop.signal,
    })
    this.#opened.push(sink)
    return sink
  }

  async epoch(sink: Sink, epoch: number, rows: readonly TestRow[]): Promise<void> {
    await sink.begin({ epoch, batchTimeMs: epoch })
    if (rows.length > 0) await sink.write(batchOf(rows))
    await sink.commit({ epoch, batchTimeMs: epoch })
  }

  /** Exactly `exact` where it is given, else at least `atLeast`. */
  async sees(exact: readonly TestRow[] | null, atLeast: readonly TestRow[]): Promise<void> {
    if (this.fixture.visible === null) return
    const seen = await this.fixture.visible()
    if (exact !== null && this.exactlyOnce) assert.deepEqual(seen, exact)
    else
      for (const row of atLeast)
        assert.ok(
          seen.some((one) => one[0] === row[0] && one[1] === row[1]),
          `row ${row} is not in the output`,
        )
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the query stops'))
    for (const sink of this.#opened) await sink.close()
  }
}

const batchOf = (rows: readonly TestRow[]): Batch => batchFromDatums(SCHEMA, rows)

/** What happens to a batch when its buffers are used again. */
function scribble(batch: Batch): void {
  const lanes = (vector: Vector): void => void (vector as IntVector).values?.fill(99)
  for (const column of batch.columns) lanes(column)
}

function lastById(rows: readonly TestRow[]): readonly TestRow[] {
  return [...new Map(rows.map((row) => [row[0], row])).values()]
}
