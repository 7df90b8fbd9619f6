/** What is drawn by chance: the values of Spark where it has them, each row its own, the same on replay, and never moved by a rule. */
import { afterEach, describe, expect, test } from 'vitest'
import {
  col,
  count,
  currentTimestamp,
  length,
  lit,
  max,
  rand,
  randn,
  sessionWindow,
  sum,
  t,
  timestampSeconds,
  uuid,
  when,
  window,
} from '../../src/index.ts'
import { SimulatedCrash } from '../../src/io/disk-faults.ts'
import { armCrashPoints, type CrashPoint, MemoryStream, type SimulatedDisk, simulatedIo, testSession } from '../../src/testing/index.ts'

const ids = Array.from({ length: 8 }, (_, id) => ({ id }))
const frame = () => testSession().session.createDataFrame(ids, { id: t.int })
/** SELECT rand(42), randn(42) FROM range(8), of Spark 4.2 on one partition. */
const RAND_42 = [
  0.619189370225301, 0.5096018842446481, 0.8325259388871524, 0.26322809041172357, 0.6702867696264135, 0.5173283545794627,
  0.9991441647585968, 0.06993233728279169,
]
const RANDN_42 = [2.384479054241165, 0.1920934041293524, 0.7337336533286575, -0.5224480195716871]
const values = (rows: readonly object[]): unknown[][] => rows.map((row) => Object.values(row))

describe('as in Spark', () => {
  test('names, types and values', async () => {
    const df = frame().select(
      'id',
      rand(42) as never,
      randn(42n) as never,
      rand() as never,
      randn() as never,
      uuid() as never,
      rand(5_000_000_000) as never,
    )
    expect(df.columns).toEqual(['id', 'rand(42)', 'randn(42)', 'rand()', 'randn()', 'uuid()', 'rand(5000000000)'])
    expect(String(df)).toContain('rand(42): double, randn(42): double, rand(): double, randn(): double, uuid(): string')
    const rows = values(await df.collect())
    expect(rows.map((row) => row[1])).toEqual(RAND_42)
    expect(rows.slice(0, 4).map((row) => row[2])).toEqual(RANDN_42)
  })

  test('rows that a filter takes away draw nothing; rows that it takes away afterwards have drawn', async () => {
    const before = frame()
      .filter((r) => r.id.gt(3))
      .select('id', rand(42).alias('r'))
    expect(values(await before.collect())).toEqual([4, 5, 6, 7].map((id, row) => [id, RAND_42[row]]))
    const after = frame()
      .select('id', rand(42).alias('r'))
      .filter((r) => r.id.gt(3))
    expect(values(await after.collect())).toEqual([4, 5, 6, 7].map((id) => [id, RAND_42[id]]))
  })

  test('in filters, in keys of groups and beside aggregates', async () => {
    const kept = frame().filter(rand(42).gt(0.5))
    expect(values(await kept.collect())).toEqual([0, 1, 2, 4, 5, 6].map((id) => [id]))
    expect(values(await kept.filter(rand(42).gt(0.5)).collect())).toEqual([0, 1, 2, 5, 6].map((id) => [id]))
    const groups = frame()
      .groupBy(() => ({ high: rand(42).gt(0.5) }))
      .agg(count().alias('n'))
    expect(values(await groups.collect())).toEqual([
      [false, 2],
      [true, 6],
    ])
    const beside = frame()
      .groupBy((r) => ({ odd: r.id.mod(2) }))
      .agg((r) => ({ x: max(r.id).add(rand(42)) }))
    expect(values(await beside.collect())).toEqual([
      [0, 6.619189370225301],
      [1, 7.509601884244648],
    ])
  })

  test('as the time of windows and sessions', async () => {
    const at = timestampSeconds(rand(42).mul(1000))
    const minutes = await frame()
      .groupBy(() => ({ window: window(at, '1 minute') }))
      .count()
      .collect()
    expect(minutes.map((row) => [row.window.start.getMinutes(), row.count])).toEqual([
      [1, 1],
      [4, 1],
      [8, 2],
      [10, 1],
      [11, 1],
      [13, 1],
      [16, 1],
    ])
    const sessions = await frame()
      .groupBy(() => ({ window: sessionWindow(at, '1 minute') }))
      .count()
      .collect()
    expect(sessions.map((row) => row.count)).toEqual([1, 1, 2, 2, 1, 1])
  })

  test('inside an aggregate it is refused', () => {
    for (const call of [sum(rand(1)), max(uuid()), count(when(rand().gt(0.5), 1))])
      expect(() => frame().agg(call as never)).toThrow(/AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION\] agg: .*chance.*withColumn/)
  })

  test('a seed that is no constant whole number is refused', () => {
    for (const seed of [1.5, '7', col('id'), lit(1).add(1), true])
      expect(() => frame().select(rand(seed as never).alias('r'))).toThrow(/DATATYPE_MISMATCH\] select: .*'rand'.*a constant whole number/)
    expect(() => frame().select(rand(null as never).alias('r'))).not.toThrow()
  })
})

