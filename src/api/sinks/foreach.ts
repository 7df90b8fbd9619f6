/** The foreach sink: a function, or a writer with open, process and close, for every row. At least once. */
import { rowReader } from '../../data/surface.ts'
import type { Batch } from '../../data/vector.ts'
import { MillraceError } from '../../error.ts'
import type { EpochInfo, Sink, SinkProvider } from '../../plan/contracts/sink.ts'
import { insideQuery } from './inside-query.ts'

/** As Spark's ForeachWriter. There is one partition, '0'. */
export interface ForeachWriter<Row> {
  /** False leaves out the rows of this epoch: for writers that know what they have. */
  open?(partitionId: number, epochId: number): boolean | Promise<boolean>
  process(row: Row): void | Promise<void>
  /** With the error that ended the epoch, or null. */
  close?(error: Error | null): void | Promise<void>
}

/** Throws INVALID_ARGUMENT. */
export function foreachSink(writer: ForeachWriter<unknown> | ((row: unknown) => void | Promise<void>)): SinkProvider {
  const full = typeof writer === 'function' ? { process: writer } : writer
  if (typeof full?.process !== 'function') {
    throw new MillraceError('INVALID_ARGUMENT', 'foreach: a function was expected, or an object with a function process(row).')
  }
  return {
    format: 'foreach',
    options: {},
    modes: ['append', 'update', 'complete'],
    delivery: 'at-least-once',
    open: ({ queryId }) => Promise.resolve(new ForeachSink(full, queryId)),
  }
}

class ForeachSink implements Sink {
  readonly #writer: ForeachWriter<unknown>
  readonly #queryId: string
  #wanted = true
  #rows = 0

  constructor(writer: ForeachWriter<unknown>, queryId: string) {
    this.#writer = writer
    this.#queryId = queryId
  }
  async begin({ epoch }: EpochInfo): Promise<void> {
    this.#rows = 0
    this.#wanted = (await this.#call('open', () => this.#writer.open?.(0, epoch))) ?? true
  }
  async write(batch: Batch): Promise<void> {
    if (!this.#wanted) return
    const read = rowReader(batch)
    await insideQuery(this.#queryId, async () => {
      for (let index = 0; index < batch.length; index++, this.#rows++) {
        const row = read(index)
        await this.#call(`process, row ${this.#rows + 1} of the epoch`, () => this.#writer.process(row))
      }
    })
  }
  async commit(): Promise<null> {
    await this.#call('close', () => this.#writer.close?.(null))
    return null
  }
  async abort(): Promise<void> {
    await this.#call('close', () => this.#writer.close?.(new Error('the epoch failed')))
  }
  close(): Promise<void> {
    return Promise.resolve()
  }

  async #call<T>(what: string, run: () => T): Promise<Awaited<T>> {
    try {
      return await run()
    } catch (error) {
      throw new MillraceError('USER_FUNCTION_FAILED', `foreach: ${what}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }
}
