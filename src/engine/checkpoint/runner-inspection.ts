/** Who has claimed a checkpoint, and whether they still run, as far as it can be seen from here. Reads only. */
import type { Io, ProcessIdentity } from '../../io/io.ts'
import { namesIn } from './log-reader.ts'
import { claims, isReleased, type RunnerClaim, readClaim } from './runners.ts'

/** `released`: it ended in order. `dead`: its process is gone. `unknown`: it ran on another host, or the system does not say. */
export type RunnerState = 'alive' | 'dead' | 'unknown' | 'released'

export interface RunnerInspection {
  readonly runnerEpoch: number
  readonly state: RunnerState
  /** It is the newest one and not known to have ended, so it keeps others out. */
  readonly holds: boolean
  /** Null where the file of the claim does not say. */
  readonly claim: { readonly identity: ProcessIdentity; readonly runId: string; readonly claimedMs: number } | null
}

export async function inspectRunners(
  io: Io,
  folder: string,
): Promise<{ readonly claims: readonly RunnerInspection[]; readonly drafts: readonly string[] }> {
  const known = await claims(io, folder)
  const runners: RunnerInspection[] = []
  for (const runnerEpoch of known) {
    const claim = await claimThere(io, folder, runnerEpoch)
    const state: RunnerState = (await isReleased(io, folder, runnerEpoch))
      ? 'released'
      : claim === null
        ? 'dead'
        : io.processes.stateOf(claim.identity)
    runners.push({
      runnerEpoch,
      state,
      holds: runnerEpoch === known.at(-1) && (state === 'alive' || state === 'unknown'),
      claim: claim === null ? null : { identity: claim.identity, runId: claim.runId, claimedMs: claim.claimedMs },
    })
  }
  const drafts = (await namesIn(io.disk, folder)).filter(({ name }) => name.startsWith('.')).map(({ name }) => `${folder}/${name}`)
  return { claims: runners, drafts }
}

/** Null where it cannot be read, or was removed by a newer claim meanwhile. */
async function claimThere(io: Io, folder: string, runnerEpoch: number): Promise<RunnerClaim | null> {
  try {
    return await readClaim(io, folder, runnerEpoch)
  } catch {
    return null
  }
}
