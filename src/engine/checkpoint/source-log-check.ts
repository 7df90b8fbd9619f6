/** Whether the logs of sources under a checkpoint are whole, and have what the last epoch would read on from. Reads only; one segment in memory at a time. */
import { MillraceError } from '../../error.ts'
import type { Disk } from '../../io/io.ts'
import type { Json } from '../../plan/contracts/source.ts'
import type { BlockScan } from './block.ts'
import { entryOf, sourceLogFolder, spooledSources } from './epoch-needs.ts'
import { type Finding, pathOf, sentenceOf } from './finding.ts'
import type { History } from './history.ts'
import { chainOf, type FoundSegment, namesIn, walkLog } from './log-reader.ts'
import { decodeJson } from './payload.ts'

export interface SourceLogCheck {
  readonly findings: readonly Finding[]
  readonly logs: number
  readonly entries: number
}
/** A segment as it was read, with its entries up to the end of each block. */
interface ReadSegment extends FoundSegment {
  readonly first: number
  readonly ends: ReadonlyMap<number, { readonly checksum: number; readonly next: number }>
  readonly next: number
  readonly tornBytes: number
}

export async function checkSourceLogs(disk: Disk, location: string, history: History | null): Promise<SourceLogCheck> {
  const findings: Finding[] = []
  let entries = 0
  const folders = (await namesIn(disk, `${location}/sources`)).map(({ name }) => name)
  const spooled = new Set(history === null ? [] : spooledSources(history))
  for (const name of folders) {
    const id = idOf(name)
    const found = await checkLog(disk, `${location}/sources/${name}`)
    findings.push(...found.findings)
    entries += found.next - found.first
    if (spooled.delete(id)) findings.push(...checkPosition(found, history, id, `${location}/sources/${name}`))
  }
  for (const id of spooled)
    if (entryOf(lastRange(history, id)) > 0)
      findings.push({
        severity: 'damage',
        path: sourceLogFolder(location, id),
        what: `The log of source ${id} is missing, and the last epoch goes on from it.`,
      })
  return { findings, logs: folders.length, entries }
}

async function checkLog(
  disk: Disk,
  folder: string,
): Promise<{ readonly findings: Finding[]; readonly first: number; readonly next: number }> {
  const findings: Finding[] = []
  const damaged = (path: string, error: unknown): void =>
    void findings.push({ severity: 'damage', path: pathOf(error, path), what: sentenceOf(error) })
  const segments: ReadSegment[] = []
  for await (const { scan, ...found } of walkLog(disk, folder, 'source', damaged)) {
    if (found.header === null) {
      segments.push({ ...found, first: 0, ends: new Map(), next: 0, tornBytes: scan.tornBytes })
      continue
    }
    try {
      segments.push({ ...found, ...entriesIn(scan, found.path, found.header.content), tornBytes: scan.tornBytes })
    } catch (error) {
      damaged(found.path, error)
    }
  }
  const chain = chainOf(segments)
  for (const { path } of segments.filter((one) => !chain.includes(one)))
    findings.push({ severity: 'note', path, what: 'No part of the log: never used, or of a runner that was shut out.' })
  const newest = chain.at(-1)
  if (newest !== undefined && newest.tornBytes > 0)
    findings.push({
      severity: 'note',
      path: newest.path,
      what: `${newest.tornBytes} bytes behind the last whole block: a write that is being made, or was cut off.`,
    })
  for (const [index, segment] of chain.entries()) {
    const before = chain[index - 1]
    const seal = segment.header?.previous
    if (before === undefined || seal == null) continue
    const end = before.ends.get(seal.length)
    if (end?.checksum !== seal.checksum)
      findings.push({
        severity: 'damage',
        path: before.path,
        what: `The log goes on from its first ${seal.length} bytes, and they are not what they were.`,
      })
    else if (end.next !== segment.first)
      findings.push({
        severity: 'damage',
        path: segment.path,
        what: `The segment begins with entry ${segment.first}, and ${end.next} is the next one.`,
      })
  }
  return { findings, first: chain[0]?.first ?? 0, next: newest?.next ?? 0 }
}

/** Throws CHECKPOINT_DAMAGED. */
function entriesIn(scan: BlockScan, path: string, header: Json): Pick<ReadSegment, 'first' | 'ends' | 'next'> {
  const { first } = header as { readonly first: number }
  const ends = new Map<number, { readonly checksum: number; readonly next: number }>()
  let next = first
  for (const [index, block] of scan.blocks.entries()) {
    if (index > 0) {
      const { json, bytes } = decodeJson(block.payload, path)
      const lengths = json as readonly number[]
      if (lengths.reduce((sum, one) => sum + one, 0) !== bytes.length)
        throw new MillraceError(
          'CHECKPOINT_DAMAGED',
          `'${path}' is damaged: block ${index} does not have the bytes that its entries say.`,
          {
            details: { path, block: index },
          },
        )
      next += lengths.length
    }
    ends.set(block.endOffset, { checksum: block.checksum, next })
  }
  return { first, ends, next }
}

function checkPosition(
  log: { readonly first: number; readonly next: number },
  history: History | null,
  id: string,
  path: string,
): Finding[] {
  const entry = entryOf(lastRange(history, id))
  const planned = Math.max(entry, entryOf(history?.inDoubt?.ranges[id]?.end ?? {}))
  if (entry >= log.first && planned <= log.next) return []
  return [
    {
      severity: 'damage',
      path,
      what: `The log has the entries ${log.first} to ${log.next}, and the journal says that source ${id} was read to ${planned}, and goes on from ${entry}.`,
    },
  ]
}

const lastRange = (history: History | null, id: string) => history?.epochs.at(-1)?.begin.ranges[id]?.end ?? {}

/** What is no name of ours is a folder of somebody else. */
function idOf(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
