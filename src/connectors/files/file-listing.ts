/** Which files a path means: a file, the files of a folder, or those whose last segment fits a pattern with `*`. Names that begin with `_` or `.` are left out, as in Spark, and in the output folder of a file sink all that is not published. */
import { MillraceError } from '../../error.ts'
import type { Disk, FileInfo } from '../../io/io.ts'
import { nameOf } from './output-layout.ts'
import type { PublishedOutputs } from './published-outputs.ts'

export interface ListOptions {
  readonly path: string
  /** Folders within folders too. */
  readonly recursive: boolean
}

/** Sorted by time of change, then by path. Throws SOURCE_FAILED where the path is not there, CHECKPOINT_DAMAGED where a manifest is. */
export async function listFiles(disk: Disk, { path, recursive }: ListOptions, outputs: PublishedOutputs): Promise<readonly FileInfo[]> {
  const found: FileInfo[] = []
  try {
    const slash = path.lastIndexOf('/')
    const last = path.slice(slash + 1)
    const info = last.includes('*') ? null : await disk.stat(path)
    if (last.includes('*'))
      await collect(disk, slash < 0 ? '.' : path.slice(0, slash) || '/', { fits: pattern(last), recursive, outputs }, found)
    else if (info === null)
      throw new MillraceError('SOURCE_FAILED', `There is no file and no folder '${path}'.`, {
        hint: 'The folder has to be there when the query starts; its files may come later.',
      })
    else if (info.isDirectory) await collect(disk, path, { fits: /^/, recursive, outputs }, found)
    else found.push(info)
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw new MillraceError('SOURCE_FAILED', `'${path}' cannot be listed: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    })
  }
  return found.sort((a, b) => a.modifiedMs - b.modifiedMs || (a.path < b.path ? -1 : 1))
}

interface Collecting {
  readonly fits: RegExp
  readonly recursive: boolean
  readonly outputs: PublishedOutputs
}

async function collect(disk: Disk, folder: string, collecting: Collecting, found: FileInfo[]): Promise<void> {
  const { fits, recursive, outputs } = collecting
  // Listed before the manifest is read: what is listed and published by then is published for certain.
  const entries = await disk.list(folder)
  const isPublished = await outputs.filterOf(folder, entries)
  for (const entry of entries) {
    const name = nameOf(entry.path)
    if (/^[._]/.test(name)) continue
    if (!entry.isDirectory && fits.test(name) && isPublished(name)) found.push(entry)
    else if (entry.isDirectory && recursive) await collect(disk, entry.path, collecting, found)
  }
}

function pattern(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
}
