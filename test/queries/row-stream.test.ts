/** `df.stream()`: rows as an async iterator, which owns its query. */
import { describe, expect, test } from 'vitest'
import { t } from '../../src/index.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'

const numbers = () => new MemoryStream({ n: t.int })

describe('rows as a stream', () => {
  test('for await reads the rows; leaving the loop stops the query', async () => {
    const { session } = testSession()
    const stream = numbers()
    stream.addData([{ n: 1 }, { n: 2 }, { n: 3 }])
    const seen: number[] = []
    for await (const row of session.readStream
      .source(stream)
      .filter((r) => r.n.gt(1))
      .stream()) {
      seen.push(row.n)
      if (seen.length === 2) break
    }
    expect(seen).toEqual([2, 3])
    expect(session.streams.active).toEqual([])
  })

  test('a stream that nobody began to read is stopped by return, and by `await using`', async () => {
    const { session } = testSession()
    const left = session.readStream.source(numbers()).stream()
    await left.return?.()
    expect(await left.next()).toEqual({ done: true, value: undefined })
    const disposed = session.readStream.source(numbers()).stream()
    const waiting = [disposed.next(), disposed.next()]
    await disposed[Symbol.asyncDispose]()
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    expect(session.streams.active).toEqual([])
  })

  test('the query waits for its reader', async () => {
    const { session } = testSession()
    const stream = numbers()
    stream.addData(Array.from({ length: 10_000 }, (_, n) => ({ n })))
    const rows = session.readStream.source(stream).stream({ highWaterMark: 1 })
    expect((await rows.next()).value).toEqual({ n: 0 })
    expect(session.streams.active[0]?.recentProgress).toEqual([])
    await rows.return?.()
    expect(session.streams.active).toEqual([])
  })

  test('an error of the query is thrown to the reader, and a signal ends the loop', async () => {
    const { session } = testSession()
    const stream = numbers()
    stream.addData([{ n: 0 }])
    await expect(
      session.readStream
        .source(stream)
        .select((r) => ({ x: r.n.div(r.n) }))
        .stream()
        .next(),
    ).rejects.toThrow(/DIVIDE_BY_ZERO/)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 20)
    const seen: unknown[] = []
    for await (const row of session.readStream.source(stream).stream({ signal: stop.signal })) seen.push(row)
    expect(seen).toEqual([{ n: 0 }])
  })

  test('aggregates stream in update mode', async () => {
    const { session } = testSession()
    const stream = numbers()
    const rows = session.readStream.source(stream).groupBy('n').count().stream()
    stream.addData([{ n: 1 }])
    expect((await rows.next()).value).toEqual({ n: 1, count: 1 })
    stream.addData([{ n: 1 }])
    expect((await rows.next()).value).toEqual({ n: 1, count: 2 })
    await rows.return?.()
  })
})
