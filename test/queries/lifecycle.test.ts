/** What a user sees of a running query: handles, names, stops, listeners, progress. */
import { describe, expect, test } from 'vitest'
import { count, type StreamingQuery, type StreamingQueryProgress, StreamSession, t, window } from '../../src/index.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'

const numbers = () => new MemoryStream({ n: t.int })

describe('the handle', () => {
  test('start returns at once, the query ends by stop, and nothing is left', async () => {
    const { session } = testSession()
    const stream = numbers()
    const query = session.readStream.source(stream).writeStream.format('noop').queryName('mine').start()
    expect(query).not.toHaveProperty('then')
    expect(query.isActive).toBe(true)
    expect(query.name).toBe('mine')
    expect(session.streams.active).toEqual([query])
    expect(session.streams.get(query.id)).toBe(query)
    stream.addData([{ n: 1 }])
    await query.processAllAvailable()
    expect(await query.awaitTermination(5)).toBe(false)
    await query.stop()
    expect(query.isActive).toBe(false)
    expect(query.exception).toBeNull()
    expect(await query.awaitTermination()).toBe(true)
    expect(session.streams.active).toEqual([])
    await query.stop()
    await query.processAllAvailable()
  })

  test('ids stay, run ids change', async () => {
    const { session } = testSession()
    const frame = session.readStream.source(numbers())
    const first = frame.writeStream.format('noop').start()
    const second = frame.writeStream.format('noop').start()
    expect(new Set([first.id, first.runId, second.id, second.runId]).size).toBe(4)
    await session.stop()
    expect([first.isActive, second.isActive]).toEqual([false, false])
  })

  test('an AbortSignal and `await using` stop it too', async () => {
    const { session } = testSession()
    const stop = new AbortController()
    const query = session.readStream.source(numbers()).writeStream.format('noop').start({ signal: stop.signal })
    stop.abort()
    expect(await query.awaitTermination()).toBe(true)
    const already = session.readStream.source(numbers()).writeStream.format('noop').start({ signal: AbortSignal.abort() })
    expect(await already.awaitTermination()).toBe(true)
    const other = session.readStream.source(numbers()).writeStream.format('noop').start()
    await other[Symbol.asyncDispose]()
    expect(other.isActive).toBe(false)
  })

  test('two active queries cannot have one name; after the first has stopped the name is free', async () => {
    const { session } = testSession()
    const frame = session.readStream.source(numbers())
    const first = frame.writeStream.format('noop').queryName('one').start()
    expect(() => frame.writeStream.format('noop').queryName('one').start()).toThrow(/QUERY_NAME_IN_USE.*'one'/)
    await first.stop()
    await frame.writeStream.format('noop').queryName('one').start().stop()
    await session.stop()
  })

  test('a session that was stopped starts nothing', async () => {
    const { session } = testSession()
    const frame = session.readStream.source(numbers())
    await session.stop()
    expect(() => frame.writeStream.format('noop').start()).toThrow(/SESSION_STOPPED/)
    expect(() => frame.stream()).toThrow(/SESSION_STOPPED/)
  })

  test('getOrCreate gives the active session, with new settings added', async () => {
    const session = StreamSession.builder.appName('a').config('millrace.pollInterval', '20 milliseconds').getOrCreate()
    expect(StreamSession.builder.appName('b').config('millrace.x', 1).getOrCreate()).toBe(session)
    expect([session.appName, session.conf.get('millrace.x')]).toEqual(['a', '1'])
    session.conf.unset('millrace.x')
    expect(session.conf.get('millrace.x')).toBeUndefined()
    await session.stop()
    const next = StreamSession.builder.getOrCreate()
    expect(next).not.toBe(session)
    await next[Symbol.asyncDispose]()
  })
})

