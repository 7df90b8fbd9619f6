/**
 * Waiting for whatever comes first: new data, a time, a wake-up, the stop. Every wait cleans up after itself, so that a query that waits a million times
 * leaves no listeners behind.
 */
import type { Clock } from '../../io/io.ts'

/** Why a wait is over. One for all: an error of its own, with its stack, would be the dearest part of a short wait. */
const ENDED = new DOMException('The wait is over', 'AbortError')

export class Waiter {
  readonly #clock: Clock
  #wake: (() => void) | null = null
  #woken = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ends the wait that is under way, or the next one. */
  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  /**
   * Resolves when one of `events` does, `untilMs` (wall clock) has come, or `wake` is called. Errors of an event reject.
   * `signal` ends the wait too, without an error: the caller looks at it.
   */
  async wait(options: {
    readonly untilMs: number | null
    readonly signal: AbortSignal
    readonly events: (signal: AbortSignal) => readonly Promise<void>[]
  }): Promise<void> {
    if (this.#woken || options.signal.aborted) {
      this.#woken = false
      return
    }
    const ended = new AbortController()
    const stop = (): void => ended.abort(ENDED)
    options.signal.addEventListener('abort', stop, { once: true })
    try {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
        ended.signal.addEventListener('abort', () => resolve(), { once: true })
      })
      const races = [woken, ...options.events(ended.signal)]
      if (options.untilMs !== null)
        races.push(this.#clock.sleep(Math.max(0, options.untilMs - this.#clock.nowMs()), { signal: ended.signal }))
      for (const race of races) race.catch(() => undefined)
      await Promise.race(races)
    } catch (error) {
      if (!options.signal.aborted) throw error
    } finally {
      this.#wake = null
      this.#woken = false
      ended.abort(ENDED)
      options.signal.removeEventListener('abort', stop)
    }
  }
}
