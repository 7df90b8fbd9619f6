/** A source's log in memory, for the conformance suite: what stays when the source is opened again. */
import assert from 'node:assert/strict'
import type { SourceLog } from '../plan/contracts/source.ts'

export class MemorySourceLog implements SourceLog {
  readonly #entries: Uint8Array[] = []
  #first = 0

  get length(): number {
    return this.#entries.length
  }
  get first(): number {
    return this.#first
  }

  append(entries: readonly Uint8Array[]): Promise<void> {
    for (const entry of entries) this.#entries.push(entry.slice())
    return Promise.resolve()
  }

  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    assert.ok(
      from >= this.#first && to <= this.#entries.length,
      `entries ${from} to ${to} of a log that has ${this.#first} to ${this.length}`,
    )
    for (const entry of this.#entries.slice(from, to)) yield entry.slice()
  }

  dropBefore(index: number): Promise<void> {
    this.#first = Math.max(this.#first, index)
    return Promise.resolve()
  }
}