describe('one draw', () => {
  test('is one column: used twice it is the same, made twice it is not', async () => {
    const one = rand()
    const rows = await frame().select(one.alias('a'), one.alias('b'), rand().alias('c'), uuid().alias('u'), uuid().alias('v')).collect()
    for (const { a, b, c, u, v } of rows) {
      expect(a).toBe(b)
      expect(a).not.toBe(c)
      expect(u).not.toBe(v)
    }
    expect(new Set(rows.flatMap(({ a, c, u, v }) => [a, c, u, v])).size).toBe(4 * rows.length)
    const between = await frame()
      .select(rand().between(0.25, 0.75).alias('inside'), rand(7).alias('r'), rand(7).between(0.25, 0.75).alias('seeded'))
      .collect()
    for (const { r, seeded } of between) expect(seeded).toBe(r >= 0.25 && r <= 0.75)
  })

  test('is drawn for each row, whichever branch is taken', async () => {
    const rows = await frame()
      .select((r) => ({ id: r.id, x: when(r.id.mod(2).eq(0), rand(42)).otherwise(-1) }))
      .collect()
    expect(rows.map(({ x }) => x)).toEqual(RAND_42.map((value, id) => (id % 2 === 0 ? value : -1)))
  })

  test('does not depend on other draws, nor on columns that nothing uses', async () => {
    const drawn = frame().select('id', rand(1).alias('a'), rand(42).alias('b'), uuid().alias('c'))
    expect((await drawn.select('b').collect()).map(({ b }) => b)).toEqual(RAND_42)
    expect(drawn.select('b').explain()).toContain('Draw [rand(42)#1]')
    expect(drawn.select('id').explain()).not.toContain('Draw')
  })
})

