/** A runner that sleeps at any moment, is taken for dead, and wakes up when a newer one has done all: it changes nothing. */
import type { MillraceError } from '../../src/error.ts'
import { SimulatedDisk } from '../../src/io/simulated-disk.ts'
import { type Enumeration, SEED } from './enumeration.ts'
import { type Machine, machineOf, start } from './machine.ts'
import { SleepingDisk } from './sleeping-disk.ts'

/**
 * `before`: which change of the runner it sleeps before; false where it made fewer. `dies`: the newer one never comes to its end, but dies before that change, so
 * that what it needed of the checkpoint is needed once more.
 */
export async function checkSleeper(
  enumeration: Enumeration,
  machine: Machine,
  { before, dies = null }: { readonly before: number; readonly dies?: number | null },
): Promise<boolean> {
  const { scenario } = enumeration
  const disk = new SimulatedDisk({ seed: SEED, from: machine.disk })
  const sleeper = new SleepingDisk(disk, before)
  const old = start(scenario, machine, { shared: disk, wrap: () => sleeper.disk })
  const slept = await Promise.race([old.then(() => false), sleeper.asleep.then(() => true)])
  if (!slept) return false
  try {
    const next = { ...machine, processes: machine.processes + 1 }
    const newer = dies === null ? await start(scenario, next, { shared: disk }) : await died(next, dies)
    if (newer !== null && newer.failure !== null) throw newer.failure
    if (newer !== null) await mustBeRight(newer)
    sleeper.wake()
    const { failure, ...rest } = await old
    // One that slept before its claim may find that of the dead one, which it takes for alive.
    if (failure !== null && !['QUERY_FENCED', 'CHECKPOINT_IN_USE'].includes((failure as MillraceError).code)) throw failure
    if (newer !== null) await mustBeRight(newer)
    const last = await start(scenario, { ...machineOf({ failure, ...rest }), processes: machine.processes + 2 })
    if (last.failure !== null) throw last.failure
    await mustBeRight(last)
    return true
  } catch (error) {
    sleeper.wake()
    throw new Error(
      `${scenario.name}, a runner that sleeps before its change ${before} (the newer one dies: ${dies}): ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    )
  }

  /** Null: it is dead. */
  async function died(next: Machine, changes: number): Promise<Awaited<ReturnType<typeof start>> | null> {
    const dead = new SleepingDisk(disk, changes)
    const run = start(scenario, next, { shared: disk, wrap: () => dead.disk }).catch(() => null)
    return Promise.race([run, dead.asleep.then(() => null)])
  }

  async function mustBeRight(one: Awaited<ReturnType<typeof start>>): Promise<void> {
    const wrong = await enumeration.wrongness(one)
    if (wrong !== null) throw new Error(wrong)
  }
}