describe('listeners and progress', () => {
  test('events come in order, with Spark’s field names and real numbers', async () => {
    const { session } = testSession()
    const stream = new MemoryStream({ at: t.timestamp, n: t.int })
    const events: string[] = []
    const progress: StreamingQueryProgress[] = []
    const listener = {
      onQueryStarted: () => void events.push('started'),
      onQueryProgress: (event: { progress: StreamingQueryProgress }) => {
        events.push('progress')
        progress.push(event.progress)
      },
      onQueryTerminated: () => void events.push('terminated'),
    }
    session.streams.addListener(listener)
    session.streams.addListener({
      onQueryProgress: () => {
        throw new Error('a listener that throws ends nothing')
      },
    })
    const warnings: unknown[] = []
    const warned = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', warned)
    const counts = session.readStream
      .source(stream)
      .withWatermark('at', '10 seconds')
      .groupBy(window('at', '1 minute'))
      .agg(count().alias('rows'))
    const query = counts.writeStream.format('memory').queryName('counts').start()
    stream.addData([
      { at: new Date('2026-01-01T00:00:10Z'), n: 1 },
      { at: new Date('2026-01-01T00:02:00.5Z'), n: 2 },
    ] as never)
    await query.processAllAvailable()
    stream.addData([{ at: new Date('2026-01-01T00:00:20Z'), n: 3 }])
    await query.processAllAvailable()
    await query.stop()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warned)
    expect(events[0]).toBe('started')
    expect(events.at(-1)).toBe('terminated')
    expect(String(warnings[0])).toMatch(/a listener that throws/)
    const first = progress.find((one) => one.numInputRows === 2)
    expect(first?.eventTime).toMatchObject({
      min: '2026-01-01T00:00:10.000Z',
      max: '2026-01-01T00:02:00.500Z',
      avg: '2026-01-01T00:01:05.250Z',
    })
    expect(first?.durationMs).toHaveProperty('triggerExecution')
    expect(first?.sources[0]).toMatchObject({ numInputRows: 2, startOffset: { 0: 0 }, endOffset: { 0: 2 }, latestOffset: { 0: 2 } })
    expect(first?.stateOperators[0]).toMatchObject({ operatorName: 'stateStoreSave', numRowsTotal: 2, numRowsUpdated: 2 })
    const late = progress.find((one) => one.stateOperators[0]?.numRowsDroppedByWatermark === 1)
    expect(late?.millrace.lateSamples[0]?.row).toMatchObject({ window: { start: '2026-01-01T00:00:00.000Z' } })
    expect(late?.millrace.watermarks[0]).toMatchObject({ id: 'watermark-0', value: '2026-01-01T00:01:50.500Z' })
    expect(await session.table('counts').collect()).toMatchObject([{ rows: 1 }])
    session.streams.removeListener(listener)
  })

  test('awaitAnyTermination tells the first that ends, until it is reset', async () => {
    const { session } = testSession()
    const one = session.readStream.source(numbers()).writeStream.format('noop').start()
    expect(await session.streams.awaitAnyTermination(5)).toBe(false)
    const any = session.streams.awaitAnyTermination()
    await one.stop()
    expect(await any).toBe(true)
    expect(await session.streams.awaitAnyTermination()).toBe(true)
    session.streams.resetTerminated()
    expect(await session.streams.awaitAnyTermination(5)).toBe(false)
  })

  test('awaitAnyTermination rejects with what ended one of them, also when others ended well', async () => {
    const { session } = testSession()
    const stream = numbers()
    stream.addData([{ n: 0 }])
    await session.readStream.source(stream).writeStream.format('noop').start().stop()
    const failing = session.readStream.source(stream).select((r) => ({ x: r.n.div(r.n) }))
    await failing.writeStream
      .format('noop')
      .start()
      .awaitTermination()
      .catch(() => undefined)
    await expect(session.streams.awaitAnyTermination()).rejects.toThrow(/DIVIDE_BY_ZERO/)
    session.streams.resetTerminated()
    expect(await session.streams.awaitAnyTermination(5)).toBe(false)
  })
})

describe('foreach and foreachBatch', () => {
  test('foreachBatch gets a static DataFrame and the epoch', async () => {
    const { session } = testSession()
    const stream = numbers()
    const seen: unknown[] = []
    const query = session.readStream
      .source(stream)
      .writeStream.foreachBatch(async (batch, epoch) => {
        const lane = (await batch.columnData())['n']
        seen.push([epoch, await batch.filter((r) => r.n.gt(1)).collect(), await batch.count(), batch.isStreaming, lane])
      })
      .start()
    stream.addData([{ n: 1 }, { n: 2 }])
    await query.processAllAvailable()
    await query.stop()
    expect(seen.at(-1)).toMatchObject([0, [{ n: 2 }], 2, false, { values: Int32Array.of(1, 2) }])
  })

  test('a writer is opened, given every row, and closed', async () => {
    const { session } = testSession()
    const stream = numbers()
    const calls: unknown[] = []
    const query = session.readStream
      .source(stream)
      .writeStream.foreach({
        open: (partition, epoch) => {
          calls.push(['open', partition, epoch])
          return epoch > 0
        },
        process: async (row) => void calls.push(row),
        close: (error) => void calls.push(['close', error]),
      })
      .start()
    await query.processAllAvailable()
    stream.addData([{ n: 7 }])
    await query.processAllAvailable()
    await query.stop()
    expect(calls).toEqual([['open', 0, 0], ['close', null], ['open', 0, 1], { n: 7 }, ['close', null]])
  })

  test('a function that stops its own query does not wait for itself', async () => {
    const { session } = testSession()
    const stream = numbers()
    const epochs: number[] = []
    const byBatch = session.readStream
      .source(stream)
      .writeStream.foreachBatch(async (_, epoch) => {
        epochs.push(epoch)
        await byBatch.stop()
      })
      .start()
    expect(await byBatch.awaitTermination()).toBe(true)
    expect(epochs).toEqual([0])
    stream.addData([{ n: 1 }])
    const byRow: StreamingQuery = session.readStream
      .source(stream)
      .writeStream.foreach(() => byRow.stop())
      .start()
    expect(await byRow.awaitTermination()).toBe(true)
    // What it leaves behind waits as anybody does.
    let later: Promise<void> = Promise.resolve()
    const left = session.readStream
      .source(stream)
      .writeStream.foreachBatch(() => {
        later = new Promise((resolve) => setTimeout(resolve, 5)).then(() => left.stop())
      })
      .start()
    await left.processAllAvailable()
    await later
    expect(left.isActive).toBe(false)
  })

  test('a function that waits for its own query is told so', async () => {
    const { session } = testSession()
    const waits = (wait: (query: StreamingQuery) => Promise<unknown>): Promise<boolean> => {
      const query: StreamingQuery = session.readStream
        .source(numbers())
        .writeStream.foreachBatch(async () => void (await wait(query)))
        .start()
      return query.awaitTermination()
    }
    await expect(waits((query) => query.processAllAvailable())).rejects.toThrow(
      /UNSUPPORTED_OPERATION\] processAllAvailable: .*wait for itself/,
    )
    await expect(waits((query) => query.awaitTermination())).rejects.toThrow(/UNSUPPORTED_OPERATION\] awaitTermination/)
  })
})
