/** `session.streams`: the queries of a session, and who listens to them. */
import { MillraceError } from '../error.ts'
import type { StreamingQueryListener } from '../plan/contracts/backend.ts'
import type { StreamingQuery } from './streaming-query.ts'

export class StreamingQueryManager {
  readonly #active = new Map<string, StreamingQuery>()
  readonly #listeners = new Set<StreamingQueryListener>()
  /** What ended a query since the last resetTerminated: the first error, else null. Not the queries: a session may see very many. */
  #terminated: { readonly error: MillraceError | null } | null = null
  readonly #waiting = new Set<() => void>()

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
    if (this.#terminated === null) await this.#nextTermination(timeoutMs)
    if (this.#terminated?.error) throw this.#terminated.error
    return this.#terminated !== null
  }
  /** Forgets that queries have ended. */
  resetTerminated(): void {
    this.#terminated = null
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
      if (this.#active.delete(event.id)) this.#terminated = { error: this.#terminated?.error ?? event.exception }
      this.#tell((one) => one.onQueryTerminated?.(event))
      for (const wake of this.#waiting) wake()
    },
  }

  async #nextTermination(timeoutMs: number | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    let wake = (): void => undefined
    await new Promise<void>((resolve) => {
      wake = resolve
      this.#waiting.add(wake)
      if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs)
    })
    clearTimeout(timer)
    this.#waiting.delete(wake)
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
