/** `df.stream()`: the result rows of a query as an async iterator. The query waits while rows wait to be read; leaving the loop stops it. */
import { rowReader } from '../data/surface.ts'
import type { Batch } from '../data/vector.ts'
import { MillraceError } from '../error.ts'
import { analyze } from '../plan/analysis/analyzer.ts'
import { checkOutputMode } from '../plan/analysis/output-mode.ts'
import type { OutputMode, SinkProvider } from '../plan/contracts/sink.ts'
import type { Relation } from '../plan/nodes/relation.ts'
import type { RowStream, StreamOptions } from './data-frame.ts'
import type { SessionCore } from './session-core.ts'
import { DataStreamWriter } from './stream-writer.ts'
import type { StreamingQuery } from './streaming-query.ts'

export function rowStream(session: SessionCore, plan: Relation, options: StreamOptions): RowStream<unknown> {
  session.mustRun()
  const queue = new RowQueue(options.highWaterMark ?? 1024)
  const query = new DataStreamWriter(session, plan)
    .outputMode(firstAllowed(session, plan))
    .startInto(queueSink(queue), options.signal === undefined ? {} : { signal: options.signal })
  query.awaitTermination().then(
    () => queue.end(null),
    (error: unknown) => queue.end(error),
  )
  return new QueryRows(queue, query)
}

/** Not a generator: one that was never begun would not stop the query when it is left. */
class QueryRows implements RowStream<unknown> {
  readonly #queue: RowQueue
  readonly #query: StreamingQuery

  constructor(queue: RowQueue, query: StreamingQuery) {
    this.#queue = queue
    this.#query = query
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    const next = await this.#queue.take()
    return next === null ? { done: true, value: undefined } : { done: false, value: next.row }
  }
  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.#queue.leave()
    await this.#query.stop()
    return { done: true, value: undefined }
  }
  [Symbol.asyncIterator](): this {
    return this
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}

/** append, else update, else complete; the error of append where none is allowed. */
function firstAllowed(session: SessionCore, plan: Relation): OutputMode {
  const analyzed = analyze(plan, session.catalog)
  const modes: readonly OutputMode[] = ['append', 'update', 'complete']
  const allowed = modes.find((mode) => {
    try {
      checkOutputMode(analyzed, mode)
      return true
    } catch {
      return false
    }
  })
  if (allowed !== undefined) return allowed
  throw new MillraceError('OUTPUT_MODE_NOT_SUPPORTED', 'stream: the plan allows no output mode.')
}

/** Rows between the query and its reader. */
class RowQueue {
  readonly #max: number
  #rows: unknown[] = []
  #next = 0
  #ended: { readonly error: unknown } | null = null
  #abandoned = false
  #readers: (() => void)[] = []
  #writer: (() => void) | null = null

  constructor(max: number) {
    if (!Number.isInteger(max) || max < 1)
      throw new MillraceError('INVALID_ARGUMENT', `stream: highWaterMark is ${max}, and it must be a whole number from 1 on.`)
    this.#max = max
  }

  /** Resolves when there is room again. */
  async put(rows: readonly unknown[]): Promise<void> {
    if (this.#abandoned) return
    for (const row of rows) this.#rows.push(row)
    this.#wakeReaders()
    while (!this.#abandoned && this.#rows.length - this.#next >= this.#max) {
      await new Promise<void>((resolve) => {
        this.#writer = resolve
      })
    }
  }

  /** The next row, or null at the end. Throws what ended the query, once. */
  async take(): Promise<{ readonly row: unknown } | null> {
    for (;;) {
      if (this.#next < this.#rows.length) return { row: this.#shift() }
      if (this.#ended !== null) {
        const { error } = this.#ended
        this.#ended = { error: null }
        if (error !== null) throw error
        return null
      }
      await new Promise<void>((resolve) => {
        this.#readers.push(resolve)
      })
    }
  }

  end(error: unknown): void {
    this.#ended ??= { error }
    this.#wakeReaders()
  }

  /** The query stops: it no longer waits for room. What is here can still be read. */
  abandon(): void {
    this.#abandoned = true
    this.#writer?.()
  }

  /** Nobody reads any more. */
  leave(): void {
    this.abandon()
    this.#rows = []
    this.#next = 0
    this.end(null)
  }

  #wakeReaders(): void {
    for (const wake of this.#readers.splice(0)) wake()
  }

  #shift(): unknown {
    const row = this.#rows[this.#next++]
    if (this.#next >= 1024) {
      this.#rows = this.#rows.slice(this.#next)
      this.#next = 0
    }
    if (this.#rows.length - this.#next < this.#max) this.#writer?.()
    return row
  }
}

function queueSink(queue: RowQueue): SinkProvider {
  const nothing = (): Promise<void> => Promise.resolve()
  return {
    format: 'stream',
    options: {},
    modes: ['append', 'update', 'complete'],
    delivery: 'at-least-once',
    open: ({ signal }) => {
      signal.addEventListener('abort', () => queue.abandon(), { once: true })
      return Promise.resolve({
        begin: nothing,
        write: (batch: Batch) => {
          const read = rowReader(batch)
          return queue.put(Array.from({ length: batch.length }, (_, row) => read(row)))
        },
        commit: () => Promise.resolve(null),
        abort: nothing,
        close: nothing,
      })
    },
  }
}
