import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Connection } from './io.ts'
import { realIo } from './real.ts'

const { clock, disk, net } = realIo
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

describe('clock', () => {
  test('sleep rejects with the reason of the signal', async () => {
    const stop = new AbortController()
    const nap = clock.sleep(60_000, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(nap).rejects.toThrow('enough')
  })
  test('sleep waits', async () => {
    const before = clock.monotonicMs()
    await clock.sleep(20)
    expect(clock.monotonicMs() - before).toBeGreaterThan(15)
  })
})

describe('disk', () => {
  test('lists in byte order, reads ranges in chunks, and says null where nothing is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
    cleanUps.push(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'é'), '')
    await writeFile(join(folder, 'Z'), Buffer.alloc(2_500_000, 'z'))
    await mkdir(join(folder, 'a'))
    const listed = await disk.list(folder)
    expect(listed.map((info) => [info.path.slice(folder.length + 1), info.sizeBytes > 1e6, info.isDirectory])).toEqual([
      ['Z', true, false],
      ['a', false, true],
      ['é', false, false],
    ])
    const sizes: number[] = []
    for await (const chunk of disk.read(join(folder, 'Z'), { start: 1, end: 2_400_000 })) sizes.push(chunk.length)
    expect(sizes.length).toBeGreaterThan(1)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2_399_999)
    expect(await disk.stat(join(folder, 'Z', 'below-a-file'))).toBeNull()
    await expect(disk.list(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a full disk', () => {
  test.runIf(existsSync('/dev/full'))('refuses what is appended', async () => {
    const file = await disk.open('/dev/full')
    await expect(file.append(encode('x'))).rejects.toMatchObject({ code: 'ENOSPC' })
    await file.close()
  })
})

describe('net', () => {
  const text = async (connection: Connection): Promise<string> => {
    const parts: Uint8Array[] = []
    for await (const chunk of connection.incoming) parts.push(chunk)
    return Buffer.concat(parts).toString()
  }

  test('localhost listens on both loopback addresses', async () => {
    const listener = await net.listen({
      host: 'localhost',
      port: 0,
      onConnection: (connection) => void connection.write(encode('hello')).then(() => connection.close()),
    })
    cleanUps.push(() => listener.close())
    for (const host of ['localhost', '127.0.0.1', ...((await hasIpv6()) ? ['::1'] : [])]) {
      expect(await text(await net.connect({ host, port: listener.port, timeoutMs: 1000 }))).toBe('hello')
    }
  })

  test('localhost finds a server that listens on ::1 only', async () => {
    if (!(await hasIpv6())) return
    const listener = await net.listen({ host: '::1', port: 0, onConnection: (connection) => connection.close() })
    cleanUps.push(() => listener.close())
    expect(await text(await net.connect({ host: 'localhost', port: listener.port, timeoutMs: 1000 }))).toBe('')
  })

  test('a port that is taken, and one where nobody listens, give the system error', async () => {
    const listener = await net.listen({ host: 'localhost', port: 0, onConnection: () => undefined })
    const { port } = listener
    await expect(net.listen({ host: 'localhost', port, onConnection: () => undefined })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await listener.close()
    await expect(net.connect({ host: 'localhost', port, timeoutMs: 1000 })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('closing a listener breaks its connections', async () => {
    const listener = await net.listen({ host: '127.0.0.1', port: 0, onConnection: () => undefined })
    const connection = await net.connect({ host: '127.0.0.1', port: listener.port, timeoutMs: 1000 })
    const rest = text(connection).catch(() => 'broken')
    await clock.sleep(20)
    await listener.close()
    expect(['', 'broken']).toContain(await rest)
  })

  const hasIpv6 = (): Promise<boolean> =>
    new Promise((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen({ host: '::1', port: 0 }, () => server.close(() => resolve(true)))
    })
})
