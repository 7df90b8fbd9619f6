/** Waiting longer from one attempt to the next, and by chance a bit more or less, so that many clients do not come back at once. */
import type { Io } from '../../io/io.ts'

const FIRST_MS = 50
const LAST_MS = 1_000
const JITTER = 0.2

export class Backoff {
  readonly #io: Pick<Io, 'clock' | 'random'>
  #attempts = 0

  constructor(io: Pick<Io, 'clock' | 'random'>) {
    this.#io = io
  }

  /** What the next wait takes. */
  nextMs(): number {
    const plain = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(this.#attempts++, 10))
    return plain * (1 + JITTER * (2 * this.#io.random.next() - 1))
  }

  wait(signal?: AbortSignal): Promise<void> {
    return this.#io.clock.sleep(this.nextMs(), signal === undefined ? {} : { signal })
  }

  reset(): void {
    this.#attempts = 0
  }
}
