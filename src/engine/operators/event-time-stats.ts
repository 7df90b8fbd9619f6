/** Least, greatest and mean event time of an epoch, for progress. */
export class EventTimeStats {
  #count = 0n
  #sum = 0n
  #min = 0n
  #max = 0n

  reset(): void {
    this.#count = 0n
    this.#sum = 0n
  }

  add(time: bigint): void {
    if (this.#count === 0n || time < this.#min) this.#min = time
    if (this.#count === 0n || time > this.#max) this.#max = time
    this.#count++
    this.#sum += time
  }

  get value(): { readonly min: bigint; readonly max: bigint; readonly avg: bigint } | null {
    return this.#count === 0n ? null : { min: this.#min, max: this.#max, avg: this.#sum / this.#count }
  }
}
