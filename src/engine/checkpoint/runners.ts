/**
 * Runners: one start of a query from its checkpoint. A runner claims the next runner epoch by giving a file its name, which only one can; the file says who it
 * is. A claim that is not released and whose process is alive keeps others out, unless they take over.
 *
 * Fault model: the claim is written under a hidden name, synced, and linked, so it is never seen half. A process that was suspended and comes back finds the
 * claim of its successor (or its own gone) before it writes to the journal, and ends; what it could do between looking and writing is outside of the sealed
 * length of its segment, so nobody reads it, and the sink has shut it out.
 */
import { basename, dirname } from 'node:path'
import { MillraceError } from '../../error.ts'
import type { Io, ProcessIdentity } from '../../io/io.ts'
import type { Json } from '../../plan/contracts/source.ts'
import { scanBlocks } from './block.ts'
import { publishDraft, removeDrafts, writeDraft } from './draft.ts'
import { decodeJson } from './payload.ts'
import { readWhole } from './segments.ts'

export interface RunnerClaim {
  readonly runnerEpoch: number
  readonly identity: ProcessIdentity
  readonly runId: string
  readonly claimedMs: number
}
/**
 * The claims of this process that are not released. A process that is alive holds only these: a claim that could not be released in writing, since the disk
 * was full, is none any more.
 */
const held = new Set<string>()
const heldName = (folder: string, runnerEpoch: number, { pid, startedAt }: ProcessIdentity): string =>
  `${folder}#${runnerEpoch}#${pid}#${startedAt}`

/** Claims that are kept, so that a runner that was shut out finds out. */
const CLAIMS_KEPT = 20
const NAME = /^\d{10}$/
const nameOf = (runnerEpoch: number): string => String(runnerEpoch).padStart(10, '0')

export async function claims(io: Io, folder: string): Promise<readonly number[]> {
  if ((await io.disk.stat(folder)) === null) return []
  const names = (await io.disk.list(folder)).map((info) => basename(info.path))
  return names.filter((name) => NAME.test(name)).map(Number)
}

export async function readClaim(io: Io, folder: string, runnerEpoch: number): Promise<RunnerClaim | null> {
  const path = `${folder}/${nameOf(runnerEpoch)}`
  const { blocks } = scanBlocks(path, `runner/${nameOf(runnerEpoch)}`, await readWhole(io.disk, path))
  const [block] = blocks
  return block === undefined ? null : (decodeJson(block.payload, path).json as unknown as RunnerClaim)
}

export const isReleased = async (io: Io, folder: string, runnerEpoch: number): Promise<boolean> =>
  (await io.disk.stat(`${folder}/${nameOf(runnerEpoch)}.released`)) !== null

/** Throws CHECKPOINT_IN_USE where another runner lives, or may live, and `takeover` is not set. */
export async function claimRunner(io: Io, folder: string, runId: string, takeover: boolean): Promise<number> {
  await io.disk.makeFolder(folder)
  for (;;) {
    const known = await claims(io, folder)
    const newest = known.at(-1) ?? 0
    if (newest > 0) await refuseLiving(io, folder, newest, takeover)
    const claim: RunnerClaim = { runnerEpoch: newest + 1, identity: io.processes.self, runId, claimedMs: io.clock.nowMs() }
    if (!(await publish(io, folder, claim))) continue
    await removeDrafts(io.disk, dirname(folder), claim.runnerEpoch)
    held.add(heldName(folder, claim.runnerEpoch, claim.identity))
    for (const old of known.slice(0, -CLAIMS_KEPT)) {
      await io.disk.remove(`${folder}/${nameOf(old)}.released`)
      await io.disk.remove(`${folder}/${nameOf(old)}`)
    }
    return claim.runnerEpoch
  }
}

async function refuseLiving(io: Io, folder: string, newest: number, takeover: boolean): Promise<void> {
  if (takeover || (await isReleased(io, folder, newest))) return
  const claim = await readClaim(io, folder, newest)
  const state = claim === null ? 'dead' : stateOf(io, folder, claim)
  if (claim === null || state === 'dead') return
  const { host, pid } = claim.identity
  throw new MillraceError(
    'CHECKPOINT_IN_USE',
    state === 'alive'
      ? `The checkpoint '${folder.replace(/\/runners$/, '')}' is used by process ${pid} on this host.`
      : `The checkpoint '${folder.replace(/\/runners$/, '')}' was last used by process ${pid} on host ${host}, and from here it cannot be seen whether that still runs.`,
    {
      hint: "Stop that query first; or, if it hangs or is gone, start this one with .option('takeover', true), which shuts it out.",
      details: { host, pid, claimedMs: claim.claimedMs },
    },
  )
}

function stateOf(io: Io, folder: string, { identity, runnerEpoch }: RunnerClaim): 'alive' | 'dead' | 'unknown' {
  const { self } = io.processes
  const isOwn = identity.host === self.host && identity.pid === self.pid && identity.startedAt === self.startedAt
  if (isOwn) return held.has(heldName(folder, runnerEpoch, identity)) ? 'alive' : 'dead'
  return io.processes.stateOf(identity)
}

/** False where another runner was faster. */
async function publish(io: Io, folder: string, claim: RunnerClaim): Promise<boolean> {
  const name = nameOf(claim.runnerEpoch)
  const draft = `${folder}/.${name}-${claim.runId}`
  await writeDraft(io.disk, draft, `runner/${name}`, claim as unknown as Json)
  try {
    if (!(await publishDraft(io.disk, draft, () => io.disk.link(draft, `${folder}/${name}`)))) return false
  } finally {
    await io.disk.remove(draft).catch(() => undefined)
  }
  await io.disk.syncFolder(folder)
  return true
}

/** Says that the runner has ended in order. */
export async function releaseRunner(io: Io, folder: string, runnerEpoch: number): Promise<void> {
  held.delete(heldName(folder, runnerEpoch, io.processes.self))
  const file = await io.disk.create(`${folder}/${nameOf(runnerEpoch)}.released`)
  await file.close()
}

/** A runner that slept longer than so many others took is not told from one whose claim was removed. */
const SUCCESSORS_MAX = 20_000

/**
 * Throws QUERY_FENCED where a newer runner has claimed the checkpoint, CHECKPOINT_DAMAGED where it is gone. It stands before every write of the journal, so it
 * looks at once: waiting for the answer of another thread would cost more than the look.
 */
export function checkFence(io: Io, folder: string, runnerEpoch: number): void {
  const isThere = (epoch: number): boolean => io.disk.existsNow(`${folder}/${nameOf(epoch)}`)
  const isSucceeded = isThere(runnerEpoch + 1)
  if (!isSucceeded && isThere(runnerEpoch)) return
  if (isSucceeded || hasLateSuccessor(isThere, runnerEpoch))
    throw new MillraceError('QUERY_FENCED', 'Another runner has taken this query over from its checkpoint.', { details: { runnerEpoch } })
  throw new MillraceError(
    'CHECKPOINT_DAMAGED',
    `The claim of this runner in '${folder}' is gone, and there is no newer one: something removed it, or the whole checkpoint.`,
    { hint: 'Restore the whole checkpoint from a copy, or begin a new one with a new output.', details: { path: folder, runnerEpoch } },
  )
}

/** Claims are removed when they are older than the last ones that are kept, so a look at each so many finds one of those. */
function hasLateSuccessor(isThere: (epoch: number) => boolean, runnerEpoch: number): boolean {
  for (let later = CLAIMS_KEPT; later <= SUCCESSORS_MAX; later += CLAIMS_KEPT) if (isThere(runnerEpoch + later)) return true
  return false
}
