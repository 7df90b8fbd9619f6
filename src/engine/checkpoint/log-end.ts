/**
 * The end of a log, for whoever goes on from it: what is relied on there is made durable first.
 *
 * Fault model: what a sync that failed should have made durable is readable until the machine goes down, and the system holds it for written, so that a later
 * sync does nothing. Nobody can see which bytes and names that is true of, but the order of writing (segments.ts) says which it can be true of: a block is
 * written after the sync of the one before, and the first one behind the header after that of the folder. So it is the last block; and, of a segment that has
 * no more than its header, the name.
 *
 * - The last block is written again, in place: the same bytes where they are, so that it matters neither what arrives of them when the power goes nor what a
 *   runner that was shut out still appends. A copy under the same name would be wrong here: of a segment that grows, another runner may have read more.
 * - A segment with a header alone is passed over: the log goes on from where that one did.
 * - One whose header says something (a rewind) never grows, and is replaced by a copy of itself.
 *
 * Files of state need none of this: a commit names a part only after its sync, and behind a sync that failed its runner commits no more. Nor do claims: a runner
 * whose claim may not be durable has done nothing.
 */
import { basename, dirname } from 'node:path'
import type { Disk } from '../../io/io.ts'
import { scanOneBlock } from './block.ts'
import { readWhole, type Seal, type Segment } from './segments.ts'

export interface LogEnd {
  /** What the next segment goes on from. */
  readonly previous: Seal | null
  /** Segments that are passed over. */
  readonly unused: readonly Segment[]
}
export interface LogEndOptions {
  readonly runnerEpoch: number
  /** Whether the header of a segment says something that the next one does not say again. */
  readonly isNeeded?: (segment: Segment) => boolean
}

/** The end of the log with these segments; durable when this resolves. */
export async function durableEnd(
  disk: Disk,
  segments: readonly Segment[],
  { runnerEpoch, isNeeded = () => false }: LogEndOptions,
): Promise<LogEnd> {
  const used = segments.findLastIndex((segment) => segment.blocks.length > 1 || isNeeded(segment)) + 1
  const unused = segments.slice(used)
  const last = segments[used - 1]
  if (last !== undefined && last.blocks.length > 1) await writeLastAgain(disk, last)
  else if (last !== undefined) await replaceByCopy(disk, last, runnerEpoch)
  return { previous: unused[0]?.header.previous ?? last?.seal ?? null, unused }
}

async function writeLastAgain(disk: Disk, segment: Segment): Promise<void> {
  const { start, bytes } = await lastBlock(disk, segment)
  await disk.writeAgain(segment.path, start, bytes)
}

async function replaceByCopy(disk: Disk, segment: Segment, runnerEpoch: number): Promise<void> {
  const folder = dirname(segment.path)
  const draft = `${folder}/.${basename(segment.path)}-${runnerEpoch}`
  const { bytes } = await lastBlock(disk, segment)
  await disk.remove(draft)
  const file = await disk.create(draft)
  try {
    await file.append(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.replace(draft, segment.path)
  await disk.syncFolder(folder)
}

/** Checked once more: what is not on the disk may have gone from the system's memory since it was read. */
async function lastBlock(disk: Disk, { path, blocks }: Segment): Promise<{ readonly start: number; readonly bytes: Uint8Array }> {
  const { offset = 0, endOffset = 0, checksum = 0 } = blocks.at(-1) ?? {}
  const bytes = await readWhole(disk, path, { start: offset, end: endOffset })
  scanOneBlock(path, bytes, checksum)
  return { start: offset, bytes }
}
