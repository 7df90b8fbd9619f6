/**
 * Reads a log (segments.ts) for those who only look at it: it writes nothing, keeps one segment in memory at a time, and works beside the runner that appends.
 * A file that the runner removes between the listing and the reading is passed over.
 *
 * A reader that trusts the log uses scanLog. This one is for showing (headers only) and for checking: damage is told, not thrown, so that all of it is found.
 */
import { basename } from 'node:path'
import type { Disk } from '../../io/io.ts'
import { type BlockScan, scanBlocks } from './block.ts'
import { decodeJson } from './payload.ts'
import { FORMAT_VERSION, readWhole, type SegmentHeader } from './segments.ts'

const NAME = /^\d{10}-\d{6}$/
/** A header has at least room for what a journal's says of the program. */
const HEADER_READ_BYTES = 1024 * 1024

export interface FoundSegment {
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
  /** Null where there is no good first block: it was never used, or is being made. */
  readonly header: SegmentHeader | null
}
export interface WalkedSegment extends FoundSegment {
  readonly scan: BlockScan
}

/** The names of a folder in byte order; none where there is no folder. */
export async function namesIn(disk: Disk, folder: string): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]> {
  if ((await disk.stat(folder)) === null) return []
  return (await disk.list(folder)).map(({ path, sizeBytes }) => ({ name: basename(path), sizeBytes }))
}

/** The segments of a log by their headers alone, in the order of their names. Throws CHECKPOINT_DAMAGED. */
export async function logHeaders(disk: Disk, folder: string, kind: string): Promise<readonly FoundSegment[]> {
  const found: FoundSegment[] = []
  for (const { name, sizeBytes } of await segmentNames(disk, folder)) {
    const path = `${folder}/${name}`
    const bytes = await unlessGone(readWhole(disk, path, { end: HEADER_READ_BYTES }))
    if (bytes === null) continue
    found.push({ name, path, sizeBytes, header: headerIn(scanBlocks(path, `${kind}/${name}`, bytes), path) })
  }
  return found
}

/** The newest segment and those that it goes on from, oldest first: what scanLog gives, without the contents. */
export function chainOf<T extends FoundSegment>(found: readonly T[]): readonly T[] {
  const byName = new Map(found.filter((one) => one.header !== null).map((one) => [one.name, one]))
  const chain: T[] = []
  for (let next = [...byName.values()].at(-1); next !== undefined; ) {
    chain.unshift(next)
    const previous: string | undefined = next.header?.previous?.name
    next = previous === undefined ? undefined : byName.get(previous)
  }
  return chain
}

/** Each segment with all of its blocks, checked; `damaged` is told of those that cannot be read. */
export async function* walkLog(
  disk: Disk,
  folder: string,
  kind: string,
  damaged: (path: string, error: unknown) => void,
): AsyncGenerator<WalkedSegment> {
  for (const { name, sizeBytes } of await segmentNames(disk, folder)) {
    const path = `${folder}/${name}`
    try {
      const bytes = await unlessGone(readWhole(disk, path))
      if (bytes === null) continue
      const scan = scanBlocks(path, `${kind}/${name}`, bytes)
      yield { name, path, sizeBytes, header: headerIn(scan, path), scan }
    } catch (error) {
      damaged(path, error)
    }
  }
}

/** Where the first block says another format, it is left to scanLog to refuse it by name. */
function headerIn(scan: BlockScan, path: string): SegmentHeader | null {
  const [first] = scan.blocks
  return first === undefined ? null : (decodeJson(first.payload, path).json as unknown as SegmentHeader)
}

export const isOfThisFormat = (header: SegmentHeader): boolean => header.format === FORMAT_VERSION

const segmentNames = async (disk: Disk, folder: string) => (await namesIn(disk, folder)).filter(({ name }) => NAME.test(name))

/** Null where the file is not there any more. */
export async function unlessGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
