/**
 * Keeps a socket source connected and its line buffer filled: connects, reads, cuts, waits while the buffer is full, reconnects with growing pauses (half of
 * each is chance, so that many clients of one server do not come back at once). What cannot be mended is kept in `failure`, for the source to throw once
 * the lines before it are read.
 */
import { MillraceError } from '../../error.ts'
import type { Connection } from '../../io/io.ts'
import type { SourceContext, SourceEvent } from '../../plan/contracts/source.ts'
import { RecordCutter } from '../lines/record-cutter.ts'
import type { LineBuffer } from './line-buffer.ts'
import type { SocketSettings } from './socket-provider.ts'

/** Attempts to reach the server before the query fails at its start: a server that starts together with the query is found, a wrong port is soon said. */
const FIRST_ATTEMPTS = 3
const BACKOFF_MS_MIN = 100
const BACKOFF_MS_MAX = 10_000

export interface LineReceiverParts extends Pick<SourceContext, 'io' | 'signal' | 'report'> {
  readonly settings: SocketSettings
  readonly buffer: LineBuffer
  /** Lines came, or a failure, or the end. */
  readonly onChange: () => void
}

export class LineReceiver {
  readonly #parts: LineReceiverParts
  readonly #closing = new AbortController()
  readonly #abort = (): void => void this.close()
  #connection: Connection | null = null
  #running: Promise<void> = Promise.resolve()
  #resume: (() => void) | null = null
  #failure: MillraceError | null = null
  /** Attempts to connect since bytes last came: a server that sends is alive, and pauses start small again. */
  #fruitless = 0

  constructor(parts: LineReceiverParts) {
    this.#parts = parts
  }

  get failure(): MillraceError | null {
    return this.#failure
  }
  /** The buffer is full and the socket is not read. */
  get isPaused(): boolean {
    return this.#resume !== null
  }
  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  async start(): Promise<void> {
    const { signal } = this.#parts
    signal.throwIfAborted()
    signal.addEventListener('abort', this.#abort, { once: true })
    const first = await this.#connect(FIRST_ATTEMPTS)
    this.#running = this.#run(first)
  }

  /** Called when lines were committed. */
  resume(): void {
    if (this.#resume !== null && !this.#isFull()) this.#resume()
  }

  async close(): Promise<void> {
    this.#parts.signal.removeEventListener('abort', this.#abort)
    this.#closing.abort()
    this.#connection?.close()
    this.#resume?.()
    this.#parts.onChange()
    await this.#running
  }

  async #run(first: Connection): Promise<void> {
    const { onDisconnect, maxReconnects, title } = this.#parts.settings
    try {
      let connection = first
      for (;;) {
        const how = await this.#receive(connection)
        if (this.isClosed) return
        this.#report('disconnected', how)
        if (onDisconnect === 'end') return
        if (onDisconnect === 'fail')
          throw new MillraceError('SOURCE_FAILED', `The socket source ${title}: ${how}`, { hint: RECONNECT_HINT })
        connection = await this.#connect(maxReconnects)
        this.#report('connected', `Connected to ${title} again.`)
      }
    } catch (error) {
      if (this.isClosed) return
      this.#failure =
        error instanceof MillraceError
          ? error
          : new MillraceError('SOURCE_FAILED', `The socket source ${title} broke: ${textOf(error)}.`, { cause: error })
      this.#connection?.close()
      this.#parts.onChange()
    }
  }

  /** Reads one connection to its end; gives the sentence that says how it ended. */
  async #receive(connection: Connection): Promise<string> {
    const { settings, buffer, io, onChange } = this.#parts
    const { title, maxRecordBytes } = settings
    const cutter = new RecordCutter({ separator: null, maxRecordBytes, origin: title })
    try {
      for await (const chunk of connection.incoming) {
        this.#fruitless = 0
        const lines = cutter.push(chunk)
        if (lines === null) continue
        buffer.add(lines, io.clock.nowMs() * 1000)
        onChange()
        while (this.#isFull() && !this.isClosed) await new Promise<void>((resolve) => (this.#resume = resolve))
        this.#resume = null
        if (this.isClosed) return ''
      }
    } catch (error) {
      if (error instanceof MillraceError) throw error
      const dropped = cutter.unfinishedBytes === 0 ? '' : ` An unfinished line of ${cutter.unfinishedBytes} bytes was dropped.`
      return `The connection to ${title} broke (${textOf(error)}).${dropped}`
    }
    const last = cutter.end()
    if (last !== null) {
      buffer.add(last, io.clock.nowMs() * 1000)
      onChange()
    }
    return `${title} closed the connection.`
  }

  /** Throws SOURCE_UNAVAILABLE when `attemptsMax` attempts in a row brought no byte. */
  async #connect(attemptsMax: number): Promise<Connection> {
    const { io, settings } = this.#parts
    const { host, port, title, connectTimeoutMs } = settings
    let failure: unknown = new Error('it closes every connection without sending anything')
    while (this.#fruitless < attemptsMax) {
      // The very first attempt is the only one that nothing came before.
      if (this.#fruitless > 0 || this.#connection !== null) await this.#pause(this.#fruitless)
      this.#fruitless++
      try {
        this.#connection = await io.net.connect({ host, port, timeoutMs: connectTimeoutMs, signal: this.#closing.signal })
        return this.#connection
      } catch (error) {
        this.#closing.signal.throwIfAborted()
        failure = error
        if (this.#fruitless === 1) this.#report('retrying', `${title} could not be reached (${textOf(error)}); trying again.`)
      }
    }
    throw new MillraceError(
      'SOURCE_UNAVAILABLE',
      `The socket source could not reach ${title} in ${attemptsMax} attempts: ${textOf(failure)}.`,
      {
        hint: `Start a server there first: 'nc -lk ${port}' lets you type lines, 'millrace demo' serves live ones.`,
        details: { host, port, attempts: attemptsMax },
        cause: failure,
      },
    )
  }

  #pause(attempt: number): Promise<void> {
    const { clock, random } = this.#parts.io
    const full = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** attempt)
    return clock.sleep(full / 2 + (random.next() * full) / 2, { signal: this.#closing.signal })
  }

  #isFull(): boolean {
    return this.#parts.buffer.heldBytes >= this.#parts.settings.maxBufferedBytes
  }

  #report(kind: SourceEvent['kind'], message: string): void {
    this.#parts.report({ kind, message })
  }
}

const RECONNECT_HINT = "The option onDisconnect is 'fail'; 'reconnect' goes on, 'end' waits without new lines."

function textOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  return code ?? message ?? String(error)
}
