/**
 * The manifest of an output folder: an append-only log of entries, each published in a file of its own that is linked to its number, merged into segments later.
 *
 * # Who may write, and why no fenced runner can
 * An entry gets the number after all that its writer has read or written; a link to a name that exists fails, so each number is taken once. A runner begins by
 * writing a fence: it reads everything, and takes the next number; when someone else took it, it reads on and tries again. From then on the number that any
 * older runner would take next is the one of this fence, whatever it was doing meanwhile and however long it slept: an older runner knows nothing beyond its
 * own last entry. That number stays taken: files of fences are never removed, nor those of entries that a runner has not read. There is no moment between a
 * check and a write for anyone to slip into: the write is the check. One case is left, a runner that sleeps between reading and writing its fence, while the
 * files of the entries that it missed are merged and removed: so a fence counts only if a second look finds it at the end of the log; otherwise it is nothing,
 * and the next fence removes its file.
 *
 * # Fault model
 * A file is synced before it is linked, and the folder synced before anything relies on the link; a runner that finds names which another gave may not rely on
 * that, and gives them again (manifest-renewal.ts). Segments hold the very lines of what they replace; what they
 * replace is removed only when they are durable, in any order and at any time later. A reader takes any chain of files that covers the numbers from its own to
 * the last; a file that vanished under its hands makes it look again. A number that no file has, or a line that does not fit, is damage and named.
 */
import { MillraceError } from '../../error.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk, WritableFile } from '../../io/io.ts'
import { damaged, decodeEntry, type EntryLine, encodeEntry, type NewEntry } from './manifest-entry.ts'
import type { ManifestState } from './manifest-state.ts'
import { digits, entryFile, type LogFile, logFileOf, type OutputLayout } from './output-layout.ts'

/** Looks at a log whose files are being merged meanwhile, before what is missing counts as missing. */
const LOOKS_MAX = 5

/** All files of the log, also those that are replaced already; none where there is no log. */
export async function logFiles(disk: Disk, log: string): Promise<readonly LogFile[]> {
  try {
    return (await disk.list(log)).map(({ path }) => logFileOf(path)).filter((file) => file !== null)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Brings `state` up to the end of the log. Throws CHECKPOINT_DAMAGED. */
export async function readLog(disk: Disk, log: string, state: ManifestState): Promise<void> {
  for (let look = 1; ; look++) {
    try {
      for (const file of chainFrom(await logFiles(disk, log), state.next, log)) {
        let sequence = file.from
        for await (const line of entryLines(disk, file)) {
          if (sequence++ >= state.next) state.apply(line, file.path)
        }
      }
      return
    } catch (error) {
      const isGap = MillraceError.is(error, 'CHECKPOINT_DAMAGED') && 'gap' in error.details
      if ((codeOf(error) !== 'ENOENT' && !isGap) || look === LOOKS_MAX) throw error
    }
  }
}

/** Files that cover the entries from `next` to the last, each once, the larger ones preferred. Throws CHECKPOINT_DAMAGED where none do. */
export function chainFrom(files: readonly LogFile[], next: number, log: string): LogFile[] {
  const end = files.reduce((last, file) => Math.max(last, file.to + 1), next)
  const via = new Map<number, LogFile>()
  const isReached = (sequence: number): boolean => sequence <= next || via.has(sequence)
  for (const file of [...files].sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (file.to >= next && isReached(file.from) && !isReached(file.to + 1)) via.set(file.to + 1, file)
  }
  const chain: LogFile[] = []
  for (let at = end; at > next; ) {
    const file = via.get(at)
    if (file === undefined) throw gap(log, Math.max(next, ...via.keys()), end - 1)
    chain.unshift(file)
    at = file.from
  }
  return chain
}

function gap(log: string, missing: number, last: number): MillraceError {
  const file = `${log}/${digits(missing)}`
  return new MillraceError('CHECKPOINT_DAMAGED', `The manifest file '${file}' is missing, but there are entries up to ${last}.`, {
    hint: 'Restore the output folder from a copy, or start a new query into another folder.',
    details: { path: file, gap: missing },
  })
}

/** The lines of a file, checked, in order. Throws CHECKPOINT_DAMAGED; ENOENT where the file is gone. */
export async function* entryLines(disk: Disk, file: LogFile): AsyncGenerator<EntryLine> {
  let rest: Buffer = Buffer.alloc(0)
  let sequence = file.from
  for await (const chunk of disk.read(file.path)) {
    rest = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      const line = decodeEntry(rest.toString('utf8', start, end), file.path)
      if (line.entry.sequence !== sequence || sequence > file.to)
        throw damaged(file.path, `it has entry ${line.entry.sequence} where entry ${sequence} belongs`)
      sequence++
      start = end + 1
      yield line
    }
    rest = rest.subarray(start)
  }
  if (rest.length > 0 || sequence !== file.to + 1) throw damaged(file.path, 'it is cut off')
}

/**
 * Gives `entry` the next number and publishes it; durable when this resolves. Null where someone else has that number. `state` has the entry then.
 * `hidden` is a name in the work folder that only this runner uses.
 */
export async function publishEntry(
  disk: Disk,
  layout: OutputLayout,
  state: ManifestState,
  { entry, hidden }: { readonly entry: NewEntry; readonly hidden: string },
): Promise<LogFile | null> {
  const line = encodeEntry(entry, state.next, state.checksum)
  const file = entryFile(layout.log, state.next)
  await writeWhole(disk, hidden, Buffer.from(`${line.text}\n`))
  if (entry.kind === 'epoch') crashPoint('files.manifest-written')
  if (!(await takesNumber(disk, hidden, file.path))) return null
  if (entry.kind === 'epoch') crashPoint('files.manifest-linked')
  await disk.syncFolder(layout.log)
  await disk.remove(hidden)
  state.apply(line, file.path)
  return file
}

/** False where someone else has the number, or has taken the hidden name away, which only a newer runner does. */
async function takesNumber(disk: Disk, hidden: string, path: string): Promise<boolean> {
  try {
    return await linkOnce(disk, hidden, path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && (await disk.stat(hidden)) === null) return false
    throw error
  }
}

/** A file with these bytes, synced. What stands there is of an earlier try and removed. */
async function writeWhole(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await createAnew(disk, path)
  try {
    await file.append(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a file under a name that only this runner uses: what stands there is of an earlier try. */
export async function createAnew(disk: Disk, path: string): Promise<WritableFile> {
  try {
    return await disk.create(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    await disk.remove(path)
    return disk.create(path)
  }
}

/** False where something has the name. */
export async function linkOnce(disk: Disk, path: string, newPath: string): Promise<boolean> {
  try {
    await disk.link(path, newPath)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
