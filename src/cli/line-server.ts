/** The line server of the demo: everyone who connects gets the same lines, at a steady rate. */
import type { Connection, Io, Listener } from '../io/io.ts'

const WORDS = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel']
/** Lines go out in groups, so often a second. */
const TICKS_PER_SECOND = 10

export class LineServer {
  readonly #connections = new Set<Connection>()
  readonly #stop = new AbortController()
  readonly #listener: Listener
  #sent = 0

  private constructor(listener: Listener) {
    this.#listener = listener
  }

  /** Rejects with the system's error where the port is taken. */
  static async listen(io: Io, options: { readonly port: number; readonly linesPerSecond: number }): Promise<LineServer> {
    const waiting: Connection[] = []
    let accept = (connection: Connection): void => void waiting.push(connection)
    const listener = await io.net.listen({ host: 'localhost', port: options.port, onConnection: (connection) => accept(connection) })
    const server = new LineServer(listener)
    accept = (connection) => void server.#connections.add(connection)
    waiting.forEach(accept)
    void server.#run(io, options.linesPerSecond)
    return server
  }

  get port(): number {
    return this.#listener.port
  }

  async close(): Promise<void> {
    this.#stop.abort()
    for (const connection of this.#connections) connection.close()
    await this.#listener.close()
  }

  async #run(io: Io, linesPerSecond: number): Promise<void> {
    const started = io.clock.monotonicMs()
    const { signal } = this.#stop
    while (!signal.aborted) {
      const due = Math.floor(((io.clock.monotonicMs() - started) / 1000) * linesPerSecond)
      if (due > this.#sent) this.#send(due - this.#sent)
      await io.clock.sleep(1000 / TICKS_PER_SECOND, { signal }).catch(() => undefined)
    }
  }

  #send(count: number): void {
    let text = ''
    for (let line = 0; line < count; line++) text += `${WORDS[this.#sent++ % WORDS.length]} ${this.#sent}\n`
    const bytes = new TextEncoder().encode(text)
    for (const connection of this.#connections) connection.write(bytes).catch(() => this.#connections.delete(connection))
  }
}
