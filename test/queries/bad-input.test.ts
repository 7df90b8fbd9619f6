/** What a user does wrong, or the world: each gets a typed error that says what would be right, before the query starts wherever that is possible. */
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { SinkProvider, SourceContext } from '../../src/index.ts'
import { avg, count, t, window } from '../../src/index.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})
const frame = () => {
  const { session } = testSession()
  const stream = new MemoryStream({ id: t.int, user: t.string, at: t.timestamp, price: t.double, place: t.struct({ city: t.string }) })
  return { session, stream, df: session.readStream.source(stream) }
}
describe('functions of the user', () => {
  const failing = async (
    build: (df: ReturnType<typeof frame>['df']) => {
      writeStream: { format(f: string): { start(): { awaitTermination(): Promise<boolean> } } }
    },
  ) => {
    const { stream, df } = frame()
    stream.addData([
      { id: 1, user: 'ann', at: new Date(0), price: 1, place: { city: 'x' } },
      { id: 2, user: 'bob', at: new Date(0), price: 2, place: { city: 'y' } },
    ])
    return build(df)
      .writeStream.format('noop')
      .start()
      .awaitTermination()
      .then(() => 'no error', String)
  }

  test('a lambda that throws: which row', async () => {
    const text = await failing((df) =>
      df.mapRows(
        (row) => {
          if (row.id === 2) throw new Error('bad luck')
          return { x: row.id }
        },
        { schema: { x: t.int } },
      ),
    )
    expect(text).toMatch(/USER_FUNCTION_FAILED\] mapRows: .*"id":2,"user":"bob".*partition 0: bad luck/)
  })
  test('a lambda that returns another shape', async () => {
    expect(await failing((df) => df.mapRows(() => ({ x: 'text' }) as never, { schema: { x: t.int } }))).toMatch(
      /USER_FUNCTION_FAILED.*'x' is int, and the row has the string "text"/,
    )
    expect(await failing((df) => df.mapRows((() => null) as never, { schema: { x: t.int } }))).toMatch(/must return a row.*null/)
    expect(await failing((df) => df.mapRows((async () => ({ x: 1 })) as never, { schema: { x: t.int } }))).toMatch(
      /must return a row.*promise/,
    )
    expect(await failing((df) => df.filterRows((() => 1) as never))).toMatch(/must return true or false.*number/)
    expect(await failing((df) => df.flatMapRows((() => 3) as never, { schema: { x: t.int } }))).toMatch(/must return an iterable.*number/)
  })
  test('foreach and foreachBatch that throw', async () => {
    const { stream, df } = frame()
    stream.addData([{ id: 1, user: 'ann', at: new Date(0), price: 1, place: { city: 'x' } }])
    const each = df.writeStream.foreach(() => Promise.reject(new Error('no room'))).start()
    await expect(each.awaitTermination()).rejects.toThrow(/USER_FUNCTION_FAILED\] foreach: process, row 1 of the epoch: no room/)
    expect(each.exception?.cause).toMatchObject({ message: 'no room' })
    const batch = df.writeStream
      .foreachBatch(() => {
        throw new Error('no table')
      })
      .start()
    await expect(batch.processAllAvailable()).rejects.toThrow(/USER_FUNCTION_FAILED\] foreachBatch: .*epoch 0: no table/)
    expect(batch.status.message).toMatch(/Terminated with exception/)
  })
})

describe('sources and sinks that throw', () => {
  const sinkThat = (method: 'open' | 'begin' | 'write' | 'commit'): SinkProvider => {
    const step = (name: string) => (name === method ? Promise.reject(new Error('no disk')) : Promise.resolve(null))
    const sink = {
      begin: () => step('begin'),
      write: () => step('write'),
      commit: () => step('commit'),
      abort: () => Promise.reject(new Error('not this')),
      close: () => step('close'),
    }
    return {
      format: 'broken',
      options: {},
      modes: ['append'],
      delivery: 'at-least-once',
      open: () => (method === 'open' ? Promise.reject(new Error('no disk')) : Promise.resolve(sink as never)),
    }
  }
  test.each(['open', 'begin', 'write', 'commit'] as const)('a sink that throws in %s ends the query with its error', async (method) => {
    const { session, stream, df } = frame()
    session.registerSink(sinkThat(method))
    stream.addData([{ id: 1, user: 'ann', at: new Date(0), price: 1, place: { city: 'x' } }])
    const query = df.writeStream.format('broken').start()
    await expect(query.awaitTermination()).rejects.toThrow(/SINK_FAILED\] The broken sink: no disk/)
    expect(query.exception).toMatchObject({ code: 'SINK_FAILED', cause: { message: 'no disk' } })
    expect(session.streams.active).toEqual([])
  })
  test.each(['open', 'initialOffset', 'latestOffset', 'commit', 'waitForData'] as const)(
    'a source that throws in %s ends the query with its error',
    async (method) => {
      const { session } = testSession()
      const { provider } = new MemoryStream({ n: t.int })
      const broken = {
        ...provider,
        format: 'broken',
        open: async (context: SourceContext) => {
          if (method === 'open') throw new Error('no net')
          const source = await provider.open(context)
          const fails = () => Promise.reject(new Error('no net'))
          return new Proxy(source, {
            get: (target, name) => {
              const member: unknown = name === method ? fails : Reflect.get(target, name)
              return typeof member === 'function' ? (member.bind(target) as unknown) : member
            },
          })
        },
      }
      const query = session.registerSource(broken).readStream.format('broken').load().writeStream.format('noop').start()
      await expect(query.awaitTermination()).rejects.toThrow(/SOURCE_FAILED\] The broken source .*: no net/)
    },
  )
})

