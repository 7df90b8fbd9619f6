/** Watermarks in running queries, in virtual time: idle partitions, windows that close, rows that are late, chained aggregates, uneven catch-up. */
import { describe, expect, test } from 'vitest'
import { count, type DataFrame, max, sessionWindow, sum, t, window } from '../../src/index.ts'
import { ManualClock, MemoryStream, realIo, testSession } from '../../src/testing/index.ts'

const BASE = Date.UTC(2026, 0, 1)
const at = (seconds: number): Date => new Date(BASE + seconds * 1000)
const fields = { at: t.timestamp, n: t.int }

function bench(settings: Readonly<Record<string, string>> = {}, partitions: readonly string[] = ['0', '1']) {
  const clock = new ManualClock(BASE)
  const { session } = testSession({ io: { ...realIo, clock } })
  for (const [key, value] of Object.entries(settings)) session.conf.set(key, value)
  const stream = new MemoryStream(fields, { partitions })
  const df = session.readStream.source(stream)
  const seconds = (date: unknown): number => ((date as Date).getTime() - BASE) / 1000
  return {
    clock,
    session,
    stream,
    df,
    run: (frame: DataFrame<object>, mode: 'append' | 'update' | 'complete' = 'append') =>
      frame.writeStream.outputMode(mode).format('memory').queryName('out').start(),
    /** [start of the window, rows] of the table. */
    windows: async () => (await session.table('out').collect()).map((row) => [seconds(row['window'].start), row['rows']]),
  }
}
const perTenSeconds = (df: DataFrame<{ at: Date; n: number }>, delay: '10 seconds' | '0 seconds' = '10 seconds') =>
  df.withWatermark('at', delay).groupBy(window('at', '10 seconds')).agg(count().alias('rows'))

describe('windows in append mode', () => {
  test('a window comes once, when all partitions have passed it', async () => {
    const { stream, df, run, windows } = bench()
    const query = run(perTenSeconds(df))
    stream.addData([{ at: at(1), n: 1 }], { partition: '0' })
    stream.addData([{ at: at(2), n: 1 }], { partition: '1' })
    stream.addData([{ at: at(31), n: 1 }], { partition: '0' })
    await query.processAllAvailable()
    expect(await windows()).toEqual([])
    stream.addData([{ at: at(25), n: 1 }], { partition: '1' })
    await query.processAllAvailable()
    expect(await windows()).toEqual([[0, 2]])
    await query.stop()
  })

  test('an idle partition lets the others go on after the timeout, by a look at the clock alone', async () => {
    const { clock, stream, df, run, windows } = bench()
    const query = run(perTenSeconds(df))
    stream.addData(
      [
        { at: at(1), n: 1 },
        { at: at(50), n: 1 },
      ],
      { partition: '0' },
    )
    await query.processAllAvailable()
    await clock.advance(29_000)
    await query.processAllAvailable()
    expect(await windows()).toEqual([])
    stream.addData([{ at: at(55), n: 1 }], { partition: '0' })
    await query.processAllAvailable()
    await clock.advance(3_000)
    await query.processAllAvailable()
    expect(await windows()).toEqual([[0, 1]])
    await query.stop()
  })

  test('closing by the wall clock gives the last windows too', async () => {
    const { clock, stream, df, run, windows } = bench({
      'millrace.watermark.closeOnIdle': 'wallClock',
      'millrace.watermark.idleTimeout': '5 seconds',
    })
    const query = run(perTenSeconds(df))
    stream.addData([{ at: at(1), n: 1 }], { partition: '0' })
    await query.processAllAvailable()
    await clock.advance(40_000)
    await query.processAllAvailable()
    expect(await windows()).toEqual([[0, 1]])
    await query.stop()
  })

  test('rows of a returning partition below the watermark are late: counted and shown', async () => {
    const { clock, stream, df, run, windows } = bench()
    const query = run(perTenSeconds(df))
    stream.addData(
      [
        { at: at(1), n: 1 },
        { at: at(50), n: 1 },
      ],
      { partition: '0' },
    )
    await query.processAllAvailable()
    await clock.advance(40_000)
    await query.processAllAvailable()
    stream.addData([{ at: at(2), n: 7 }], { partition: '1' })
    await query.processAllAvailable()
    expect(await windows()).toEqual([])
    await clock.advance(40_000)
    stream.addData([{ at: at(90), n: 1 }], { partition: '0' })
    await query.processAllAvailable()
    stream.addData([{ at: at(3), n: 7 }], { partition: '1' })
    await query.processAllAvailable()
    const late = query.recentProgress.filter((one) => (one.stateOperators[0]?.numRowsDroppedByWatermark ?? 0) > 0)
    expect(
      late.map((one) => one.millrace.lateSamples.map((sample) => [sample.operator, (sample.row['window'] as { start: string }).start])),
    ).toEqual([[['aggregate-0', '2026-01-01T00:00:00.000Z']]])
    await query.stop()
  })
})

