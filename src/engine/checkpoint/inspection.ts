/**
 * What a checkpoint folder holds, for people and programs to look at. Reads only, and works beside a running query: it may see an epoch less than the query
 * has, and never one that was not published. `millrace checkpoint` shows it.
 */
import { isoTimestamp } from '../../data/calendar.ts'
import { MillraceError } from '../../error.ts'
import type { Disk, Io } from '../../io/io.ts'
import type { Json } from '../../plan/contracts/source.ts'
import type { BeginFrame, SourceRange } from './contract.ts'
import { obstacles, rewindRange, storedParts } from './epoch-needs.ts'
import { type CommittedEpoch, type History, headerOf, historyOf } from './history.ts'
import { namesIn, unlessGone } from './log-reader.ts'
import type { PlanDescription } from './plan-description.ts'
import { parseQueryFile, type QueryFile } from './query-file.ts'
import { inspectRunners, type RunnerInspection } from './runner-inspection.ts'
import { scanLog } from './segments.ts'

export interface CheckpointInspection {
  readonly location: string
  /** Null where the file is not there: a start died before it wrote it. */
  readonly query: QueryFile | null
  /** Oldest first; the last twenty or so are kept. */
  readonly runners: readonly RunnerInspection[]
  readonly lineage: number
  readonly rewoundTo: number | null
  /** Those that the journal still tells of, oldest first. */
  readonly rewinds: readonly RewindInspection[]
  /** Null before the first start wrote it. */
  readonly program: (PlanDescription & { readonly sink: string }) | null
  /** Oldest first. */
  readonly epochs: readonly EpochInspection[]
  /** Begun and not committed: it runs now, or will be run again by the next start. */
  readonly inDoubt: BeginInspection | null
  /** Epochs that the query can be taken back to. */
  readonly rewindable: { readonly from: number; readonly to: number } | null
  readonly files: readonly FilesInspection[]
  /** Files that are no part of the checkpoint any more, or not yet: left by a crash, or just being made. */
  readonly strays: readonly string[]
  /** Bytes behind the last whole block: a write that a crash cut off, or that is being made. */
  readonly tornTails: readonly { readonly path: string; readonly bytes: number }[]
}
export interface RewindInspection {
  readonly lineage: number
  readonly toEpoch: number
  readonly atMs: number
  readonly runnerEpoch: number
}
export interface BeginInspection {
  readonly epoch: number
  readonly batchTimeMs: number
  /** Run without input, to let watermarks close windows. */
  readonly noData: boolean
  /** Its rows were read before it began (trigger realTime). */
  readonly closed: boolean
  readonly sources: Readonly<Record<string, SourceRange>>
}
export interface EpochInspection extends BeginInspection {
  readonly rows: { readonly in: number; readonly out: number; readonly late: number; readonly malformed: number }
  /** As they were when the epoch had ended, ISO 8601; null where none is defined yet. By the id of their node. */
  readonly watermarks: Readonly<Record<string, string | null>>
  readonly state: readonly StatePartInspection[]
  /** The journal's segment with the commit. */
  readonly segment: string
}
export interface StatePartInspection {
  readonly operator: string
  readonly bytes: number
  /** Null where the changes ride in the journal, or there are none. */
  readonly file: { readonly name: string; readonly offset: number } | null
  /** The first epoch that is needed to make this state again. */
  readonly baseEpoch: number
}
export interface FilesInspection {
  /** `journal`, `state`, `runners`, `query`, `sources/<id>`. */
  readonly part: string
  readonly files: number
  readonly bytes: number
}

/** A purge may remove what was just listed; then all is read again. */
const ATTEMPTS = 5

/** Throws INVALID_ARGUMENT where there is no checkpoint, CHECKPOINT_DAMAGED and CHECKPOINT_FORMAT where it cannot be read. */
export async function inspectCheckpoint(io: Io, location: string): Promise<CheckpointInspection> {
  const { disk } = io
  await mustBeCheckpoint(disk, location)
  const query = await readQueryFile(disk, location)
  const history = await readHistory(disk, location)
  const header = history.header
  const runners = await inspectRunners(io, `${location}/runners`)
  const why = obstacles(history, await storedParts(disk, location, history))
  return {
    location,
    query,
    runners: runners.claims,
    lineage: header?.lineage ?? 0,
    rewoundTo: header?.rewoundTo ?? null,
    rewinds: rewindsIn(history),
    program: header === null ? null : { ...header.plan, sink: header.sink },
    epochs: history.epochs.map(epochInspection),
    inDoubt: history.inDoubt === null ? null : beginInspection(history.inDoubt),
    rewindable: rewindRange(history.epochs, why),
    files: await filesOf(disk, location),
    strays: [...(await draftsIn(disk, location)), ...runners.drafts, ...history.strays],
    tornTails: history.segments.flatMap(({ path, tornBytes }) => (tornBytes === 0 ? [] : [{ path, bytes: tornBytes }])),
  }
}