describe('in a stream', () => {
  afterEach(() => armCrashPoints(null))

  async function epochs(build: (stream: ReturnType<typeof source>['df']) => { writeStream: never }, counts: readonly number[]) {
    const { session, stream, df } = source()
    const query = (build(df).writeStream as ReturnType<typeof source>['df']['writeStream']).format('memory').queryName('out').start()
    const ends: number[] = []
    for (const [epoch, rows] of counts.entries()) {
      stream.addData(Array.from({ length: rows }, (_, id) => ({ id: 100 * epoch + id })))
      await query.processAllAvailable()
      ends.push((await session.table('out').collect()).length)
    }
    await query.stop()
    const all = (await session.table('out').collect()) as unknown as Record<string, unknown>[]
    return ends.map((end, epoch) => all.slice(ends[epoch - 1] ?? 0, end))
  }
  function source() {
    const { session } = testSession()
    const stream = new MemoryStream({ id: t.int })
    return { session, stream, df: session.readStream.source(stream) }
  }

  test('each epoch draws other values', async () => {
    const made = await epochs((df) => df.select(rand().alias('r'), rand(42).alias('s'), uuid().alias('u')) as never, [3, 3, 3])
    for (const name of ['r', 's', 'u']) expect(new Set(made.flat().map((row) => row[name])).size).toBe(9)
  })

  test('with a seed the values follow from it, the first epoch having those of Spark', async () => {
    const build = (df: ReturnType<typeof source>['df']) => df.select(rand(42).alias('s'), rand().alias('r')) as never
    const [once, again] = [await epochs(build, [8, 5, 4]), await epochs(build, [8, 5, 4])]
    const seeded = (one: typeof once) => one.map((rows) => rows.map(({ s }) => s))
    expect(seeded(once)).toEqual(seeded(again))
    expect(seeded(once)[0]).toEqual(RAND_42)
    expect(once.flat().some(({ r }, row) => r === again.flat()[row]?.['r'])).toBe(false)
  })

  /** Where the process dies, and after how many commits of the sink: always around the third and last epoch. */
  const CRASHES: readonly (readonly [CrashPoint, number])[] = [
    ['commit.synced', 2],
    ['epoch.read', 2],
    ['sink.before-commit', 2],
    ['files.manifest-linked', 2],
    ['sink.committed', 3],
    ['commit.written', 3],
  ]

  test.each(CRASHES)('an epoch that a crash at %s leaves in doubt draws the same again', async (point, commits) => {
    const whole = await output(simulatedIo({ seed: 5 }), null)
    const io = simulatedIo({ seed: 5 })
    expect(await output(io, [point, commits])).toBeNull()
    // Another process: its own chance begins elsewhere, and its clock has gone on.
    const after = simulatedIo({ seed: 99, startMs: io.clock.nowMs() + 60_000, disk: io.disk.restart() })
    expect(await output(after, null)).toEqual(whole)
    const lines =
      whole
        ?.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { u: string; r: number; kept: number }) ?? []
    expect(new Set(lines.map(({ u }) => u)).size).toBe(lines.length)
    expect(lines.every(({ kept }) => kept > 0.2)).toBe(true)
    expect(lines.length).toBeGreaterThan(10)
  })

  /** The lines that the query writes; null where it crashed. One epoch a file; the crash is in the last. */
  async function output(io: ReturnType<typeof simulatedIo>, crashAt: readonly [CrashPoint, number] | null): Promise<string | null> {
    const files = 3
    for (let file = 0; file < files; file++)
      if ((await io.disk.stat(`/in/${file}.json`)) === null)
        io.disk.put(`/in/${file}.json`, Buffer.from(Array.from({ length: 9 }, (_, id) => `{"id":${10 * file + id}}\n`).join('')))
    const { session } = testSession({ io })
    const df = session.readStream
      .format('json')
      .schema('id LONG')
      .option('path', '/in')
      .option('maxFilesPerTrigger', 1)
      .load()
      .withColumn('kept', rand())
      .filter(col('kept').gt(0.2) as never)
      .select('id' as never, 'kept' as never, uuid().alias('u'), rand().alias('r'), randn(7).alias('n'), currentTimestamp().alias('at'))
    let commits = 0
    armCrashPoints((reached) => {
      if (reached === 'sink.committed') commits++
      if (reached !== crashAt?.[0] || commits < crashAt[1]) return
      io.disk.crash()
      throw new SimulatedCrash(reached)
    })
    try {
      const query = df.writeStream
        .format('json')
        .option('path', '/out')
        .option('checkpointLocation', '/cp')
        .trigger({ availableNow: true })
        .start()
      await query.awaitTermination()
    } catch (error) {
      if (crashAt === null) throw error
      return null
    } finally {
      armCrashPoints(null)
    }
    return written(io.disk)
  }
  function written(disk: SimulatedDisk): string {
    const parts = disk.files().filter(({ path }) => path.startsWith('/out/part-'))
    return parts.map(({ path }) => Buffer.from(disk.contents(path)).toString()).join('')
  }
})

test('generated code reads what is drawn as a column', () => {
  const { session } = testSession()
  session.conf.set('millrace.codegen', 'auto')
  const df = session.createDataFrame(ids, { id: t.int }).select((r) => ({ sum: r.id.add(rand()), long: length(uuid()) }))
  expect(df.explain()).toMatch(
    /Project \[\(cast\(id as double\) \+ rand\(\)#0\) AS sum, length\(uuid\(\)#1\) AS long\]\n\+- Draw \[rand\(\)#0, uuid\(\)#1\]/,
  )
  expect(df.explain('codegen')).toMatch(/-- Project .*\ngenerated, longs on float64 lanes:/)
})
