/**
 * The conformance suite of sources: one test for each numbered point of the contract (plan/contracts/source.ts). All built-in sources pass it; a source of
 * your own is right when it does. It drives the source as the engine does, without an engine.
 */
import assert from 'node:assert/strict'
import { type Field, type StructType, structType } from '../data/data-type.ts'
import type { Io } from '../io/io.ts'
import { realIo } from '../io/real.ts'
import type { Source, SourceLog, SourceOffset, SourceProvider } from '../plan/contracts/source.ts'
import type { Options } from '../plan/nodes/relation.ts'
import { sourceRowTexts, type TestFramework } from './conformance.ts'
import { MemorySourceLog } from './memory-source-log.ts'

/** A source and the world that it reads, made anew for each test. */
export interface SourceFixture {
  readonly provider: SourceProvider
  readonly options: Options
  readonly schema?: StructType
  /** The real one if absent. */
  readonly io?: Io
  /** Makes exactly `count` further records available to a source that is open; it may see them a little later. */
  add(count: number): Promise<void>
  /** Records that a limit of one byte may give at most, in each partition; 1 if absent. More only for sources that read whole units, such as files. */
  readonly recordsPerStep?: number
  close?(): Promise<void>
}

const NO_LIMIT = { maxBytes: Number.MAX_SAFE_INTEGER }
const ONE_BYTE = { maxBytes: 1 }
/** How long a record may take from `add` to the source. */
const ARRIVAL_MS_MAX = 5000

/**
 * Declares the suite for one source.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { t } from 'millrace'
 * import { describeSource, MemoryStream } from 'millrace/testing'
 *
 * describeSource('a memory stream', async () => {
 *   const stream = new MemoryStream({ id: t.int })
 *   let id = 0
 *   return {
 *     provider: stream.provider,
 *     options: {},
 *     add: async (count) => void stream.addData(Array.from({ length: count }, () => ({ id: id++ }))),
 *   }
 * }, { test })
 * ```
 */
export function describeSource(name: string, makeFixture: () => Promise<SourceFixture>, { test }: TestFramework): void {
  const check = (what: string, run: (bench: SourceBench) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const bench = new SourceBench(await makeFixture())
      try {
        await run(bench)
      } finally {
        await bench.close()
      }
    })
  }
  check('1. describe is pure', checkDescribe)
  check('2. read gives exactly the rows between, in order, and the same ones again', checkRead)
  check('2. a replayable source gives the same rows after a restart', checkReplay)
  check('2. with the log of its checkpoint it goes on after a restart, without a record lost or doubled', checkRestart)
  check('3. latestOffset never goes back, keeps the limit and moves on when there is data', checkLatestOffset)
  check('4. caughtUp names a partition only where nothing is beyond the end', checkCaughtUp)
  check('5. after commit the source goes on from there', checkCommit)
  check('6. methods stop when the signal is aborted, and close may be called twice', checkStop)
}

async function checkDescribe(bench: SourceBench): Promise<void> {
  assert.deepEqual(bench.describe(), bench.describe())
}

async function checkRead(bench: SourceBench): Promise<void> {
  const source = await bench.open()
  const start = await source.initialOffset()
  await bench.fixture.add(3)
  const middle = await bench.offsetAfter(source, start, 3)
  await bench.fixture.add(4)
  const end = await bench.offsetAfter(source, start, 7)
  const whole = await bench.rows(source, start, end)
  assert.equal(count(whole), 7)
  assert.deepEqual(await bench.rows(source, start, end), whole, 'a second read of the same range gives other rows')
  assert.deepEqual(
    append(await bench.rows(source, start, middle), await bench.rows(source, middle, end)),
    whole,
    'two halves are not the whole',
  )
  assert.equal(count(await bench.rows(source, end, end)), 0, 'an empty range gives rows')
}