/** The history as the journal has it now. Throws CHECKPOINT_DAMAGED, CHECKPOINT_FORMAT. */
export async function readHistory(disk: Disk, location: string): Promise<History> {
  for (let attempt = 1; ; attempt++) {
    try {
      return historyOf(await scanLog(disk, `${location}/journal`, 'journal'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === ATTEMPTS) throw error
    }
  }
}

export async function readQueryFile(disk: Disk, location: string): Promise<QueryFile | null> {
  const path = `${location}/query`
  return parseQueryFile(path, disk.readNow(path))
}

export const isCheckpoint = async (disk: Disk, location: string): Promise<boolean> => {
  const [query, journal] = [await disk.stat(`${location}/query`), await disk.stat(`${location}/journal`)]
  return (query !== null && !query.isDirectory && (await disk.stat(`${location}/runners`)) !== null) || journal?.isDirectory === true
}

export async function mustBeCheckpoint(disk: Disk, location: string): Promise<void> {
  if (await isCheckpoint(disk, location)) return
  throw new MillraceError('INVALID_ARGUMENT', `There is no checkpoint in '${location}'.`, {
    hint: 'Give the folder that the query has as its checkpointLocation.',
    details: { location },
  })
}

/** Drafts of the query file that a crash left. */
export const draftsIn = async (disk: Disk, location: string): Promise<readonly string[]> =>
  (await namesIn(disk, location)).filter(({ name }) => name.startsWith('.query-')).map(({ name }) => `${location}/${name}`)

export function rewindsIn({ segments }: History): readonly RewindInspection[] {
  return segments.flatMap((segment) => {
    const { rewindTo, lineage, createdMs } = headerOf(segment)
    return rewindTo === null ? [] : [{ lineage, toEpoch: rewindTo, atMs: createdMs, runnerEpoch: segment.header.runnerEpoch }]
  })
}

const beginInspection = ({ epoch, batchTimeMs, noData, closed, ranges }: BeginFrame): BeginInspection => ({
  epoch,
  batchTimeMs,
  noData,
  closed,
  sources: ranges,
})

export function epochInspection({ begin, commit, segment }: CommittedEpoch): EpochInspection {
  return {
    ...beginInspection(begin),
    rows: commit.rows,
    watermarks: watermarksIn(commit.nextWatermarks),
    state: Object.entries(commit.state).map(([operator, { file, inline, baseEpoch }]) => ({
      operator,
      bytes: file?.sizeBytes ?? inline?.length ?? 0,
      file: file === null ? null : { name: file.name, offset: file.offset },
      baseEpoch,
    })),
    segment,
  }
}

/** What Pipeline.snapshotWatermarks gave: µs as texts. */
function watermarksIn(snapshot: Json): Record<string, string | null> {
  const { trackers } = snapshot as { readonly trackers?: Readonly<Record<string, { readonly value: string | null }>> }
  return Object.fromEntries(
    Object.entries(trackers ?? {}).map(([id, { value }]) => [id, value === null ? null : isoTimestamp(BigInt(value))]),
  )
}

async function filesOf(disk: Disk, location: string): Promise<readonly FilesInspection[]> {
  const parts: FilesInspection[] = []
  const add = async (part: string): Promise<void> => {
    const files = await unlessGone(namesIn(disk, `${location}/${part}`))
    if (files !== null && files.length > 0)
      parts.push({ part, files: files.length, bytes: files.reduce((sum, one) => sum + one.sizeBytes, 0) })
  }
  for (const part of ['journal', 'state', 'runners']) await add(part)
  for (const { name } of await namesIn(disk, `${location}/sources`)) await add(`sources/${name}`)
  const query = await disk.stat(`${location}/query`)
  if (query !== null) parts.push({ part: 'query', files: 1, bytes: query.sizeBytes })
  return parts
}
