import { afterEach, describe, expect, test } from 'vitest'
import { structType } from '../../data/data-type.ts'
import { datumRows } from '../../data/vector-builder.ts'
import type { Connection } from '../../io/io.ts'
import { realIo } from '../../io/real.ts'
import type { Source, SourceEvent, SourceOffset } from '../../plan/contracts/source.ts'
import { describeSource } from '../../testing/source-conformance.ts'
import { socketSource } from './socket-provider.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const NO_LIMIT = { maxBytes: 1e9 }
const START: SourceOffset = { '0': 0 }
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A server that gives its connections out one by one. */
async function serve(): Promise<{
  readonly port: number
  readonly accepted: () => Promise<Connection>
  readonly close: () => Promise<void>
}> {
  const waiting: Connection[] = []
  const wanted: ((connection: Connection) => void)[] = []
  const listener = await realIo.net.listen({
    host: 'localhost',
    port: 0,
    onConnection: (connection) => {
      const next = wanted.shift()
      if (next === undefined) waiting.push(connection)
      else next(connection)
    },
  })
  cleanUps.push(() => listener.close())
  const accepted = (): Promise<Connection> => {
    const here = waiting.shift()
    return here === undefined ? new Promise((resolve) => wanted.push(resolve)) : Promise.resolve(here)
  }
  return { port: listener.port, accepted, close: () => listener.close() }
}

async function open(
  options: Record<string, string>,
): Promise<{ readonly source: Source; readonly events: SourceEvent[]; readonly stop: AbortController }> {
  const stop = new AbortController()
  const events: SourceEvent[] = []
  const description = socketSource.describe(options, null)
  const source = await socketSource.open({
    options,
    queryId: 'q',
    description,
    supplied: structType(description.hidden.map(({ name, type, nullable }) => ({ name, type, nullable }))),
    io: realIo,
    signal: stop.signal,
    log: null,
    report: (event) => events.push(event),
  })
  cleanUps.push(() => source.close())
  return { source, events, stop }
}

async function linesUntil(source: Source, count: number): Promise<string[]> {
  for (;;) {
    const { end } = await source.latestOffset(START, NO_LIMIT)
    if (Number(end['0']) >= count) return lines(source, START, end)
    await source.waitForData?.(new AbortController().signal)
  }
}
async function lines(source: Source, start: SourceOffset, end: SourceOffset): Promise<string[]> {
  const found: string[] = []
  for await (const part of source.read(start, end)) {
    if (part.kind !== 'records') throw new Error('the socket source gives records')
    for (const [i, from] of part.starts.entries()) found.push(new TextDecoder().decode(part.bytes.subarray(from, part.ends[i])))
  }
  return found
}

describeSource(
  'socket',
  async () => {
    const server = await serve()
    let connection: Connection | null = null
    let sent = 0
    return {
      provider: socketSource,
      options: { host: 'localhost', port: String(server.port), includeTimestamp: 'true' },
      add: async (count) => {
        connection ??= await server.accepted()
        for (let i = 0; i < count; i++) await connection.write(encode(`line ${++sent}\n`))
      },
    }
  },
  { test },
)

