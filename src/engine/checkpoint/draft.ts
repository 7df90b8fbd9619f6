/**
 * A file of one block under a hidden name, whole and durable before anybody gives it its real one by a link: so what has that name is never seen half. What an
 * interrupted try left under the hidden name is replaced.
 */
import { basename } from 'node:path'
import type { Disk } from '../../io/io.ts'
import type { Json } from '../../plan/contracts/source.ts'
import { encodeBlock, nameChecksum } from './block.ts'
import { encodeJson } from './payload.ts'

/** `chain`: what the block is chained to, in place of a block before it; see block.ts. */
export async function writeDraft(disk: Disk, path: string, chain: string, json: Json): Promise<void> {
  const { bytes } = encodeBlock(0, nameChecksum(chain), encodeJson(json, []))
  await disk.remove(path)
  const file = await disk.create(path)
  try {
    await file.append(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Gives a draft its name by `give`, a link or a replacement. False where somebody else has the name, or has taken the draft away. */
export async function publishDraft(disk: Disk, draft: string, give: () => Promise<void>): Promise<boolean> {
  try {
    await give()
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || (code === 'ENOENT' && (await disk.stat(draft)) === null)) return false
    throw error
  }
}

/**
 * Removes what starts that crashed have left, for runner `runnerEpoch`, which has its claim. Drafts of claims up to its number are of starts that have lost
 * that number, and copies in the journal up to it are of runners that are shut out. The draft of a query file may be of a newer runner, if this one slept: that
 * one writes it again.
 */
export async function removeDrafts(disk: Disk, location: string, runnerEpoch: number): Promise<void> {
  const isPast = (digits: string | undefined): boolean => digits !== undefined && Number(digits) <= runnerEpoch
  const stale: readonly (readonly [folder: string, isStale: (name: string) => boolean])[] = [
    [location, (name) => name.startsWith('.query-')],
    [`${location}/runners`, (name) => isPast(/^\.(\d{10})-/.exec(name)?.[1])],
    [`${location}/journal`, (name) => isPast(/^\.\d{10}-\d{6}-(\d+)$/.exec(name)?.[1])],
  ]
  for (const [folder, isStale] of stale) {
    if ((await disk.stat(folder)) === null) continue
    for (const { path } of await disk.list(folder)) if (isStale(basename(path))) await disk.remove(path)
  }
}
