/**
 * A clock that stands still until it is told: tests of time take no time and always go the same way. Sleepers wake one at a time, in the order of their
 * times (and of their calls where those are equal), and what they do next runs before the following one wakes.
 */
import type { Clock } from './io.ts'

interface Sleeper {
  readonly dueMs: number
  readonly wake: () => void
}

/**
 * @example
 * ```ts
 * import { ManualClock } from 'millrace/testing'
 *
 * const clock = new ManualClock(Date.UTC(2026, 0, 1))
 * const alarm = clock.sleep(60_000)
 * await clock.advance(60_000)
 * await alarm
 * ```
 */
export class ManualClock implements Clock {
  #wallMs: number
  #elapsedMs = 0
  #sleepers: Sleeper[] = []

  /** `startMs`: what the wall clock shows at first, in milliseconds since 1970. */
  constructor(startMs = 0) {
    this.#wallMs = startMs
  }

  nowMs(): number {
    return this.#wallMs
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  yieldNow(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  /** How many wait in `sleep` now. */
  get sleepers(): number {
    return this.#sleepers.length
  }

  sleep(ms: number, { signal }: { readonly signal?: AbortSignal; readonly unref?: boolean } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const aborted = (): void => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper)
        reject(signal?.reason)
      }
      const sleeper: Sleeper = {
        dueMs: this.#elapsedMs + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', aborted)
          resolve()
        },
      }
      signal?.addEventListener('abort', aborted, { once: true })
      const after = this.#sleepers.findIndex((one) => one.dueMs > sleeper.dueMs)
      this.#sleepers.splice(after < 0 ? this.#sleepers.length : after, 0, sleeper)
    })
  }

  /** Lets `ms` pass. Sleepers whose time comes wake at exactly that time. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsedMs + ms
    await this.yieldNow()
    for (let next = this.#sleepers[0]; next !== undefined && next.dueMs <= target; next = this.#sleepers[0]) {
      this.#sleepers.shift()
      this.#pass(next.dueMs)
      next.wake()
      await this.yieldNow()
    }
    this.#pass(target)
    await this.yieldNow()
  }

  /** Sets the wall clock: forward, the time between passes for sleepers too; back, only the wall clock changes, as when a machine's clock is corrected. */
  async set(wallMs: number): Promise<void> {
    if (wallMs >= this.#wallMs) return this.advance(wallMs - this.#wallMs)
    this.#wallMs = wallMs
  }

  #pass(elapsedMs: number): void {
    this.#wallMs += elapsedMs - this.#elapsedMs
    this.#elapsedMs = elapsedMs
  }
}
