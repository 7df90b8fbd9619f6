/** Processes that begin and die when a test says so. All that come from one first share what they know; of others nothing is known. */
import type { Processes, ProcessIdentity } from './io.ts'

/**
 * @example
 * ```ts
 * import { SimulatedProcesses } from 'millrace/testing'
 *
 * const first = new SimulatedProcesses()
 * const second = first.begin()
 * console.log(second.stateOf(first.self)) // alive
 * first.end()
 * console.log(second.stateOf(first.self)) // dead
 * ```
 */
export class SimulatedProcesses implements Processes {
  readonly self: ProcessIdentity
  readonly #states: Map<string, 'alive' | 'dead' | 'unknown'>

  constructor(self: ProcessIdentity = { host: 'simulated', pid: 1, startedAt: '1' }, amongst?: SimulatedProcesses) {
    this.self = Object.freeze({ ...self })
    this.#states = amongst === undefined ? new Map() : amongst.#states
    this.setState(self, 'alive')
  }

  stateOf(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
    return this.#states.get(keyOf(identity)) ?? 'unknown'
  }

  setState(identity: ProcessIdentity, state: 'alive' | 'dead' | 'unknown'): void {
    this.#states.set(keyOf(identity), state)
  }

  /** Another process, alive; on the same host if not told otherwise. */
  begin(host = this.self.host): SimulatedProcesses {
    const count = this.#states.size + 1
    return new SimulatedProcesses({ host, pid: count, startedAt: String(count) }, this)
  }

  /** This process dies. */
  end(): void {
    this.setState(this.self, 'dead')
  }
}

const keyOf = ({ host, pid, startedAt }: ProcessIdentity): string => JSON.stringify([host, pid, startedAt])
