/** The journal of a query without a checkpoint: it orders the epochs of one run, checks that they come in order, and forgets with the process. */
import { assert } from '../../error.ts'
import type { BeginFrame, CommitFrame, Journal, RecoveredJournal } from './contract.ts'

export class MemoryJournal implements Journal {
  readonly #queryId: string
  #begun: BeginFrame | null = null
  #committed: RecoveredJournal['committed'] = null

  constructor(queryId: string) {
    this.#queryId = queryId
  }

  recover(): Promise<RecoveredJournal> {
    return Promise.resolve({ queryId: this.#queryId, committed: this.#committed, inDoubt: this.#begun })
  }

  begin(frame: BeginFrame): Promise<void> {
    const next = this.#committed === null ? 0 : this.#committed.begin.epoch + 1
    assert(frame.epoch === next, `epoch ${frame.epoch} begins, and ${next} is the next one`)
    this.#begun = frame
    return Promise.resolve()
  }

  commit(frame: CommitFrame): Promise<void> {
    assert(this.#begun?.epoch === frame.epoch, `epoch ${frame.epoch} is committed, and ${this.#begun?.epoch ?? 'none'} was begun`)
    this.#committed = { begin: this.#begun, commit: frame }
    this.#begun = null
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
