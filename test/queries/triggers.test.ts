/** When epochs run: every trigger, and the pace of sinks. */
import { describe, expect, test } from 'vitest'
import { consoleSinkTo } from '../../src/connectors/console/console-sink.ts'
import { t } from '../../src/index.ts'
import { ManualClock, MemoryStream, realIo, testSession } from '../../src/testing/index.ts'

const numbers = () => new MemoryStream({ n: t.int })

describe('triggers', () => {
  test('processingTime fires on whole multiples of the interval', async () => {
    const clock = new ManualClock(10_400)
    const { session } = testSession({ io: { ...realIo, clock } })
    const stream = numbers()
    const query = session.readStream.source(stream).writeStream.format('noop').trigger({ processingTime: '1 second' }).start()
    stream.addData([{ n: 1 }])
    await clock.advance(0)
    stream.addData([{ n: 2 }])
    await clock.advance(599)
    expect(query.recentProgress.map((one) => [one.timestamp, one.numInputRows])).toEqual([['1970-01-01T00:00:10.400Z', 1]])
    await clock.advance(1)
    stream.addData([{ n: 3 }])
    stream.addData([{ n: 4 }])
    await clock.advance(5_300)
    expect(query.recentProgress.map((one) => [one.timestamp, one.numInputRows])).toEqual([
      ['1970-01-01T00:00:10.400Z', 1],
      ['1970-01-01T00:00:11.000Z', 1],
      ['1970-01-01T00:00:12.000Z', 2],
    ])
    await session.stop()
  })

  test('a sink paces itself where no trigger is set, as the console does: one table a second', async () => {
    const run = async (trigger: { processingTime: '0 seconds' } | null): Promise<(string | undefined)[]> => {
      const clock = new ManualClock(0)
      const { session } = testSession({ io: { ...realIo, clock } })
      session.registerSink({ ...consoleSinkTo(() => undefined), format: 'quiet console' })
      const stream = numbers()
      const writer = session.readStream.source(stream).writeStream.format('quiet console')
      const query = (trigger === null ? writer : writer.trigger(trigger)).start()
      for (let n = 0; n < 30; n++) {
        stream.addData([{ n }])
        await clock.advance(100)
      }
      await session.stop()
      return query.recentProgress.map((one) => one.timestamp.slice(17, 23))
    }
    expect(await run(null)).toEqual(['00.000', '01.000', '02.000', '03.000'])
    expect((await run({ processingTime: '0 seconds' })).length).toBeGreaterThanOrEqual(30)
  })

  test('availableNow reads what is there at the start, in as many epochs as the limits ask for, and ends', async () => {
    const { session } = testSession()
    session.conf.set('millrace.maxBytesPerTrigger', 160)
    const stream = numbers()
    stream.addData(Array.from({ length: 25 }, (_, n) => ({ n })))
    const query = session.readStream.source(stream).writeStream.format('noop').trigger({ availableNow: true }).start()
    await query.awaitTermination()
    expect(query.recentProgress.map((one) => one.numInputRows)).toEqual([10, 10, 5])
  })

  test('once takes everything in one epoch, whatever the limits', async () => {
    const { session } = testSession()
    session.conf.set('millrace.maxBytesPerTrigger', 160)
    const stream = numbers()
    stream.addData(Array.from({ length: 25 }, (_, n) => ({ n })))
    const query = session.readStream.source(stream).writeStream.format('noop').trigger({ once: true }).start()
    await query.awaitTermination()
    expect(query.recentProgress.map((one) => one.numInputRows)).toEqual([25])
  })

  test('an empty first epoch runs, as in Spark', async () => {
    const { session } = testSession()
    const query = session.readStream.source(numbers()).writeStream.format('noop').trigger({ availableNow: true }).start()
    await query.awaitTermination()
    expect(query.recentProgress.map((one) => [one.batchId, one.numInputRows])).toEqual([[0, 0]])
  })

  test('realTime closes its epochs by the clock, with all that came in between', async () => {
    const { session } = testSession()
    const stream = numbers()
    const query = session.readStream
      .source(stream)
      .writeStream.format('memory')
      .queryName('rt')
      .trigger({ realTime: '100 milliseconds' })
      .start()
    for (let n = 0; n < 30; n++) {
      stream.addData([{ n }])
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await query.processAllAvailable()
    expect((await session.table('rt').collect()).map((row) => row['n'])).toEqual(Array.from({ length: 30 }, (_, n) => n))
    const withRows = query.recentProgress.filter((one) => one.numInputRows > 0)
    expect(withRows.length).toBeGreaterThan(0)
    expect(withRows.length).toBeLessThan(15)
    await session.stop()
  })

  test('what is no trigger is refused', () => {
    const { session } = testSession()
    const writer = session.readStream.source(numbers()).writeStream
    for (const wrong of [
      undefined,
      null,
      '5 seconds',
      {},
      { processingTime: '1 second', once: true },
      { availableNow: false },
      { never: true },
    ])
      expect(() => writer.trigger(wrong as never)).toThrow(/INVALID_ARGUMENT.*trigger/)
    expect(() => writer.trigger({ processingTime: 'often' as never })).toThrow(/INVALID_INTERVAL/)
    expect(() => writer.trigger({ processingTime: 5 as never })).toThrow(/INVALID_INTERVAL/)
    expect(() => writer.trigger({ processingTime: '-1 second' as never })).toThrow(/INVALID_INTERVAL/)
  })
})

test('a query that waits for data says so every ten seconds', async () => {
  const clock = new ManualClock(0)
  const { session } = testSession({ io: { ...realIo, clock } })
  const stream = numbers()
  const idle: string[] = []
  session.streams.addListener({ onQueryIdle: (event) => void idle.push(event.timestamp) })
  const query = session.readStream.source(stream).writeStream.format('noop').start()
  await query.processAllAvailable()
  await clock.advance(25_000)
  expect(idle).toHaveLength(2)
  stream.addData([{ n: 1 }])
  await query.processAllAvailable()
  await clock.advance(9_000)
  expect(idle).toHaveLength(2)
  await clock.advance(2_000)
  expect(idle).toHaveLength(3)
  await query.stop()
})