test('complete mode never drops a row', async () => {
  const { stream, df, run, windows } = bench({}, ['0'])
  const query = run(perTenSeconds(df, '0 seconds'), 'complete')
  for (const time of [100, 1, 200, 2]) {
    stream.addData([{ at: at(time), n: 1 }])
    await query.processAllAvailable()
  }
  expect(await windows()).toEqual([
    [0, 2],
    [100, 1],
    [200, 1],
  ])
  expect(query.recentProgress.every((one) => one.stateOperators[0]?.numRowsDroppedByWatermark === 0)).toBe(true)
  await query.stop()
})

test('update mode gives what changed, and forgets what the watermark has passed', async () => {
  const { stream, df, run, windows } = bench({}, ['0'])
  const query = run(perTenSeconds(df, '0 seconds'), 'update')
  stream.addData([{ at: at(1), n: 1 }])
  await query.processAllAvailable()
  stream.addData([
    { at: at(2), n: 1 },
    { at: at(35), n: 1 },
  ])
  await query.processAllAvailable()
  stream.addData([{ at: at(36), n: 1 }])
  await query.processAllAvailable()
  expect(await windows()).toEqual([
    [0, 1],
    [0, 2],
    [30, 1],
    [30, 2],
  ])
  expect(query.lastProgress?.stateOperators[0]?.numRowsTotal).toBe(1)
  await query.stop()
})

test('aggregates of aggregates: what the first closes reaches the second in time', async () => {
  const { session, stream, df, run } = bench({}, ['0'])
  const twice = df
    .withWatermark('at', '0 seconds')
    .groupBy(window('at', '10 seconds'))
    .agg(sum('n').alias('n'))
    .groupBy(window('window', '20 seconds'))
    .agg(max('n').alias('most'), count().alias('rows'))
  const query = run(twice)
  for (const time of [1, 11, 12, 25, 45, 80]) {
    stream.addData([{ at: at(time), n: time }])
    await query.processAllAvailable()
  }
  const rows = (await session.table('out').collect()).map((row) => [
    (row['window'].start.getTime() - BASE) / 1000,
    row['most'],
    row['rows'],
  ])
  expect(rows).toEqual([
    [0, 23, 2],
    [20, 25, 1],
    [40, 45, 1],
  ])
  expect(
    query.recentProgress
      .flatMap((one) => one.stateOperators.map((operator) => operator.numRowsDroppedByWatermark))
      .every((late) => late === 0),
  ).toBe(true)
  await query.stop()
})

test('sessions close when the watermark has passed the gap', async () => {
  const { session, stream, df, run } = bench({}, ['0'])
  const sessions = df.withWatermark('at', '0 seconds').groupBy('n', sessionWindow('at', '5 seconds')).agg(count().alias('rows'))
  const query = run(sessions)
  for (const [n, time] of [
    [1, 0],
    [1, 10],
    [2, 3],
    [1, 5],
    [1, 30],
  ] as const)
    stream.addData([{ n, at: at(time) }])
  await query.processAllAvailable()
  const rows = (await session.table('out').collect()).map((row) => [
    row['n'],
    (row['session_window'].start.getTime() - BASE) / 1000,
    (row['session_window'].end.getTime() - BASE) / 1000,
    row['rows'],
  ])
  expect(rows).toEqual([
    [1, 0, 15, 3],
    [2, 3, 8, 1],
  ])
  await query.stop()
})

/** Four partitions of unequal length and time, read as a restarted query reads them: much of one, little of another. */
test('catching up unevenly with 10 s of grace loses no row under partitionMin, and many under sparkMax', async () => {
  const lengths = [4000, 1500, 6000, 500]
  const run = async (policy: 'partitionMin' | 'sparkMax') => {
    const { session } = testSession()
    session.conf.set('millrace.watermark.policy', policy)
    session.conf.set('millrace.maxBytesPerTrigger', 4 * 16 * 2 * 300)
    const stream = new MemoryStream(fields, { partitions: ['0', '1', '2', '3'] })
    for (const [partition, length] of lengths.entries()) {
      const rows = Array.from({ length }, (_, row) => ({ at: at((row * 6000) / length + ((row * 7919) % 90) / 10), n: 1 }))
      stream.addData(rows, { partition: String(partition) })
    }
    // One row far ahead in each partition closes all windows.
    for (const partition of ['0', '1', '2', '3']) stream.addData([{ at: at(100_000), n: 1 }], { partition })
    const frame = session.readStream
      .source(stream)
      .withWatermark('at', '10 seconds')
      .groupBy(window('at', '1 minute'))
      .agg(count().alias('rows'))
    const query = frame.writeStream.format('memory').queryName('out').trigger({ availableNow: true }).start()
    await query.awaitTermination()
    return (await session.table('out').collect()).reduce((total, row) => total + row['rows'], 0)
  }
  expect(await run('partitionMin')).toBe(12_000)
  expect(await run('sparkMax')).toBeLessThan(11_000)
})
