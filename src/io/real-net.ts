/**
 * The real network. Names are resolved by the system, except `localhost`, which always means both loopback addresses: some servers (nc among them) listen on
 * one of the two only. IPv4 is tried first, as Java does.
 */
import { connect, createServer, isIP, type NetConnectOpts, type OnReadOpts, type Server, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls } from 'node:tls'
import type { Channel, Connection, Listener, Net, Receiver, TlsSettings } from './io.ts'

const LOOPBACK = ['127.0.0.1', '::1']
/** A free port of one address may be taken on the other: so often another one is tried. */
const FREE_PORT_ATTEMPTS = 8

export const realNet: Net = {
  async connect({ host, port, timeoutMs, signal }) {
    return connection(await firstThatOpens(host, signal, (address) => openSocket({ host: address, port }, { timeoutMs, signal })))
  },

  async dial({ host, port, timeoutMs, signal, tls, receiver }) {
    const onread: OnReadOpts = {
      buffer: () => receiver.room(),
      callback: (sizeBytes) => {
        receiver.received(sizeBytes)
        return true
      },
    }
    const secure = tls === undefined ? undefined : { ...tls, serverName: tls.serverName ?? host }
    const socket = await firstThatOpens(host, signal, (address) =>
      openSocket({ host: address, port, onread }, { timeoutMs, signal, tls: secure }),
    )
    return channel(socket, receiver)
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

async function firstThatOpens(host: string, signal: AbortSignal | undefined, open: (address: string) => Promise<Socket>): Promise<Socket> {
  let first: unknown
  for (const address of addressesOf(host)) {
    try {
      return await open(address)
    } catch (error) {
      signal?.throwIfAborted()
      first ??= error
    }
  }
  throw first
}

interface Opening {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly tls?: (TlsSettings & { readonly serverName: string }) | undefined
}

function openSocket(
  place: NetConnectOpts & { readonly host: string; readonly port: number },
  { timeoutMs, signal, tls }: Opening,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const { host, port } = place
    const socket = tls === undefined ? connect({ ...place, noDelay: true }) : secureSocket(place, tls)
    const opened = tls === undefined ? 'connect' : 'secureConnect'
    const settle = (error: unknown): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
      socket.off(opened, connected).off('error', settle).off('close', ended)
      if (error === null) resolve(socket)
      else {
        socket.on('error', () => undefined).destroy()
        reject(error)
      }
    }
    const connected = (): void => settle(null)
    const ended = (): void => settle(Object.assign(new Error(`${host}:${port} closed the connection at once`), { code: 'ECONNRESET' }))
    const aborted = (): void => settle(signal?.reason)
    const late = (): void =>
      settle(
        Object.assign(new Error(`connect ETIMEDOUT ${host}:${port} after ${timeoutMs} ms`), { code: 'ETIMEDOUT', address: host, port }),
      )
    const timer = setTimeout(late, timeoutMs)
    socket.once(opened, connected).once('error', settle).once('close', ended)
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

function secureSocket(
  place: NetConnectOpts,
  { ca, cert, key, pfx, passphrase, serverName, verify = true }: TlsSettings & { readonly serverName: string },
): Socket {
  const socket = connectTls({
    ...place,
    // An address is no name to ask for, but one to look for in the certificate.
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    ...(ca === undefined ? {} : { ca: [ca].flat().map(bytesOrText) }),
    ...(cert === undefined ? {} : { cert: bytesOrText(cert) }),
    ...(key === undefined ? {} : { key: bytesOrText(key) }),
    ...(pfx === undefined ? {} : { pfx: Buffer.from(pfx) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    rejectUnauthorized: verify,
    checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
  })
  return socket.setNoDelay(true)
}

const bytesOrText = (value: string | Uint8Array): string | Buffer => (typeof value === 'string' ? value : Buffer.from(value))

function channel(socket: Socket, receiver: Receiver): Channel {
  let broken: Error | null = null
  socket.on('error', (error) => {
    broken ??= error
  })
  socket.once('close', () => receiver.closed(broken))
  return {
    remote: `${socket.remoteAddress}:${socket.remotePort}`,
    send: (parts) => {
      socket.cork()
      for (const part of parts) socket.write(part)
      socket.uncork()
    },
    close: () => void socket.destroy(),
  }
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