describe('the socket source', () => {
  test('describes a value and a hidden arrival time, or a visible one', () => {
    const hidden = socketSource.describe({ host: 'h', port: '1' }, null)
    expect(hidden.schema.fields.map((one) => one.name)).toEqual(['value'])
    expect(hidden.hidden.map((one) => [one.name, one.type.kind, one.note])).toEqual([['timestamp', 'timestamp', 'arrival']])
    expect(hidden.title).toBe('h:1')
    const shown = socketSource.describe({ host: 'h', port: '1', includeTimestamp: 'true' }, null)
    expect(shown.schema.fields.map((one) => one.name)).toEqual(['value', 'timestamp'])
    expect(shown.hidden).toEqual([])
    expect(() => socketSource.describe({ host: 'h' }, null)).toThrow(/MISSING_OPTION.*'port'/)
    expect(() => socketSource.describe({ host: 'h', port: '70000' }, null)).toThrow(/INVALID_OPTION.*at most 65535/)
  })

  test('nobody listens: it says where, and what to start', async () => {
    const server = await serve()
    await server.close()
    await expect(open({ host: 'localhost', port: String(server.port) })).rejects.toThrow(
      new RegExp(`SOURCE_UNAVAILABLE.*localhost:${server.port} in 3 attempts: ECONNREFUSED.*nc -lk ${server.port}.*millrace demo`),
    )
  })

  test('lines end as readLine ends them, also the last one; bytes that are not UTF-8 are handed on as they are', async () => {
    const server = await serve()
    const { source } = await open({ host: 'localhost', port: String(server.port), onDisconnect: 'end' })
    const connection = await server.accepted()
    await connection.write(Uint8Array.from([...encode('a\r'), 0xff, 0xfe, ...encode('\r\n\nno end')]))
    connection.close()
    const { end } = await (async () => {
      await linesUntil(source, 4)
      return source.latestOffset(START, NO_LIMIT)
    })()
    const raw: number[][] = []
    const arrivals: unknown[] = []
    for await (const part of source.read(START, end)) {
      if (part.kind !== 'records') continue
      for (const [i, from] of part.starts.entries()) raw.push([...part.bytes.subarray(from, part.ends[i])])
      arrivals.push(...datumRows(part.supplied).map((row) => row[0]))
      expect(part.origin).toBe(`localhost:${server.port}, line 1`)
    }
    expect(raw).toEqual([[...encode('a')], [0xff, 0xfe], [], [...encode('no end')]])
    for (const arrival of arrivals) expect(Math.abs(Number(arrival) / 1000 - Date.now())).toBeLessThan(5000)
  })

  test('a connection lost within a line: the line is dropped and reported, and the source connects again', async () => {
    const { port, net, connections } = brokenNet()
    const stop = new AbortController()
    const events: SourceEvent[] = []
    const options = { host: 'h', port: String(port) }
    const source = await socketSource.open({
      options,
      queryId: 'q',
      description: socketSource.describe(options, null),
      supplied: structType([]),
      io: { ...realIo, net },
      signal: stop.signal,
      log: null,
      report: (event) => events.push(event),
    })
    cleanUps.push(() => source.close())
    expect(await linesUntil(source, 2)).toEqual(['whole 1', 'whole 2'])
    expect(connections()).toBe(2)
    expect(events).toEqual([
      { kind: 'disconnected', message: `The connection to h:${port} broke (ECONNRESET). An unfinished line of 4 bytes was dropped.` },
      { kind: 'connected', message: `Connected to h:${port} again.` },
    ])
  })

  test("with onDisconnect 'fail' the lines before are read, then the query fails", async () => {
    const server = await serve()
    const { source } = await open({ host: 'localhost', port: String(server.port), onDisconnect: 'fail' })
    const connection = await server.accepted()
    await connection.write(encode('one\ntwo\n'))
    connection.close()
    expect(await linesUntil(source, 2)).toEqual(['one', 'two'])
    await source.waitForData?.(new AbortController().signal)
    await expect(source.latestOffset({ '0': 2 }, NO_LIMIT)).rejects.toThrow(/SOURCE_FAILED.*closed the connection.*onDisconnect/)
  })

  test('a line of 100 MB is refused, in bounded memory', async () => {
    const server = await serve()
    const { source } = await open({ host: 'localhost', port: String(server.port), maxRecordBytes: String(4 * 1024 * 1024) })
    const connection = await server.accepted()
    const before = process.memoryUsage().arrayBuffers
    let [peak, written] = [0, 0]
    const piece = new Uint8Array(1024 * 1024).fill(120)
    const writing = (async () => {
      for (; written < 100; written++) {
        await connection.write(piece)
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
      }
    })().catch(() => undefined)
    await expect(linesUntil(source, 1)).rejects.toThrow(/RECORD_TOO_LONG.*Record 1 of localhost.*4194304 bytes/)
    connection.close()
    await writing
    expect(written).toBeLessThan(100)
    expect(peak).toBeLessThan(32 * 1024 * 1024)
  })

  test('a full buffer makes the server wait; after commits everything comes, in order', async () => {
    const server = await serve()
    const { source } = await open({ host: 'localhost', port: String(server.port), maxBufferedBytes: '100000' })
    const connection = await server.accepted()
    const total = 60_000
    let sent = 0
    const writing = (async () => {
      for (; sent < total; sent += 1000) {
        await connection.write(encode(Array.from({ length: 1000 }, (_, i) => `${String(sent + i).padStart(200, '0')}\n`).join('')))
      }
    })()
    let stuck = -1
    for (; stuck !== sent || sent === 0; await realIo.clock.sleep(300)) stuck = sent
    expect(stuck).toBeLessThan(total)
    expect((await source.latestOffset(START, NO_LIMIT)).caughtUp).toEqual([])
    let position = START
    let next = 0
    while (next < total) {
      const { end } = await source.latestOffset(position, { maxBytes: 50_000 })
      for (const line of await lines(source, position, end)) expect(Number(line)).toBe(next++)
      await source.commit(end)
      position = end
      await source.waitForData?.(AbortSignal.timeout(1000))
    }
    await writing
    await expect(lines(source, START, position)).rejects.toThrow(/SOURCE_FAILED.*cannot give lines 0/)
  })

  test('a later run of a query goes on counting', async () => {
    const server = await serve()
    const { source } = await open({ host: 'localhost', port: String(server.port) })
    await (await server.accepted()).write(encode('next\n'))
    await source.waitForData?.(new AbortController().signal)
    const { end } = await source.latestOffset({ '0': 57 }, NO_LIMIT)
    expect(end).toEqual({ '0': 58 })
    expect(await lines(source, { '0': 57 }, end)).toEqual(['next'])
  })

  test('stopping ends everything, also while it connects', async () => {
    const server = await serve()
    const { source, stop } = await open({ host: 'localhost', port: String(server.port) })
    const waiting = source.waitForData?.(new AbortController().signal)
    stop.abort()
    await waiting
    await source.close()
  })
})

/** A network whose first connection breaks within a line. */
function brokenNet(): { readonly port: number; readonly net: typeof realIo.net; readonly connections: () => number } {
  let made = 0
  const incoming = async function* (number: number): AsyncGenerator<Uint8Array> {
    if (number > 1) {
      yield encode('whole 2\n')
      await new Promise(() => undefined)
    }
    yield encode('whole 1\npart')
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  }
  const net: typeof realIo.net = {
    ...realIo.net,
    connect: async () => {
      const number = ++made
      let close = (): void => undefined
      const closed = new Promise<IteratorResult<Uint8Array>>((resolve) => {
        close = () => resolve({ done: true, value: undefined })
      })
      const chunks = incoming(number)
      const next = (): Promise<IteratorResult<Uint8Array>> => Promise.race([chunks.next(), closed])
      return { remote: 'h', incoming: { [Symbol.asyncIterator]: () => ({ next }) }, write: async () => undefined, close: () => close() }
    },
  }
  return { port: 4711, net, connections: () => made }
}
