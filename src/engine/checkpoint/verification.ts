/**
 * Checks a whole checkpoint: every block of the journal and of the logs of sources, that the epochs follow each other, that all state which they name is there
 * with its checksum, and that the last epoch's state makes a table again. Reads only, and works beside a running query: where something is missing and the
 * journal has moved on meanwhile, it looks again.
 *
 * What it cannot see: see docs/checkpoints.md, "What cannot be promised".
 */
import type { Disk, Io } from '../../io/io.ts'
import { obstacles, rewindRange, type StoredParts, storedParts } from './epoch-needs.ts'
import { type Add, type Finding, pathOf, sentenceOf } from './finding.ts'
import type { History } from './history.ts'
import { checkHistory } from './history-check.ts'
import { draftsIn, mustBeCheckpoint, readQueryFile } from './inspection.ts'
import { namesIn, walkLog } from './log-reader.ts'
import type { QueryFile } from './query-file.ts'
import { inspectRunners } from './runner-inspection.ts'
import { readClaim } from './runners.ts'
import { checkSourceLogs } from './source-log-check.ts'
import { checkParts, checkTables } from './state-check.ts'

export interface Verification {
  readonly location: string
  /** The worst first. */
  readonly findings: readonly Finding[]
  /** No finding is damage. */
  readonly intact: boolean
  readonly checked: {
    readonly journalSegments: number
    readonly journalBlocks: number
    readonly epochs: number
    readonly stateParts: number
    /** Rows of state by operator; null where it could not be made again without the program, or at all. */
    readonly stateRows: Readonly<Record<string, number | null>>
    readonly sourceLogs: number
    readonly sourceEntries: number
  }
  readonly rewindable: { readonly from: number; readonly to: number } | null
}

/** So often it looks at a checkpoint whose query runs on meanwhile. */
const ATTEMPTS = 4

/** Throws INVALID_ARGUMENT where there is no checkpoint. */
export async function verifyCheckpoint(io: Io, location: string): Promise<Verification> {
  await mustBeCheckpoint(io.disk, location)
  for (let attempt = 1; ; attempt++) {
    const before = await fingerprint(io.disk, location)
    const result = await verifyOnce(io, location)
    if (result.intact || attempt === ATTEMPTS || before === (await fingerprint(io.disk, location))) return result
  }
}

/** Changes with every epoch and every purge. */
async function fingerprint(disk: Disk, location: string): Promise<string> {
  return JSON.stringify([await namesIn(disk, `${location}/journal`), await namesIn(disk, `${location}/state`)])
}

const order = { damage: 0, warning: 1, note: 2 } as const

async function verifyOnce(io: Io, location: string): Promise<Verification> {
  const { disk } = io
  const findings: Finding[] = []
  const add = (...found: readonly Finding[]): void => void findings.push(...found)
  const query = await checkQueryFile(disk, location, add)
  const journal = await checkJournalFiles(disk, location, add)
  const history = await checkHistory(disk, location, { query, newestRunner: await checkRunners(io, location, add), add })
  let stateParts = 0
  let stateRows: Verification['checked']['stateRows'] = {}
  let rewindable: Verification['rewindable'] = null
  const logs = await checkSourceLogs(disk, location, history)
  add(...logs.findings)
  if (history !== null) {
    const stored = await storedParts(disk, location, history).catch(() => null)
    if (stored !== null) {
      rewindable = rewindRange(history.epochs, obstacles(history, stored))
      const parts = await checkParts(disk, location, history.epochs, stored)
      add(...parts.findings)
      stateParts = parts.parts
      checkUnnamed(location, history, stored, add)
    }
    const tables = await checkTables(disk, location, history, history.epochs)
    add(...tables.findings)
    stateRows = tables.rows
  }
  findings.sort((a, b) => order[a.severity] - order[b.severity])
  return {
    location,
    findings,
    intact: findings.every((one) => one.severity !== 'damage'),
    checked: {
      ...journal,
      epochs: history?.epochs.length ?? 0,
      stateParts,
      stateRows,
      sourceLogs: logs.logs,
      sourceEntries: logs.entries,
    },
    rewindable,
  }
}

async function checkQueryFile(disk: Disk, location: string, add: Add): Promise<QueryFile | null> {
  const path = `${location}/query`
  for (const draft of await draftsIn(disk, location))
    add({ severity: 'note', path: draft, what: 'A start died while it wrote the query file.' })
  try {
    const query = await readQueryFile(disk, location)
    const hasJournal = (await namesIn(disk, `${location}/journal`)).length > 0
    if (query === null && hasJournal)
      add({ severity: 'damage', path, what: 'The file is missing or empty, so it is not known whose checkpoint this is.' })
    return query
  } catch (error) {
    add({ severity: 'damage', path, what: sentenceOf(error) })
    return null
  }
}

/** Gives the newest runner epoch; 0 where there is none. */
async function checkRunners(io: Io, location: string, add: Add): Promise<number> {
  const folder = `${location}/runners`
  const { claims, drafts } = await inspectRunners(io, folder)
  const newest = claims.at(-1)?.runnerEpoch ?? 0
  for (const draft of drafts) add({ severity: 'note', path: draft, what: 'A start died while it claimed the checkpoint.' })
  for (const { runnerEpoch, state } of claims) {
    const path = `${folder}/${String(runnerEpoch).padStart(10, '0')}`
    const severity = runnerEpoch === newest ? 'damage' : 'warning'
    try {
      const claim = await readClaim(io, folder, runnerEpoch)
      if (claim === null) add({ severity, path, what: 'The claim cannot be read, so it is not known who holds or held the checkpoint.' })
      else if (claim.runnerEpoch !== runnerEpoch) add({ severity, path, what: `The claim is that of runner ${claim.runnerEpoch}.` })
      else if (runnerEpoch === newest && state === 'dead')
        add({
          severity: 'note',
          path,
          what: `Process ${claim.identity.pid} on ${claim.identity.host} ended without releasing the checkpoint; the next start recovers.`,
        })
    } catch (error) {
      add({ severity, path, what: sentenceOf(error) })
    }
  }
  return newest
}

async function checkJournalFiles(
  disk: Disk,
  location: string,
  add: Add,
): Promise<{ readonly journalSegments: number; readonly journalBlocks: number }> {
  let [journalSegments, journalBlocks] = [0, 0]
  const damaged = (path: string, error: unknown): void => add({ severity: 'damage', path: pathOf(error, path), what: sentenceOf(error) })
  for await (const { name, path, header, scan } of walkLog(disk, `${location}/journal`, 'journal', damaged)) {
    journalSegments++
    journalBlocks += scan.blocks.length
    if (header === null) continue
    const named = `${String(header.runnerEpoch).padStart(10, '0')}-${String(header.sequence).padStart(6, '0')}`
    if (named !== name) add({ severity: 'damage', path, what: `The file says that it is segment ${named}.` })
  }
  return { journalSegments, journalBlocks }
}

function checkUnnamed(location: string, { epochs }: History, { stateFiles }: StoredParts, add: Add): void {
  const named = new Set(
    epochs.flatMap(({ commit }) => Object.values(commit.state).flatMap(({ file }) => (file === null ? [] : [file.name]))),
  )
  const unnamed = [...stateFiles.keys()].filter((name) => !named.has(name))
  for (const name of unnamed)
    add({
      severity: 'note',
      path: `${location}/state/${name}`,
      what: 'No committed epoch names the file: an epoch that runs does, or it waits for the next purge.',
    })
}
