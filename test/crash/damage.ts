/** Damage that no program did, to the files of a checkpoint and of an output, and what may come of it: the right output, or an error that says where it is. */
import { MillraceError } from '../../src/error.ts'
import type { Corruption } from '../../src/io/disk-node.ts'
import { SimulatedDisk } from '../../src/io/simulated-disk.ts'
import { type Enumeration, SEED } from './enumeration.ts'
import { type Machine, start } from './machine.ts'

export interface Damage {
  readonly path: string
  readonly how: Corruption
  readonly text: string
}

/** What says that a checkpoint or an output is not what it was. */
export const FOUND: readonly string[] = [
  'CHECKPOINT_DAMAGED',
  'CHECKPOINT_FORMAT',
  'CHECKPOINT_OLDER_THAN_OUTPUT',
  'OUTPUT_OLDER_THAN_CHECKPOINT',
  'QUERY_FENCED',
]
const SECTOR_BYTES = 512

export const diskOf = (machine: Machine): SimulatedDisk => new SimulatedDisk({ seed: SEED, from: machine.disk })

/** Kinds of files by their place: `journal`, `state`, `sources`, `runners`, `query`, `manifest`, `work`, `part`, `table`. */
export function kindOf(path: string): string {
  const [, place = '', inside = ''] = /^\/(?:checkpoint|out\/_millrace)\/([a-z]+)(\/.*)?$/.exec(path) ?? []
  if (path.startsWith('/table/')) return 'table'
  if (path.startsWith('/in/')) return 'input'
  if (place === '') return 'part'
  return place === 'log' ? 'manifest' : inside.endsWith('.released') ? 'released' : place
}

/** Flipped bits, cut ends, zeroed sectors; each file as it was earlier; and each in the place of another of its kind. `steps`: of each about so many. */
export function damagesOf(machine: Machine, earlier: readonly Machine[], steps: number): readonly Damage[] {
  const disk = diskOf(machine)
  const files = disk.files().filter(({ path }) => !['input', 'released'].includes(kindOf(path)))
  return files.flatMap(({ path, sizeBytes }, index) => {
    const every = Math.max(1, Math.ceil(sizeBytes / steps))
    const places = Array.from({ length: Math.ceil(sizeBytes / every) }, (_, at) => Math.min(sizeBytes - 1, at * every + (index % every)))
    const sectors = Array.from({ length: Math.ceil(sizeBytes / SECTOR_BYTES) }, (_, sector) => sector)
    const others = files.filter((one) => one.path !== path && kindOf(one.path) === kindOf(path)).slice(0, steps)
    return [
      ...places.map((at) => ({ path, how: { flipBit: at * 8 + (at % 8) }, text: `bit ${at * 8 + (at % 8)} flipped` })),
      ...[...new Set([0, ...places])].map((at) => ({ path, how: { truncateTo: at }, text: `cut to ${at} bytes` })),
      ...sectors.map((sector) => ({ path, how: { zeroSector: sector }, text: `sector ${sector} zeroed` })),
      ...versionsOf(path, disk.contents(path), earlier).map((bytes) => ({
        path,
        how: { replaceWith: bytes },
        text: `an older version of ${bytes.length} bytes`,
      })),
      ...others.map((one) => ({ path, how: { replaceWith: disk.contents(one.path) }, text: `'${one.path}' in its place` })),
    ]
  })
}

function versionsOf(path: string, now: Uint8Array, earlier: readonly Machine[]): Uint8Array[] {
  const found = new Map<string, Uint8Array>()
  for (const machine of earlier) {
    const disk = diskOf(machine)
    if (!disk.files().some((one) => one.path === path)) continue
    const bytes = disk.contents(path)
    found.set(Buffer.from(bytes).toString('latin1'), bytes)
  }
  found.delete(Buffer.from(now).toString('latin1'))
  return [...found.values()]
}

/** Starts the query on a damaged machine. `right`, or the code of an error that may be; throws what may not be. */
export async function outcomeOf(enumeration: Enumeration, machine: Machine, { path, how, text }: Damage): Promise<string> {
  const disk = diskOf(machine)
  disk.corrupt(path, how)
  try {
    return await startedOn(enumeration, { ...machine, disk: disk.snapshot() })
  } catch (error) {
    throw new Error(`${enumeration.scenario.name}, '${path}': ${text}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

export async function startedOn(enumeration: Enumeration, machine: Machine): Promise<string> {
  const { failure, ...rest } = await start(enumeration.scenario, machine)
  if (failure !== null) {
    if (MillraceError.is(failure) && FOUND.includes(failure.code)) return failure.code
    throw failure
  }
  const wrong = await enumeration.wrongness({ failure, ...rest })
  if (wrong !== null) throw new Error(wrong)
  return 'right'
}
