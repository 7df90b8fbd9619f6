/**
 * Keeps the files of a manifest few: so many files of one size in a row become one, these again, and so on, so that each entry is written again once for each
 * level and not with every merge. Safe against other runners that do the same: a segment's content follows from its name, and the entries never change.
 */
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk } from '../../io/io.ts'
import { writeMerged } from './manifest-renewal.ts'
import { type LogFile, type OutputLayout, segmentFile } from './output-layout.ts'

/** Larger segments are not merged any more: a merge keeps the query waiting. */
const MERGED_ENTRIES_MAX = 100_000

export interface CompactionOptions {
  readonly disk: Disk
  readonly layout: OutputLayout
  /** So many files make one. */
  readonly interval: number
  /** Also true of entries that this runner does not know. */
  readonly mayBeFence: (sequence: number) => boolean
  /** A name in the work folder that only this runner uses. */
  readonly hidden: string
}

/** Merges at the end of `files`, the chain that covers the log, what is due; gives the chain after it. */
export async function compact(files: readonly LogFile[], options: CompactionOptions): Promise<readonly LogFile[]> {
  const { disk, layout, interval, mayBeFence, hidden } = options
  let chain = files
  for (;;) {
    const due = dueAtEnd(chain, interval)
    if (due.length === 0) return chain
    const segment = segmentFile(layout.log, (due[0] as LogFile).from, (due.at(-1) as LogFile).to)
    await writeMerged(disk, due, hidden)
    // In place of one that is there: whoever wrote that may have failed to make its name durable.
    await disk.replace(hidden, segment.path)
    await disk.syncFolder(layout.log)
    crashPoint('files.compacted')
    await removeReplaced(disk, due, mayBeFence)
    chain = [...chain.slice(0, chain.length - due.length), segment]
  }
}

/** Removes files that a durable segment replaces; those of fences stay for ever (manifest-log.ts says why). */
export async function removeReplaced(disk: Disk, files: readonly LogFile[], mayBeFence: (sequence: number) => boolean): Promise<void> {
  for (const file of files) if (file.from !== file.to || !mayBeFence(file.from)) await disk.remove(file.path)
}

function dueAtEnd(chain: readonly LogFile[], interval: number): readonly LogFile[] {
  const level = (file: LogFile): number => Math.floor(Math.log(file.to - file.from + 1) / Math.log(interval) + 1e-9)
  const last = chain.at(-1)
  if (last === undefined) return []
  let count = 0
  while (count < chain.length && level(chain[chain.length - 1 - count] as LogFile) === level(last)) count++
  const due = chain.slice(chain.length - count)
  return count >= interval && last.to - (due[0] as LogFile).from < MERGED_ENTRIES_MAX ? due : []
}