describe('values', () => {
  const resultOf = async (make: (df: ReturnType<typeof frame>['df']) => unknown, row: object) => {
    const { session, stream, df } = frame()
    stream.addData([{ id: 1, user: 'x', at: new Date(0), price: 1, place: { city: 'x' }, ...row }])
    const made = make(df) as typeof df
    const query = made.writeStream.format('memory').queryName('out').trigger({ availableNow: true }).start()
    await query.awaitTermination()
    return session.table('out').collect()
  }
  test('a long beyond 2^53 is refused as a number, and passes as a bigint', async () => {
    const big = (df: ReturnType<typeof frame>['df']) => df.select((r) => ({ x: r.id.cast('long').mul(9007199254740993n as never) }))
    await expect(resultOf(big, {})).rejects.toThrow(/LONG_NOT_SAFE\].*'x' holds 9007199254740993/)
    expect(await resultOf((df) => df.select((r) => ({ x: r.id.cast('bigint').mul(9007199254740993n) })), {})).toEqual([
      { x: 9007199254740993n },
    ])
  })
  test('ANSI errors end the query with the values', async () => {
    await expect(resultOf((df) => df.select((r) => ({ x: r.id.add(2147483647) })), {})).rejects.toThrow(
      /ARITHMETIC_OVERFLOW\].*1 and 2147483647/,
    )
    await expect(resultOf((df) => df.select((r) => ({ x: r.user.cast('int') })), {})).rejects.toThrow(/CAST_INVALID_INPUT\].*"x".*int/)
    await expect(resultOf((df) => df.select((r) => ({ x: r.at.plus({ days: 4_000_000 }) })), {})).rejects.toThrow(/DATETIME_OVERFLOW\]/)
    expect(await resultOf((df) => df.select((r) => ({ x: r.user.tryCast('int') })), {})).toEqual([{ x: null }])
  })
  test('times at the ends of the calendar stand in exact windows', async () => {
    const make = (df: ReturnType<typeof frame>['df']) => df.select((r) => ({ w: window(r.at, '7 minutes') }))
    const [first] = (await resultOf(make, { at: new Date('0001-01-01T00:10:00Z') })) as unknown as { w: { start: Date; end: Date } }[]
    expect(first?.w.start.toISOString()).toBe('0001-01-01T00:08:00.000Z')
    const [last] = (await resultOf(make, { at: new Date('9999-12-31T23:50:00Z') })) as unknown as { w: { start: Date; end: Date } }[]
    expect((last?.w.end.getTime() ?? 0) - (last?.w.start.getTime() ?? 0)).toBe(420_000)
  })
  test('the mean of nothing is null', async () => {
    const { session } = frame()
    const none = session.createDataFrame([], { x: t.double })
    expect(await none.agg(avg('x').alias('x'), count().alias('n')).collect()).toEqual([{ x: null, n: 0 }])
  })
})

describe('the socket', () => {
  const serve = (onConnection: (socket: Socket) => void): Promise<number> =>
    new Promise((resolve) => {
      const server: Server = createServer((socket) => {
        socket.on('error', () => undefined)
        onConnection(socket)
      })
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
      cleanUps.push(() => server.close())
    })

  test('nobody listens: address, and what to start', async () => {
    const port = await serve(() => undefined)
    await cleanUps.pop()?.()
    const { session } = testSession()
    const query = session.readStream.socket({ host: 'localhost', port }).writeStream.format('noop').start()
    await expect(query.awaitTermination()).rejects.toThrow(new RegExp(`SOURCE_UNAVAILABLE\\].*localhost:${port}`))
  })

  test('a connection that is lost in the middle of a line comes back, and no half line stays', async () => {
    let connections = 0
    const port = await serve((socket) => {
      if (connections++ === 0) socket.end('one\ntw')
      else socket.write('three\n')
    })
    const { session } = testSession()
    const query = session.readStream.socket({ host: '127.0.0.1', port }).writeStream.format('memory').queryName('lines').start()
    cleanUps.push(() => session.stop())
    const lines = async () => (query.lastProgress === null ? [] : session.table('lines').collect())
    for (let tries = 0; tries < 200 && (await lines()).length < 3; tries++) await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await session.table('lines').collect()).map((row) => row['value'])).toEqual(['one', 'tw', 'three'])
    expect(query.isActive).toBe(true)
    const events = query.recentProgress.flatMap((one) => one.millrace.events.map((event) => event.kind))
    expect(events).toContain('disconnected')
  })

  test('a line of 100 MB ends the query without taking the memory', async () => {
    const port = await serve((socket) => {
      const part = Buffer.alloc(1 << 20, 'x')
      let sent = 0
      const more = (): void => {
        while (sent < 100 && !socket.destroyed) {
          sent++
          if (!socket.write(part)) return void socket.once('drain', more)
        }
        socket.end('\n')
      }
      more()
    })
    const before = process.memoryUsage().arrayBuffers
    const { session } = testSession()
    const query = session.readStream.socket({ host: '127.0.0.1', port }).writeStream.format('noop').start()
    await expect(query.awaitTermination()).rejects.toThrow(/RECORD_TOO_LONG\].*maxRecordBytes/)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(80 << 20)
  })

  test('bytes that are no UTF-8 become U+FFFD', async () => {
    const port = await serve((socket) => void socket.write(Buffer.from([0x61, 0xff, 0x62, 0x0a])))
    const { session } = testSession()
    for await (const row of session.readStream.socket({ host: '127.0.0.1', port }).stream()) {
      expect(row.value).toBe('a\uFFFDb')
      break
    }
  })
})
