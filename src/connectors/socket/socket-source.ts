/**
 * The socket source: lines of text from a server, one connection, partition '0' (the connection's slot, which a reconnect keeps).
 *
 * Fault model: transient. A line that was not committed when the process ended is gone, as are lines that the server sent while nobody was connected; a line
 * that a broken connection left unfinished is dropped and reported. Within a run nothing is lost: when `maxBufferedBytes` wait for the query, the socket is
 * not read on, so that the server waits too. A position is the count of lines.
 */
import { structType } from '../../data/data-type.ts'
import { assert, MillraceError } from '../../error.ts'
import type { ReadLimit, Source, SourceBatch, SourceContext, SourceLatest, SourceOffset } from '../../plan/contracts/source.ts'
import { DataSignal } from '../signal/data-signal.ts'
import { LineBuffer } from './line-buffer.ts'
import { LineReceiver } from './line-receiver.ts'
import type { SocketSettings } from './socket-provider.ts'

const PARTITION = '0'

export class SocketSource implements Source {
  readonly #context: SourceContext
  readonly #settings: SocketSettings
  readonly #buffer = new LineBuffer()
  readonly #receiver: LineReceiver
  #begun = false
  #lastEnd = 0
  #bound: number | null = null
  readonly #data = new DataSignal()

  private constructor(context: SourceContext, settings: SocketSettings) {
    this.#context = context
    this.#settings = settings
    this.#receiver = new LineReceiver({
      ...context,
      settings,
      buffer: this.#buffer,
      onChange: () => this.#wake(),
    })
  }

  /** Connects. Throws SOURCE_UNAVAILABLE when nobody listens. */
  static async open(context: SourceContext, settings: SocketSettings): Promise<SocketSource> {
    const source = new SocketSource(context, settings)
    await source.#receiver.start()
    return source
  }

  initialOffset(): Promise<SourceOffset> {
    return Promise.resolve({ [PARTITION]: 0 })
  }

  async latestOffset(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest> {
    const from = this.#begin(start)
    const available = this.#bound === null ? this.#buffer.end : Math.min(this.#bound, this.#buffer.end)
    if (from >= available && this.#receiver.failure !== null) throw this.#receiver.failure
    const end = from >= available ? from : Math.min(available, this.#buffer.endWithin(from, limit.maxBytes))
    this.#lastEnd = end
    const caughtUp = end === this.#buffer.end && !this.#receiver.isPaused
    return { end: { [PARTITION]: end }, caughtUp: caughtUp ? [PARTITION] : [], latest: { [PARTITION]: available } }
  }

  async *read(start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
    const from = this.#begin(start)
    const to = lineOf(end)
    if (from < this.#buffer.begin || to > this.#buffer.end) {
      throw new MillraceError(
        'SOURCE_FAILED',
        `The socket source ${this.#settings.title} cannot give lines ${from} to ${to} again: it holds lines ${this.#buffer.begin} to ${this.#buffer.end}.`,
        { hint: 'A socket cannot be read again. Use a replayable source, such as files or Kafka, where a restart must lose nothing.' },
      )
    }
    for (const batch of this.#buffer.read(from, to, structType(this.#context.supplied.fields), this.#settings.title)) {
      this.#context.signal.throwIfAborted()
      yield batch
    }
  }

  async commit(end: SourceOffset): Promise<void> {
    this.#buffer.forget(lineOf(end))
    this.#receiver.resume()
  }

  waitForData(signal: AbortSignal): Promise<void> {
    return this.#hasMore() ? Promise.resolve() : this.#data.wait(signal)
  }

  async prepareAvailableNow(): Promise<void> {
    this.#bound = this.#buffer.end
  }

  async close(): Promise<void> {
    await this.#receiver.close()
    this.#wake()
  }

  #hasMore(): boolean {
    return this.#buffer.end > this.#lastEnd || this.#receiver.failure !== null
  }

  #wake(): void {
    if (this.#hasMore() || this.#receiver.isClosed) this.#data.fire()
  }

  /** The first position that the engine names is the number of the first line: a later run of a query goes on counting. */
  #begin(start: SourceOffset): number {
    const line = lineOf(start)
    if (!this.#begun && line > 0) {
      this.#buffer.startAt(line)
      if (this.#bound !== null) this.#bound += line
    }
    this.#begun = true
    return line
  }
}

function lineOf(offset: SourceOffset): number {
  const line = offset[PARTITION] ?? 0
  assert(typeof line === 'number', 'a position of the socket source is a count of lines')
  return line
}
