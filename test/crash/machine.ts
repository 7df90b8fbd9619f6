/**
 * A simulated machine on which a scenario's query is started again and again. Each start is a process of its own, whose predecessors are dead, and runs the
 * real engine to the end of its input (availableNow). The machine's state is a value: it can be kept at every operation of the disk and gone on from.
 */
import { jsonFilesSource } from '../../src/connectors/files/files-provider.ts'
import { jsonFilesSink } from '../../src/connectors/files/files-sink-provider.ts'
import { createEmbeddedBackend } from '../../src/engine/backend.ts'
import type { CheckpointTuning } from '../../src/engine/checkpoint/tuning.ts'
import { MillraceError } from '../../src/error.ts'
import { StreamSession } from '../../src/index.ts'
import { SimulatedCrash } from '../../src/io/disk-faults.ts'
import type { Disk, Io, Processes, ProcessIdentity } from '../../src/io/io.ts'
import type { PowerCut } from '../../src/io/power-cut.ts'
import { simulatedIo } from '../../src/io/simulated.ts'
import { type DiskSnapshot, SimulatedDisk } from '../../src/io/simulated-disk.ts'
import { Catalog } from '../../src/plan/contracts/catalog.ts'
import { inputFiles } from './input.ts'
import { lossySource, NOTHING_SENT, Outside, type OutsideState } from './lossy-source.ts'
import type { Scenario } from './scenarios.ts'
import { tableSink } from './table-sink.ts'

const START_MS = Date.UTC(2026, 0, 2)
const HANG_MS = 20_000

/** Small enough that some epochs bring segments to roll, rounds of snapshots to close, and the purge to run. */
const tuning: CheckpointTuning = {
  journalSegmentBytes: 6_000,
  journalSegmentEpochs: 3,
  stateSegmentBytes: 800,
  sourceLogSegmentBytes: 250,
  inlineBytesMax: 350,
}
const EPOCHS_RETAINED = 2

/** A machine that is off: what stays. */
export interface Machine {
  readonly disk: DiskSnapshot
  readonly outside: OutsideState
  /** How many processes there were. */
  readonly processes: number
}
/** One start of the query, and what it came to. */
export interface Start {
  readonly disk: SimulatedDisk
  readonly outside: Outside
  readonly processes: number
  /** Null where the query came to the end of its input. */
  readonly failure: MillraceError | SimulatedCrash | null
}

export const newMachine = (seed: number): Machine => ({ disk: new SimulatedDisk({ seed }).snapshot(), outside: NOTHING_SENT, processes: 0 })

/** The first `count` files of the input are there, those that were not before with a newer time. */
export function withInput(machine: Machine, count: number = inputFiles.length): Machine {
  const disk = new SimulatedDisk({ seed: 0, from: machine.disk, clock: { nowMs: () => START_MS + machine.processes * 60_000 } })
  const there = new Set(disk.files().map(({ path }) => path))
  for (const { path, text } of inputFiles.slice(0, count)) if (!there.has(path)) disk.put(path, Buffer.from(text))
  return { ...machine, disk: disk.snapshot() }
}

export const machineOf = ({ disk, outside, processes }: Start): Machine => ({ disk: disk.snapshot(), outside: outside.state, processes })

/** What is left of a machine when it loses its power, or (`restart`) only its processes. */
export function cut(machine: Machine, seed: number, how: PowerCut | 'restart'): Machine {
  const disk = new SimulatedDisk({ seed, from: machine.disk })
  return { ...machine, disk: (how === 'restart' ? disk.restart() : disk.powerCut(how)).snapshot() }
}

export interface StartOptions {
  /** Before the query starts: faults, lies. */
  readonly prepare?: (disk: SimulatedDisk) => void
  /** From this operation on the disk says that it synced what it did not. */
  readonly liesFrom?: number
  /** Called after each operation of the disk. */
  readonly onOperation?: (machine: Machine) => void
  /** The process of the last start goes on, and starts the query another time. */
  readonly sameProcess?: boolean
  /** A disk that other processes of the machine use at the same time, in place of one of the machine's own. */
  readonly shared?: SimulatedDisk
  /** What the process has for a disk. */
  readonly wrap?: (disk: SimulatedDisk) => Disk
}

/** Starts the query and waits for its end. Throws where it hangs, or ends with something that is no MillraceError. */
export async function start(scenario: Scenario, machine: Machine, options: StartOptions = {}): Promise<Start> {
  const processes = machine.processes + (options.sameProcess ? 0 : 1)
  const disk = options.shared ?? new SimulatedDisk({ seed: processes, from: machine.disk })
  const outside = new Outside(machine.outside)
  const io = simulatedIo({ seed: 1000 + processes, startMs: START_MS + processes * 60_000, disk })
  const { onOperation, liesFrom = Number.POSITIVE_INFINITY } = options
  if (onOperation !== undefined || options.liesFrom !== undefined)
    disk.onOperation = ({ number }) => {
      if (number >= liesFrom) disk.lieAboutSync(true)
      onOperation?.({ disk: disk.snapshot(), outside: outside.state, processes })
    }
  options.prepare?.(disk)
  const failure = await ran(scenario, { ...io, disk: options.wrap?.(disk) ?? disk, processes: new DeadPredecessors(processes) }, outside)
  disk.onOperation = null
  return { disk, outside, processes, failure }
}

async function ran(scenario: Scenario, io: Io, outside: Outside): Promise<Start['failure']> {
  const session = sessionOn(io, outside)
  let timer: NodeJS.Timeout | undefined
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the query hangs')), HANG_MS).unref()
  })
  try {
    await Promise.race([scenario.start(session).awaitTermination(), hang])
    return null
  } catch (error) {
    if (MillraceError.is(error) || error instanceof SimulatedCrash) return error
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function sessionOn(io: Io, outside: Outside): StreamSession {
  const catalog = new Catalog()
  for (const source of [jsonFilesSource, lossySource(outside)]) catalog.registerSource(source)
  for (const sink of [jsonFilesSink, tableSink]) catalog.registerSink(sink)
  const backend = createEmbeddedBackend({ catalog, io, tuning })
  const tables = {
    table: (): never => {
      throw new Error('there are no tables')
    },
  }
  const session = new StreamSession({ catalog, backend, io, tables, print: () => undefined }, 'crash')
  session.conf.set('millrace.checkpoint.epochsRetained', EPOCHS_RETAINED)
  return session
}

/** Process number n: those with lower numbers are dead. */
class DeadPredecessors implements Processes {
  readonly self: ProcessIdentity

  constructor(number: number) {
    this.self = { host: 'simulated', pid: number, startedAt: String(number) }
  }
  stateOf({ pid }: ProcessIdentity): 'alive' | 'dead' {
    return pid < this.self.pid ? 'dead' : 'alive'
  }
}
