/** Whether the journal is one history of one query. Reads only; damage is told, not thrown. */
import { isDeepStrictEqual } from 'node:util'
import type { Disk } from '../../io/io.ts'
import { type Add, type Finding, pathOf, sentenceOf } from './finding.ts'
import { type History, headerOf } from './history.ts'
import { readHistory } from './inspection.ts'
import type { QueryFile } from './query-file.ts'

/** Null where the journal cannot be read as one history. */
export async function checkHistory(
  disk: Disk,
  location: string,
  { query, newestRunner, add }: { readonly query: QueryFile | null; readonly newestRunner: number; readonly add: Add },
): Promise<History | null> {
  const folder = `${location}/journal`
  let history: History
  try {
    history = await readHistory(disk, location)
  } catch (error) {
    const finding: Finding = { severity: 'damage', path: pathOf(error, folder), what: sentenceOf(error) }
    add(finding, {
      severity: 'damage',
      path: folder,
      what: 'The journal cannot be read as a whole, so the state was not checked against it.',
    })
    return null
  }
  const { segments, strays } = history
  for (const path of strays) add({ severity: 'note', path, what: 'No part of the journal: never used, or of a runner that was shut out.' })
  const newest = segments.at(-1)
  if (newest !== undefined && newest.tornBytes > 0)
    add({
      severity: 'note',
      path: newest.path,
      what: `${newest.tornBytes} bytes behind the last whole block: a write that is being made, or was cut off.`,
    })
  for (const segment of segments) {
    const { queryId } = headerOf(segment)
    if (query !== null && queryId !== query.queryId)
      add({ severity: 'damage', path: segment.path, what: `The segment is of query ${queryId}, and the checkpoint of ${query.queryId}.` })
  }
  if (newest !== undefined && newest.header.runnerEpoch > newestRunner)
    add({
      severity: 'damage',
      path: `${location}/runners`,
      what: `The claim of runner ${newest.header.runnerEpoch} is missing, and it has written the journal.`,
    })
  checkOrder(history, add)
  return history
}

/** What historyOf does not check: that each epoch reads on where the one before ended, and that lineages only grow by rewinds. */
function checkOrder({ epochs, segments, inDoubt }: History, add: Add): void {
  const begins = [
    ...epochs.map(({ begin, segment }) => ({ begin, segment })),
    ...(inDoubt === null ? [] : [{ begin: inDoubt, segment: segments.at(-1)?.name ?? '' }]),
  ]
  const pathOfSegment = new Map(segments.map((one) => [one.name, one.path]))
  for (const [index, { begin, segment }] of begins.entries()) {
    const before = begins[index - 1]?.begin.ranges
    for (const [source, { start }] of Object.entries(begin.ranges)) {
      const end = before?.[source]?.end
      if (end === undefined || isDeepStrictEqual(end, start)) continue
      const what = `Epoch ${begin.epoch} reads source ${source} from ${JSON.stringify(start)}, and the epoch before ended at ${JSON.stringify(end)}.`
      add({ severity: 'damage', path: pathOfSegment.get(segment) ?? segment, what })
    }
  }
  for (const [index, segment] of segments.entries()) {
    const before = segments[index - 1]
    if (before === undefined) continue
    const { lineage, rewindTo } = headerOf(segment)
    const expected = headerOf(before).lineage + (rewindTo === null ? 0 : 1)
    if (lineage !== expected)
      add({
        severity: 'damage',
        path: segment.path,
        what: `The segment has lineage ${lineage}, and ${expected} follows from the one before.`,
      })
  }
}
