/** The checkpoints below a folder, each in a few words. Reads only. */
import { basename } from 'node:path'
import { MillraceError } from '../../error.ts'
import type { Io } from '../../io/io.ts'
import { type CheckpointInspection, inspectCheckpoint, isCheckpoint } from './inspection.ts'

export interface ListedCheckpoint {
  readonly location: string
  readonly queryId: string | null
  readonly sink: string | null
  /** The last committed epoch and its time; null before the first. */
  readonly lastEpoch: number | null
  readonly lastEpochMs: number | null
  readonly lineage: number
  /** `running`: its runner lives. `unknown`: it runs or ran on another host. */
  readonly state: 'running' | 'unknown' | 'stopped' | 'unreadable'
  readonly bytes: number
  /** Why it cannot be read; null where it can. */
  readonly problem: string | null
}

/** Folders within folders that are looked into. */
const DEPTH_MAX = 6

/** Throws INVALID_ARGUMENT where there is no such folder. */
export async function listCheckpoints(io: Io, folder: string): Promise<readonly ListedCheckpoint[]> {
  if ((await io.disk.stat(folder))?.isDirectory !== true)
    throw new MillraceError('INVALID_ARGUMENT', `There is no folder '${folder}'.`, { details: { folder } })
  const found: ListedCheckpoint[] = []
  const look = async (path: string, depth: number): Promise<void> => {
    if (await isCheckpoint(io.disk, path)) {
      found.push(await listed(io, path))
      return
    }
    if (depth === DEPTH_MAX) return
    for (const entry of await io.disk.list(path)) {
      const name = basename(entry.path)
      if (entry.isDirectory && !name.startsWith('.') && name !== 'node_modules') await look(entry.path, depth + 1)
    }
  }
  await look(folder, 0)
  return found
}

async function listed(io: Io, location: string): Promise<ListedCheckpoint> {
  try {
    return summary(await inspectCheckpoint(io, location))
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return {
      location,
      queryId: null,
      sink: null,
      lastEpoch: null,
      lastEpochMs: null,
      lineage: 0,
      state: 'unreadable',
      bytes: 0,
      problem,
    }
  }
}

function summary({ location, query, program, epochs, lineage, runners, files }: CheckpointInspection): ListedCheckpoint {
  const last = epochs.at(-1)
  const holder = runners.at(-1)
  return {
    location,
    queryId: query?.queryId ?? null,
    sink: program?.sink ?? null,
    lastEpoch: last?.epoch ?? null,
    lastEpochMs: last?.batchTimeMs ?? null,
    lineage,
    state: holder?.holds ? (holder.state === 'alive' ? 'running' : 'unknown') : 'stopped',
    bytes: files.reduce((sum, one) => sum + one.bytes, 0),
    problem: null,
  }
}
