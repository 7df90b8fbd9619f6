/** A TCP proxy before a broker, which delays, cuts, refuses and swallows. Clients are led to it by `brokerAddress`. */
import { connect, createServer, type Server, type Socket } from 'node:net'

const HOST = '127.0.0.1'

export class FaultProxy {
  readonly port: number
  /** What passes, in either direction, waits so long. */
  delayMs = 0
  /** New connections are ended at once. */
  refuses = false
  readonly #server: Server
  readonly #pairs = new Set<Pair>()

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
    const proxy = new FaultProxy(server, (server.address() as { readonly port: number }).port)
    server.on('connection', (client) => proxy.#accept(client, targetPort))
    return proxy
  }

  get connections(): number {
    return this.#pairs.size
  }

  /** Breaks all connections. */
  cut(): void {
    for (const pair of this.#pairs) pair.end()
  }

  /** The connections of this moment stay open, and nothing passes them any more. New ones work. */
  swallow(): void {
    for (const pair of this.#pairs) pair.swallows = true
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(client: Socket, targetPort: number): void {
    if (this.refuses) {
      client.on('error', () => undefined).destroy()
      return
    }
    const pair = new Pair(client, connect({ host: HOST, port: targetPort, noDelay: true }), () => this.delayMs)
    this.#pairs.add(pair)
    pair.onEnd = () => this.#pairs.delete(pair)
  }
}

class Pair {
  swallows = false
  onEnd: () => void = () => undefined
  readonly #sockets: readonly [Socket, Socket]

  constructor(client: Socket, broker: Socket, delayMs: () => number) {
    this.#sockets = [client.setNoDelay(true), broker]
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      from.on('error', () => undefined).on('close', () => this.end())
      // What comes first passes first, whatever the delay is by then.
      let passing = Promise.resolve()
      from.on('data', (bytes) => {
        const dueMs = Date.now() + delayMs()
        passing = passing.then(async () => {
          const waitMs = dueMs - Date.now()
          if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
          if (!this.swallows && !to.destroyed) to.write(bytes)
        })
      })
    }
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.onEnd()
  }
}
