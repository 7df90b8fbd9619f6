/** The journal of a query without a checkpoint: it checks that epochs come in order, and forgets with the process. */
import { assert } from '../../error.ts'
import type { BeginFrame, CommitFrame, Journal, RecoveredJournal } from './contract.ts'

export class MemoryJournal implements Journal {
  #next = 0
  #begun: number | null = null

  begin({ epoch }: BeginFrame): Promise<void> {
    assert(epoch === this.#next && this.#begun === null, `epoch ${epoch} begins, and ${this.#begun ?? this.#next} is the next one`)
    this.#begun = epoch
    return Promise.resolve()
  }

  async commit({ epoch }: CommitFrame, next: BeginFrame | null): Promise<void> {
    assert(this.#begun === epoch, `epoch ${epoch} is committed, and ${this.#begun ?? 'none'} was begun`)
    this.#next++
    this.#begun = null
    if (next !== null) await this.begin(next)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** What a query without a checkpoint goes on from. */
export const nothingRecovered = (queryId: string): RecoveredJournal => ({
  queryId,
  runner: { runnerEpoch: 1, lineage: 0, rewoundTo: null },
  committed: null,
  inDoubt: null,
})
