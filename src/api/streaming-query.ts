/** A running query, as users hold it. */
import { MillraceError } from '../error.ts'
import type { RunningQuery, StreamingQueryProgress, StreamingQueryStatus } from '../plan/contracts/backend.ts'
import { type ExplainText, explainMode } from './explain-mode.ts'
import { isInsideQuery } from './sinks/inside-query.ts'

/**
 * A handle on a query that was started. It is never thenable, so `await start()` and `start()` mean the same. What goes wrong while it runs rejects
 * awaitTermination, is in `exception`, and is told to listeners; it is never an unhandled rejection.
 */
export class StreamingQuery implements AsyncDisposable {
  readonly #running: RunningQuery
  readonly #print: (text: string) => void

  /** @internal */
  constructor(running: RunningQuery, print: (text: string) => void) {
    this.#running = running
    this.#print = print
  }

  /** Stable across restarts from a checkpoint. */
  get id(): string {
    return this.#running.id
  }
  /** New at each start. */
  get runId(): string {
    return this.#running.runId
  }
  get name(): string | null {
    return this.#running.name
  }
  get isActive(): boolean {
    return this.#running.isActive
  }
  get status(): StreamingQueryStatus {
    return this.#running.status
  }
  /** Of the last epoch; null before the first. */
  get lastProgress(): StreamingQueryProgress | null {
    return this.#running.lastProgress
  }
  /** Of the last 100 epochs, oldest first. */
  get recentProgress(): readonly StreamingQueryProgress[] {
    return this.#running.recentProgress
  }
  /** What ended the query; null while it runs and after a stop. */
  get exception(): MillraceError | null {
    return this.#running.exception
  }
  /** Resolves with true when the query ended, with false when `timeoutMs` passed first; rejects with what ended it. */
  async awaitTermination(timeoutMs?: number): Promise<boolean> {
    this.#mustBeOutside('awaitTermination')
    return this.#running.awaitTermination(timeoutMs)
  }
  /** Resolves when all that the sources had at the call is in the sink. Rejects with what ended the query. */
  async processAllAvailable(): Promise<void> {
    this.#mustBeOutside('processAllAvailable')
    return this.#running.processAllAvailable()
  }
  /** Ends the query after what it is doing now; resolves when everything is closed, or at once where the query's own foreach or foreachBatch calls it. */
  async stop(): Promise<void> {
    const stopped = this.#running.stop()
    if (!isInsideQuery(this.id)) await stopped
  }
  /** The plan that runs, also written to the terminal. */
  explain(mode: ExplainText = 'simple'): string {
    const text = this.#running.explain(explainMode(mode))
    this.#print(text)
    return text
  }
  #mustBeOutside(method: string): void {
    if (!isInsideQuery(this.id)) return
    throw new MillraceError('UNSUPPORTED_OPERATION', `${method}: the query's own function would wait for itself.`, {
      hint: 'Call it outside of foreach and foreachBatch; stop() can be called inside.',
    })
  }

  /** For people: what `console.log(query)` shows. */
  toString(): string {
    return `StreamingQuery[${[this.name, this.id, this.status.message].filter((one) => one !== null).join(', ')}]`
  }
  /** @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