async function checkReplay(bench: SourceBench): Promise<void> {
  if (bench.describe().guarantee !== 'replayable') return
  const source = await bench.open()
  const start = await source.initialOffset()
  await bench.fixture.add(5)
  const end = await bench.offsetAfter(source, start, 5)
  const rows = await bench.rows(source, start, end)
  await source.close()
  await bench.fixture.add(2)
  const again = await bench.open()
  assert.deepEqual(await bench.rows(again, asJournalled(start), asJournalled(end)), rows)
}

async function checkRestart(bench: SourceBench): Promise<void> {
  if (bench.describe().guarantee !== 'replayable') return
  const log = new MemorySourceLog()
  const first = await bench.open(log)
  const start = await first.initialOffset()
  await bench.fixture.add(3)
  const middle = await bench.offsetAfter(first, start, 3)
  const before = await bench.rows(first, start, middle)
  await first.commit(middle)
  await first.close()
  await bench.fixture.add(2)
  const second = await bench.open(log)
  const end = await bench.offsetAfter(second, asJournalled(middle), 2)
  const after = await bench.rows(second, asJournalled(middle), end)
  await second.close()
  await bench.fixture.add(1)
  const third = await bench.open(log)
  assert.deepEqual(
    await bench.rows(third, asJournalled(middle), asJournalled(end)),
    after,
    'after a second restart the range gives other rows',
  )
  assert.deepEqual(await bench.rows(third, asJournalled(start), asJournalled(end)), append(before, after))
  await bench.offsetAfter(third, asJournalled(end), 1)
}

async function checkLatestOffset(bench: SourceBench): Promise<void> {
  const source = await bench.open()
  const start = await source.initialOffset()
  await bench.fixture.add(3)
  await bench.offsetAfter(source, start, 3)
  const step = bench.fixture.recordsPerStep ?? 1
  let [position, seen, steps] = [start, 0, 0]
  while (seen < 3) {
    const { end } = await source.latestOffset(position, ONE_BYTE)
    for (const [partition, rows] of await bench.rows(source, position, end)) {
      assert.ok(rows.length <= step, `a limit of one byte gave ${rows.length} records of partition ${partition}`)
      seen += rows.length
    }
    assert.ok(++steps <= 10, 'latestOffset does not move on though there is data')
    position = end
  }
  const { end: still } = await source.latestOffset(position, NO_LIMIT)
  assert.deepEqual(still, position, 'latestOffset moves although there is nothing new')
  await bench.fixture.add(1)
  assert.equal(count(await bench.rows(source, start, await bench.offsetAfter(source, start, 4))), 4)
}

async function checkCaughtUp(bench: SourceBench): Promise<void> {
  const source = await bench.open()
  const start = await source.initialOffset()
  const step = bench.fixture.recordsPerStep ?? 1
  await bench.fixture.add(step * 40)
  const end = await bench.offsetAfter(source, start, step * 40)
  const filled = [...(await bench.rows(source, start, end)).keys()]
  const first = await source.latestOffset(start, ONE_BYTE)
  for (const partition of first.caughtUp)
    assert.deepEqual(first.end[partition], end[partition], `${partition} is said to be caught up, but it has more`)
  const last = await source.latestOffset(end, NO_LIMIT)
  assert.deepEqual(
    filled.filter((partition) => !last.caughtUp.includes(partition)),
    [],
    'partitions that are read to the end are not named',
  )
}

async function checkCommit(bench: SourceBench): Promise<void> {
  const source = await bench.open()
  const start = await source.initialOffset()
  await bench.fixture.add(3)
  const middle = await bench.offsetAfter(source, start, 3)
  await bench.rows(source, start, middle)
  await source.commit(middle)
  assert.deepEqual((await source.latestOffset(middle, NO_LIMIT)).end, middle)
  await bench.fixture.add(2)
  const end = await bench.offsetAfter(source, middle, 2)
  assert.equal(count(await bench.rows(source, middle, end)), 2)
  await source.commit(end)
}

