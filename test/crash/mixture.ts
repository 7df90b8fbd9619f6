/** Machines whose checkpoint and output are not of one time. */
import { SimulatedDisk } from '../../src/io/simulated-disk.ts'
import { diskOf } from './damage.ts'
import { type Enumeration, runnerOf, SEED } from './enumeration.ts'
import { type Machine, start, withInput } from './machine.ts'
import { CHECKPOINT } from './scenarios.ts'

/** The checkpoint of one machine and all else of another. */
export function mixture(checkpoint: Machine, output: Machine): Machine {
  const disk = new SimulatedDisk({ seed: SEED })
  const isOfCheckpoint = ({ path }: { readonly path: string }): boolean => path.startsWith(`${CHECKPOINT}/`)
  for (const [machine, wanted] of [[checkpoint, true] as const, [output, false] as const]) {
    const from = diskOf(machine)
    for (const file of from.files()) if (isOfCheckpoint(file) === wanted) disk.put(file.path, from.contents(file.path))
  }
  return { ...checkpoint, processes: Math.max(checkpoint.processes, output.processes), disk: disk.snapshot() }
}

/**
 * Two runs went on from one copy of a checkpoint. Of the one there is the output, with its first epoch in it; of the other the checkpoint, in which that epoch is
 * begun: it has the same number, and is another one.
 */
export async function composed(enumeration: Enumeration): Promise<Machine> {
  const origin = withInput(enumeration.phases[1] as Machine)
  const first = await untilGrown(enumeration, origin, 'out')
  const second = await untilGrown(enumeration, { ...origin, processes: origin.processes + 5 }, 'journal')
  return mixture(second, first)
}

/** The machine at the moment at which the first epoch of a start is published, or begun. */
async function untilGrown({ scenario }: Enumeration, machine: Machine, what: 'out' | 'journal'): Promise<Machine> {
  const machines: Machine[] = []
  await start(scenario, machine, { onOperation: (one) => void machines.push(one) })
  const parts = (one: Machine): number =>
    diskOf(one)
      .files()
      .filter(({ path }) => /\/out\/part-/.test(path)).length
  const begun = (one: Machine): boolean => {
    const segments = diskOf(one)
      .files()
      .filter(({ path }) => path.startsWith(`${CHECKPOINT}/journal/`))
    const own = segments.at(-1)?.path ?? ''
    return own.includes(`/${String(runnerOf(diskOf(one))).padStart(10, '0')}-`) && blocksIn(diskOf(one).contents(own)) > 1
  }
  const before = parts(machine)
  const found = machines.find((one) => (what === 'out' ? parts(one) > before : begun(one)))
  if (found === undefined) throw new Error(`the start never came so far: ${what}`)
  return found
}

const blocksIn = (bytes: Uint8Array): number => Buffer.from(bytes).toString('latin1').split('MRB1').length - 1
