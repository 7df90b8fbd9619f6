/** Tells those who wait for data that there may be some. A wait leaves nothing behind, however it ends. Sources that are pushed to build waitForData on it. */
export class DataSignal {
  #waiters: (() => void)[] = []

  /** Resolves at the next `fire`, or when `signal` is aborted. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiters = this.#waiters.filter((one) => one !== done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#waiters.push(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  fire(): void {
    for (const done of this.#waiters) done()
  }
}
