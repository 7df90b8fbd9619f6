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
import type { EpochInfo, EpochToken, OutputMode, RunnerInfo, Sink, SinkProvider } from '../plan/contracts/sink.ts'
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
  check('1. an older runner can do nothing more, and what it had open is taken back', checkFence)
  check('1. an epoch that was not committed comes again with other rows', checkReplay)
  check('1. after a rewind, output of older lineages beyond is superseded', checkRewind)
  check('2. write does not keep the batch', checkWriteKeepsNothing)
  check('3. append adds, complete replaces, update lets the later row win', checkModes)
  check('close may be called twice', checkClose)
}

async function checkCalls(bench: SinkBench): Promise<void> {
  const sink = await bench.open(bench.anyMode)
  await bench.epoch(sink, 0, [])
  await sink.begin(infoOf(1))
  await sink.write(batchOf([ONE]))
  await sink.abort(infoOf(1))
  await bench.epoch(sink, 1, [TWO])
  await bench.sees(bench.exactlyOnce ? [TWO] : null, [TWO])
}

async function checkExactlyOnce(bench: SinkBench): Promise<void> {
  if (!bench.exactlyOnce) return
  const { sink, last } = await bench.run(1)
  assert.equal(last, null, 'fence gives a token though nothing was committed')
  await sink.begin(infoOf(0))
  await sink.write(batchOf([ONE]))
  await bench.sees([], [])
  const token = await sink.commit(infoOf(0), tokenOf(0))
  assert.deepEqual(JSON.parse(JSON.stringify(token)), token, 'a token must be JSON')
  await bench.sees([ONE], [ONE])
  await bench.epoch(sink, 0, [ONE])
  await bench.sees([ONE], [ONE])
  await sink.close()
  const again = await bench.run(2)
  assert.deepEqual(again.last, tokenOf(0), 'fence does not give the token of the last commit')
  await bench.epoch(again.sink, 0, [ONE])
  await bench.sees([ONE], [ONE])
}

async function checkFence(bench: SinkBench): Promise<void> {
  if (!bench.exactlyOnce) return
  const { sink: old } = await bench.run(1)
  await bench.epoch(old, 0, [ONE])
  await old.begin(infoOf(1))
  await old.write(batchOf([TWO]))
  const { sink, last } = await bench.run(2)
  assert.deepEqual(last, tokenOf(0))
  await refuses(() => old.commit(infoOf(1), tokenOf(1)), 'the commit of an epoch that it had begun')
  await bench.sees([ONE], [ONE])
  await refuses(() => bench.epoch(old, 1, [TWO]), 'a new epoch')
  await bench.epoch(sink, 1, [THREE])
  await refuses(() => bench.epoch(old, 1, [TWO]), 'an epoch that the newer runner has committed')
  await refuses(() => bench.run(1), 'a fence')
  await bench.sees(bench.anyMode === 'complete' ? [THREE] : [ONE, THREE], [THREE])
}

async function checkReplay(bench: SinkBench): Promise<void> {
  if (!bench.exactlyOnce) return
  const { sink } = await bench.run(1)
  await bench.epoch(sink, 0, [ONE])
  await sink.begin(infoOf(1))
  await sink.write(batchOf([TWO]))
  const again = await bench.run(2)
  await bench.sees([ONE], [ONE])
  await again.sink.begin(infoOf(1))
  await again.sink.write(batchOf([TWO, ONE]))
  await again.sink.abort(infoOf(1))
  await bench.epoch(again.sink, 1, [THREE])
  await bench.sees(bench.anyMode === 'complete' ? [THREE] : [ONE, THREE], [THREE])
}

async function checkRewind(bench: SinkBench): Promise<void> {
  // In complete mode the older result is not there any more.
  if (!bench.exactlyOnce || bench.anyMode === 'complete') return
  const { sink: first } = await bench.run(1)
  for (const [epoch, row] of [ONE, TWO, THREE].entries()) await bench.epoch(first, epoch, [row])
  const { sink: second, last } = await bench.run(2, { lineage: 1, rewoundTo: 0 })
  assert.deepEqual(last, tokenOf(0), 'fence gives the token of an epoch that is superseded')
  await bench.sees([ONE], [ONE])
  await bench.epoch(second, 1, [THREE], 1)
  await bench.sees([ONE, THREE], [ONE, THREE])
  const again = await bench.run(3, { lineage: 1, rewoundTo: 0 })
  assert.deepEqual(again.last, tokenOf(1, 1))
  await bench.epoch(again.sink, 1, [TWO], 1)
  await bench.epoch(again.sink, 2, [TWO], 1)
  await bench.sees([ONE, THREE, TWO], [])
}

async function refuses(run: () => Promise<unknown>, what: string): Promise<void> {
  await assert.rejects(run, { code: 'QUERY_FENCED' }, `${what} of an older runner is not refused with QUERY_FENCED`)
}

async function checkWriteKeepsNothing(bench: SinkBench): Promise<void> {
  const sink = await bench.open(bench.anyMode)
  const batch = batchOf([ONE])
  await sink.begin(infoOf(0))
  await sink.write(batch)
  scribble(batch)
  await sink.commit(infoOf(0), tokenOf(0))
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
    provider.check?.(options, SCHEMA, mode, 'conformance')
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

  /** A start of the query from its checkpoint: the sink, fenced, and the token that the fence gave. */
  async run(runnerEpoch: number, rewind: Partial<RunnerInfo> = {}): Promise<{ readonly sink: Sink; readonly last: EpochToken | null }> {
    const sink = await this.open(this.anyMode)
    assert.ok(sink.fence !== undefined, 'an exactly-once sink must have fence')
    return { sink, last: await sink.fence({ runnerEpoch, lineage: 0, rewoundTo: null, ...rewind }, null) }
  }

  async epoch(sink: Sink, epoch: number, rows: readonly TestRow[], lineage = 0): Promise<void> {
    await sink.begin(infoOf(epoch, lineage))
    if (rows.length > 0) await sink.write(batchOf(rows))
    await sink.commit(infoOf(epoch, lineage), tokenOf(epoch, lineage))
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

const infoOf = (epoch: number, lineage = 0): EpochInfo => ({ epoch, batchTimeMs: epoch, lineage })
const tokenOf = (epoch: number, lineage = 0): EpochToken => ({ epoch, lineage, beginChecksum: 1000 + epoch })
const batchOf = (rows: readonly TestRow[]): Batch => batchFromDatums(SCHEMA, rows)

/** What happens to a batch when its buffers are used again. */
function scribble(batch: Batch): void {
  const lanes = (vector: Vector): void => void (vector as IntVector).values?.fill(99)
  for (const column of batch.columns) lanes(column)
}

function lastById(rows: readonly TestRow[]): readonly TestRow[] {
  return [...new Map(rows.map((row) => [row[0], row])).values()]
}
