/** What a receiver is told, in which order, over real sockets. TLS is tested with a real broker (test/kafka). */
import { createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Channel, Receiver } from './io.ts'
import { realIo } from './real.ts'

const { net } = realIo
const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

/** Takes frames of four bytes, and asks for no byte of the next one. */
class FourBytes implements Receiver {
  readonly frames: string[] = []
  readonly end: Promise<Error | null>
  readonly #frame = new Uint8Array(4)
  #have = 0
  #closed: (error: Error | null) => void = () => undefined

  constructor() {
    this.end = new Promise((resolve) => {
      this.#closed = resolve
    })
  }

  room(): Uint8Array {
    return this.#frame.subarray(this.#have)
  }

  received(sizeBytes: number): void {
    this.#have += sizeBytes
    if (this.#have < 4) return
    this.frames.push(Buffer.from(this.#frame).toString())
    this.#have = 0
  }

  closed(error: Error | null): void {
    this.#closed(error)
  }
}

async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer(onSocket)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => server.close())
  return (server.address() as { port: number }).port
}

async function dial(port: number, receiver: Receiver): Promise<Channel> {
  const channel = await net.dial({ host: 'localhost', port, timeoutMs: 5_000, receiver })
  cleanUps.push(() => channel.close())
  return channel
}

test('bytes are put where the receiver wants them', async () => {
  const port = await serve((socket) => socket.pipe(socket))
  const receiver = new FourBytes()
  const channel = await dial(port, receiver)
  channel.send([Buffer.from('one'), Buffer.from(' two'), Buffer.from(' three')])
  await expect.poll(() => receiver.frames).toEqual(['one ', 'two ', 'thre'])
  channel.close()
  expect(await receiver.end).toBeNull()
})

test('an end by the other side is no error', async () => {
  const port = await serve((socket) => socket.end('bye!'))
  const receiver = new FourBytes()
  await dial(port, receiver)
  expect(await receiver.end).toBeNull()
  expect(receiver.frames).toEqual(['bye!'])
})

test('a break is told as what it was', async () => {
  const port = await serve((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const receiver = new FourBytes()
  const channel = await dial(port, receiver)
  channel.send([Buffer.from('x')])
  expect(await receiver.end).toMatchObject({ code: 'ECONNRESET' })
  channel.send([Buffer.from('to nobody')])
})

test('who does not answer the handshake of TLS is given up', async () => {
  const port = await serve(() => undefined)
  const receiver = new FourBytes()
  const opening = net.dial({ host: '127.0.0.1', port, timeoutMs: 200, tls: {}, receiver })
  await expect(opening).rejects.toMatchObject({ code: 'ETIMEDOUT' })
})

test('who ends the handshake of TLS is told as broken', async () => {
  const port = await serve((socket) => socket.end())
  const opening = net.dial({ host: '127.0.0.1', port, timeoutMs: 5_000, tls: {}, receiver: new FourBytes() })
  await expect(opening).rejects.toMatchObject({ code: 'ECONNRESET' })
})
