/** The simulated world: an `Io` in which nothing happens but by the program under test and by the test itself. */
import type { Io, Net } from './io.ts'
import { ManualClock } from './manual-clock.ts'
import { SeededRandom } from './seeded-random.ts'
import { SimulatedDisk } from './simulated-disk.ts'
import { SimulatedProcesses } from './simulated-processes.ts'

export interface SimulatedIo extends Io {
  readonly clock: ManualClock
  readonly random: SeededRandom
  readonly disk: SimulatedDisk
  readonly processes: SimulatedProcesses
}
export interface SimulatedIoOptions {
  /** What decides: print it when a test fails. */
  readonly seed: number
  /** What the clock shows at first; 2026-01-01 if not given. */
  readonly startMs?: number
  /** A disk that is there already, as after a power cut. Its files get their times from the new clock. */
  readonly disk?: SimulatedDisk
  readonly processes?: SimulatedProcesses
  /** Without it every connection fails with ENETUNREACH. */
  readonly net?: Net
}

const START_MS = Date.UTC(2026, 0, 1)

/**
 * A world for one run of a program; the next run, after a crash, gets a world of its own around the disk that is left.
 *
 * @example
 * ```ts
 * import { simulatedIo } from 'millrace/testing'
 *
 * const io = simulatedIo({ seed: 7 })
 * io.disk.put('/in/a.json', Buffer.from('{"n": 1}\n'))
 * const after = simulatedIo({ seed: 7, startMs: io.clock.nowMs(), disk: io.disk.powerCut({ unsynced: 'torn', subset: 1 }) })
 * console.log(after.disk.files()) // [ { path: '/in/a.json', sizeBytes: 9 } ]
 * ```
 */
export function simulatedIo({ seed, startMs = START_MS, disk, processes, net }: SimulatedIoOptions): SimulatedIo {
  const clock = new ManualClock(startMs)
  disk?.useClock(clock)
  return Object.freeze({
    clock,
    random: new SeededRandom(seed),
    disk: disk ?? new SimulatedDisk({ seed, clock }),
    net: net ?? noNet,
    processes: processes ?? new SimulatedProcesses(),
  })
}

const unreachable = async (): Promise<never> => {
  throw Object.assign(new Error('ENETUNREACH: the simulated world has no network'), { code: 'ENETUNREACH' })
}
const noNet: Net = { connect: unreachable, listen: unreachable, dial: unreachable }
