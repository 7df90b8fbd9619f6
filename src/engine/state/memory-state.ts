/** State of a query without a checkpoint: tables in memory, and nothing under them. */
import { NO_STATE, type StateCommit, type StateProvider, type StateSchema, type StateStore } from './contract.ts'
import { StateMemory, StateTable } from './state-table.ts'

export class MemoryStateProvider implements StateProvider {
  readonly #memory: StateMemory

  /** `memoryBytesMax` is for all stores together; null: as much as there is. */
  constructor(memoryBytesMax: number | null = null) {
    this.#memory = new StateMemory(memoryBytesMax)
  }
  open(schema: StateSchema): Promise<StateStore> {
    return Promise.resolve(new MemoryStateStore(schema, { memory: this.#memory }))
  }
  sync(): Promise<void> {
    return Promise.resolve()
  }
  close(): Promise<void> {
    return Promise.resolve()
  }
}

class MemoryStateStore extends StateTable implements StateStore {
  commit(): Promise<StateCommit> {
    this.seal()
    return Promise.resolve(NO_STATE)
  }
}
