/**
 * The real network. Names are resolved by the system, except `localhost`, which always means both loopback addresses: some servers (nc among them) listen on
 * one of the two only. IPv4 is tried first, as Java does.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Connection, Listener, Net } from './io.ts'

const LOOPBACK = ['127.0.0.1', '::1']
/** A free port of one address may be taken on the other: so often another one is tried. */
const FREE_PORT_ATTEMPTS = 8

export const realNet: Net = {
  async connect({ host, port, timeoutMs, signal }) {
    let first: unknown
    for (const address of addressesOf(host)) {
      try {
        return connection(await openSocket(address, port, timeoutMs, signal))
      } catch (error) {
        signal?.throwIfAborted()
        first ??= error
      }
    }
    throw first
  },

  async listen({ host, port, onConnection }) {
    const sockets = new Set<Socket>()
    const accept = (socket: Socket): void => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      onConnection(connection(socket))
    }
    const { servers, port: bound } = await listenOnAll(addressesOf(host), port, accept)
    const listener: Listener = {
      host,
      port: bound,
      async close() {
        for (const socket of sockets) socket.destroy()
        await Promise.all(servers.map(closeServer))
      },
    }
    return listener
  },
}

const addressesOf = (host: string): readonly string[] => (host.toLowerCase() === 'localhost' ? LOOPBACK : [host])

function openSocket(host: string, port: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const socket = connect({ host, port, noDelay: true })
    const settle = (error: unknown): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
      socket.off('connect', connected).off('error', settle)
      if (error === null) resolve(socket)
      else {
        socket.on('error', () => undefined).destroy()
        reject(error)
      }
    }
    const connected = (): void => settle(null)
    const aborted = (): void => settle(signal?.reason)
    const late = (): void =>
      settle(
        Object.assign(new Error(`connect ETIMEDOUT ${host}:${port} after ${timeoutMs} ms`), { code: 'ETIMEDOUT', address: host, port }),
      )
    const timer = setTimeout(late, timeoutMs)
    socket.once('connect', connected).once('error', settle)
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

function connection(socket: Socket): Connection {
  // Without a listener an error that comes before anyone reads would end the process; readers and writers get it from their own calls.
  socket.on('error', () => undefined)
  const remote = `${socket.remoteAddress}:${socket.remotePort}`
  return {
    remote,
    incoming: { [Symbol.asyncIterator]: () => socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array> },
    write: (bytes) => new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
    close: () => void socket.destroySoon(),
  }
}

async function listenOnAll(
  addresses: readonly string[],
  port: number,
  accept: (socket: Socket) => void,
): Promise<{ readonly servers: readonly Server[]; readonly port: number }> {
  for (let attempt = 1; ; attempt++) {
    const servers: Server[] = []
    let bound = port
    try {
      for (const address of addresses) {
        const server = await listenOn(address, bound, accept).catch((error: NodeJS.ErrnoException) => {
          if (servers.length > 0 && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')) return null
          throw error
        })
        if (server === null) continue
        servers.push(server)
        const at = server.address()
        if (at !== null && typeof at === 'object') bound = at.port
      }
      return { servers, port: bound }
    } catch (error) {
      await Promise.all(servers.map(closeServer))
      const retry = port === 0 && servers.length > 0 && (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!retry || attempt === FREE_PORT_ATTEMPTS) throw error
    }
  }
}

function listenOn(host: string, port: number, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(accept)
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

const closeServer = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
