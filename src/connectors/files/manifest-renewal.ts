/**
 * What an older runner gave names and may have failed to make durable: it is given them anew before anybody relies on it. A folder's sync that failed leaves
 * names that are seen until the machine goes down, and that no later sync makes durable, unless they are given again.
 *
 * A copy takes the place of the file, so at no moment is there none: a number of the manifest stays taken, and readers miss nothing. What stands under a name
 * here follows from the name, so it does not matter who else does the same, or did it long ago and wakes up now.
 */
import type { Disk } from '../../io/io.ts'
import { fenced } from './manifest-entry.ts'
import { codeOf, createAnew, entryLines } from './manifest-log.ts'
import { entryFile, type LogFile, type OutputLayout } from './output-layout.ts'

const CHUNK_CHARACTERS = 256 * 1024

/**
 * The last entry of the log, which the next one goes on from. Those before it are durable: each was written after the sync of the one before, or after this.
 * `hidden` is a name in the work folder that only this runner uses.
 */
export async function renewLastEntry(disk: Disk, layout: OutputLayout, { next }: { readonly next: number }, hidden: string): Promise<void> {
  const file = entryFile(layout.log, next - 1)
  // One that is not there was merged, which is done with what is durable.
  if (next === 1 || (await disk.stat(file.path)) === null) return
  try {
    await writeMerged(disk, [file], hidden)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return
  }
  await giveName(disk, layout, hidden, file.path)
  await disk.syncFolder(layout.log)
}

/**
 * The segments of `chosen` of which all that they replace is still there: whoever wrote such a one did not come to the removal, perhaps since its name could not
 * be made durable. What `all` has beside `chosen` may be removed after this.
 */
export async function renewSegments(
  disk: Disk,
  layout: OutputLayout,
  { all, chosen }: { readonly all: readonly LogFile[]; readonly chosen: readonly LogFile[] },
  hidden: string,
): Promise<void> {
  const uncertain = chosen.filter((file) => file.from < file.to && isCovered(file, all))
  for (const file of uncertain) {
    await writeMerged(disk, [file], hidden)
    await giveName(disk, layout, hidden, file.path)
  }
  if (uncertain.length > 0) await disk.syncFolder(layout.log)
}

function isCovered(segment: LogFile, all: readonly LogFile[]): boolean {
  const begins = new Set([segment.from])
  for (const { from, to, path } of [...all].sort((a, b) => a.from - b.from))
    if (path !== segment.path && begins.has(from) && to <= segment.to) begins.add(to + 1)
  return begins.has(segment.to + 1)
}

/** Puts a copy of the part with the hidden name `path` under the name that it has as well. The folder is left to the caller to sync. */
export async function renewPart(
  disk: Disk,
  layout: OutputLayout,
  { path, newPath }: { readonly path: string; readonly newPath: string },
  hidden: string,
): Promise<void> {
  const copy = await createAnew(disk, hidden)
  try {
    for await (const chunk of disk.read(path)) await copy.append(chunk)
    await copy.sync()
  } finally {
    await copy.close()
  }
  await giveName(disk, layout, hidden, newPath)
}

/** Throws QUERY_FENCED where the hidden name is gone: only a newer runner takes it away. */
async function giveName(disk: Disk, { folder }: OutputLayout, hidden: string, path: string): Promise<void> {
  try {
    await disk.replace(hidden, path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && (await disk.stat(hidden)) === null) throw fenced(folder, null)
    throw error
  }
}

/** The lines of files of the log, checked, in one file that is synced. */
export async function writeMerged(disk: Disk, files: readonly LogFile[], hidden: string): Promise<void> {
  const merged = await createAnew(disk, hidden)
  try {
    let text = ''
    for (const file of files) {
      for await (const line of entryLines(disk, file)) {
        text += `${line.text}\n`
        if (text.length < CHUNK_CHARACTERS) continue
        await merged.append(Buffer.from(text))
        text = ''
      }
    }
    await merged.append(Buffer.from(text))
    await merged.sync()
  } finally {
    await merged.close()
  }
}
