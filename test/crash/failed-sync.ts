/** A sync that fails, starts on the same machine that go on from what it left, and a loss of power after that. */
import { MillraceError } from '../../src/error.ts'
import { type Cut, type Enumeration, SEED } from './enumeration.ts'
import { cut, type Machine, machineOf, start, withInput } from './machine.ts'
import type { Scenario } from './scenarios.ts'

/** What a disk that fails may end a query with; all else would put the blame on something else. */
export const DISK_FAILURES: readonly string[] = ['SOURCE_FAILED', 'SINK_FAILED', 'CHECKPOINT_FAILED']

/** The operations of a start that make something durable. */
export async function syncsOf(scenario: Scenario, machine: Machine): Promise<readonly number[]> {
  const { disk } = await start(scenario, machine)
  return disk.trace.filter((line) => /^\d+ sync(-folder)? /.test(line)).map((line) => Number(line.split(' ')[0]))
}

/** The machine after a start of which one operation failed; it stayed on, and its disk is well again. */
export async function withFailure(scenario: Scenario, machine: Machine, number: number): Promise<Machine> {
  const one = await start(scenario, machine, { prepare: (disk) => disk.failOperation(number, 'EIO') })
  if (one.failure !== null && !(one.failure instanceof MillraceError && DISK_FAILURES.includes(one.failure.code))) throw one.failure
  one.disk.heal()
  return machineOf(one)
}

/** Starts on a machine on which syncs failed, and says what is to be tried after it. */
export class FailedSync {
  readonly #enumeration: Enumeration
  readonly #what: string
  /** The machine before the first operation of the start, and after each. */
  readonly machines: readonly Machine[]

  private constructor(enumeration: Enumeration, what: string, machines: readonly Machine[]) {
    this.#enumeration = enumeration
    this.#what = what
    this.machines = machines
  }

  /** A start that comes right though the syncs `numbers` failed before it. Throws where it does not. */
  static async after(enumeration: Enumeration, machine: Machine, numbers: readonly number[]): Promise<FailedSync> {
    const what = `syncs fail: ${numbers.join(', ')}`
    return new FailedSync(enumeration, what, await cameRight(enumeration, machine, what))
  }

  /** The power goes after operation `at` of the start, and one more start comes right. Null where the same was tried before. */
  async cut(at: number, how: Cut): Promise<readonly Machine[] | null> {
    const machine = cut(this.machines[at] as Machine, SEED, how)
    if (this.#enumeration.isKnown(machine)) return null
    return cameRight(this.#enumeration, machine, `${this.#what}; cut after ${at} ${JSON.stringify(how)}`)
  }
}

async function cameRight(enumeration: Enumeration, machine: Machine, what: string): Promise<readonly Machine[]> {
  const machines: Machine[] = [machine]
  try {
    const one = await start(enumeration.scenario, withInput(machine), { onOperation: (next) => void machines.push(next) })
    if (one.failure !== null) throw one.failure
    const wrong = await enumeration.wrongness(one)
    if (wrong !== null) throw new Error(wrong)
    return machines
  } catch (error) {
    throw new Error(`${enumeration.scenario.name}, ${what}: ${String(error)}`, { cause: error })
  }
}
