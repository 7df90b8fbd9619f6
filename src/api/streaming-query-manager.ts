/** `session.streams`: the queries of a session, and who listens to them. */
import { MillraceError } from '../error.ts'
import type { StreamingQueryListener } from '../plan/contracts/backend.ts'
import type { StreamingQuery } from './streaming-query.ts'

export class StreamingQueryManager {
  readonly #active = new Map<string, StreamingQuery>()
  readonly #listeners = new Set<StreamingQueryListener>()
  /** Queries that ended since the last resetTerminated. */
  #terminated: StreamingQuery[] = []
  #waiting: (() => void)[] = []

  /** The queries that run now. */
  get active(): readonly StreamingQuery[] {
    return [...this.#active.values()]
  }
  /** The running query of this id, or undefined. */
  get(id: string): StreamingQuery | undefined {
    return this.#active.get(id)
  }
  addListener(listener: StreamingQueryListener): void {
    this.#listeners.add(listener)
  }
  removeListener(listener: StreamingQueryListener): void {
    this.#listeners.delete(listener)
  }

  /**
   * Resolves with true when a query ends or has ended since resetTerminated, with false when `timeoutMs` passed first; rejects with what ended it.
   */
  async awaitAnyTermination(timeoutMs?: number): Promise<boolean> {
    if (this.#terminated.length === 0) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs)
      })
      clearTimeout(timer)
    }
    const failed = this.#terminated.find((query) => query.exception !== null)
    if (failed?.exception) throw failed.exception
    return this.#terminated.length > 0
  }
  /** Forgets the queries that have ended. */
  resetTerminated(): void {
    this.#terminated = []
  }

  /** @internal Throws QUERY_NAME_IN_USE. */
  checkName(name: string | null): void {
    if (name === null || !this.active.some((query) => query.name === name)) return
    throw new MillraceError('QUERY_NAME_IN_USE', `An active query of this session has the name '${name}'.`, { details: { name } })
  }
  /** @internal */
  add(query: StreamingQuery): void {
    this.#active.set(query.id, query)
  }
  /** @internal What the backend is given: it tells all listeners, and keeps the books. */
  readonly broadcast: StreamingQueryListener = {
    onQueryStarted: (event) => this.#tell((one) => one.onQueryStarted?.(event)),
    onQueryProgress: (event) => this.#tell((one) => one.onQueryProgress?.(event)),
    onQueryIdle: (event) => this.#tell((one) => one.onQueryIdle?.(event)),
    onQueryTerminated: (event) => {
      const query = this.#active.get(event.id)
      this.#active.delete(event.id)
      if (query !== undefined) this.#terminated.push(query)
      this.#tell((one) => one.onQueryTerminated?.(event))
      for (const wake of this.#waiting.splice(0)) wake()
    },
  }

  /** A listener that throws is reported as a warning and never ends a query. */
  #tell(tell: (listener: StreamingQueryListener) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener)
      } catch (error) {
        process.emitWarning(`A StreamingQueryListener threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, {
          code: 'MILLRACE_LISTENER',
        })
      }
    }
  }
}
