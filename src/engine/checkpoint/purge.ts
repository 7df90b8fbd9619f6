/**
 * Removing what no epoch that is kept needs: segments of the journal oldest first, then the files of state. It may be interrupted anywhere: what is left of a
 * removed segment is only files that nothing names, and they fall under the next purge.
 */
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk } from '../../io/io.ts'

export interface PurgeTarget {
  readonly folder: string
  /** Oldest first, with the last epoch that each has something of. The newest one is never removed. */
  readonly files: readonly { readonly name: string; readonly lastEpoch: number }[]
}

/** Gives the names that are left. */
export async function purge(disk: Disk, target: PurgeTarget, needed: number, point: 'purge.segment' | 'purge.state'): Promise<Set<string>> {
  const left = new Set(target.files.map((file) => file.name))
  for (const { name, lastEpoch } of target.files.slice(0, -1)) {
    if (lastEpoch >= needed) break
    await disk.remove(`${target.folder}/${name}`)
    left.delete(name)
    crashPoint(point)
  }
  if (left.size < target.files.length) await disk.syncFolder(target.folder)
  return left
}