async function checkStop(bench: SourceBench): Promise<void> {
  const source = await bench.open()
  const start = await source.initialOffset()
  await source.latestOffset(start, NO_LIMIT)
  if (source.waitForData !== undefined) {
    const wait = new AbortController()
    const waiting = source.waitForData(wait.signal).catch(() => undefined)
    wait.abort()
    await promptly(waiting, 'waitForData does not end when its signal is aborted')
  }
  await bench.fixture.add(1)
  const end = await bench.offsetAfter(source, start, 1)
  bench.stop()
  await promptly(
    bench.rows(source, start, end).catch(() => undefined),
    'read does not end when the query stops',
  )
  await promptly(source.close(), 'close does not end')
  await promptly(source.close(), 'a second close does not end')
}

/** A fixture, the sources that a test opened on it, and reading as the engine does. */
class SourceBench {
  readonly fixture: SourceFixture
  readonly #stop = new AbortController()
  readonly #opened: Source[] = []

  constructor(fixture: SourceFixture) {
    this.fixture = fixture
  }

  describe(): ReturnType<SourceProvider['describe']> {
    return this.fixture.provider.describe(this.fixture.options, this.fixture.schema ?? null)
  }

  async open(log: SourceLog | null = null): Promise<Source> {
    const description = this.describe()
    const decoded = new Set(description.decoder?.schema.fields.map((one) => one.name))
    const columns: readonly Field[] = [...description.schema.fields, ...description.hidden]
    const source = await this.fixture.provider.open({
      options: this.fixture.options,
      queryId: 'query-conformance',
      description,
      supplied: structType(columns.filter((one) => !decoded.has(one.name)).map(({ name, type, nullable }) => ({ name, type, nullable }))),
      io: this.fixture.io ?? realIo,
      signal: this.#stop.signal,
      log,
      report: () => undefined,
    })
    this.#opened.push(source)
    return source
  }

  /** The rows by partition, as texts. */
  async rows(source: Source, start: SourceOffset, end: SourceOffset): Promise<Map<string, string[]>> {
    const rows = new Map<string, string[]>()
    for await (const part of source.read(start, end)) {
      rows.set(part.partition, [...(rows.get(part.partition) ?? []), ...sourceRowTexts(part)])
    }
    return rows
  }

  /** The latest offset, once it is `records` beyond `start`. On the way it checks that latestOffset never goes back. */
  async offsetAfter(source: Source, start: SourceOffset, records: number): Promise<SourceOffset> {
    const until = performance.now() + ARRIVAL_MS_MAX
    let before = 0
    for (;;) {
      const { end } = await source.latestOffset(start, NO_LIMIT)
      const found = count(await this.rows(source, start, end))
      assert.ok(found >= before, `latestOffset went back: ${before} records, then ${found}`)
      assert.ok(found <= records, `${records} records were added, ${found} are there`)
      if (found === records) return end
      assert.ok(performance.now() < until, `${records} records were added, ${found} came within ${ARRIVAL_MS_MAX} ms`)
      before = found
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  stop(): void {
    this.#stop.abort(new Error('the query stops'))
  }

  async close(): Promise<void> {
    for (const source of this.#opened) await source.close()
    await this.fixture.close?.()
  }
}

const count = (rows: ReadonlyMap<string, readonly string[]>): number => [...rows.values()].reduce((sum, part) => sum + part.length, 0)

function append(a: ReadonlyMap<string, string[]>, b: ReadonlyMap<string, string[]>): Map<string, string[]> {
  const all = new Map(a)
  for (const [partition, rows] of b) all.set(partition, [...(all.get(partition) ?? []), ...rows])
  return all
}

/** What a position is after the journal wrote and read it. */
const asJournalled = (offset: SourceOffset): SourceOffset => JSON.parse(JSON.stringify(offset)) as SourceOffset

async function promptly(work: Promise<unknown>, otherwise: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: otherwise })), 2000)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
