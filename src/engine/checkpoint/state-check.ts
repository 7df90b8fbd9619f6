/** Whether the state that the journal's epochs name is there, is what it was, and makes a table again. Reads only; damage is told, not thrown. */
import type { Disk } from '../../io/io.ts'
import type { StateCommit } from '../state/contract.ts'
import { DurableStateProvider } from '../state/durable-state.ts'
import { scanOneBlock } from './block.ts'
import { isStored, type StoredParts } from './epoch-needs.ts'
import type { Finding, Severity } from './finding.ts'
import { sentenceOf } from './finding.ts'
import { type CommittedEpoch, type History, stateStepsOf } from './history.ts'
import { decodeJson } from './payload.ts'
import { readWhole } from './segments.ts'
import { stateSchemaOf } from './state-schema.ts'

export interface StateCheck {
  readonly findings: readonly Finding[]
  /** Parts in files and in the journal that are as they should be. */
  readonly parts: number
  /** Rows of each operator as of the last epoch; null where the state could not be made again, or its types are not known. */
  readonly rows: Readonly<Record<string, number | null>>
}

/** What the epochs name. A part that is gone is damage where `last` needs it, or where an older one is still there: the purge takes the oldest first. */
export async function checkParts(
  disk: Disk,
  location: string,
  epochs: readonly CommittedEpoch[],
  stored: StoredParts,
): Promise<Pick<StateCheck, 'findings' | 'parts'>> {
  const findings: Finding[] = []
  const last = epochs.at(-1)
  let parts = 0
  let seenThere = false
  for (const { commit } of epochs) {
    for (const [operator, one] of Object.entries(commit.state)) {
      const isNeeded = commit.epoch >= (last?.commit.state[operator]?.baseEpoch ?? 0)
      const what = `the state of ${operator} in epoch ${commit.epoch}`
      const path = one.file === null ? `${location}/journal` : `${location}/state/${one.file.name}`
      if (one.file !== null && !isStored(stored, one.file)) {
        const severity: Severity | null = isNeeded ? 'damage' : seenThere ? 'warning' : null
        if (severity !== null) findings.push({ severity, path, what: `The file is missing or too short: ${what} is ${placeIn(one)}.` })
        continue
      }
      if (one.file !== null) seenThere = true
      try {
        const unit = await readUnit(disk, path, one)
        if (unit === null) continue
        if (unit.operator !== operator || unit.epoch !== commit.epoch)
          throw new RangeError(`what should be ${what} is that of ${unit.operator} in epoch ${unit.epoch}`)
        parts++
      } catch (error) {
        const severity = isNeeded ? 'damage' : 'warning'
        findings.push({
          severity,
          path,
          what: `${sentenceOf(error)} It is ${what}, ${placeIn(one)}${isNeeded ? '' : '; only a rewind would need it'}.`,
        })
      }
    }
  }
  return { findings, parts }
}

/** Makes the state of each operator as of the last of `epochs`, as a start of the query does. */
export async function checkTables(
  disk: Disk,
  location: string,
  { header }: History,
  epochs: readonly CommittedEpoch[],
): Promise<Pick<StateCheck, 'findings' | 'rows'>> {
  const findings: Finding[] = []
  const rows: Record<string, number | null> = {}
  const path = `${location}/state`
  const known = new Map(header?.plan.operators.map((one) => [one.id, one]))
  const steps = (operatorId: string) => stateStepsOf(epochs, operatorId)
  for (const operator of Object.keys(epochs.at(-1)?.commit.state ?? {})) {
    rows[operator] = null
    const description = known.get(operator)
    const schema = description === undefined ? null : stateSchemaOf(description)
    if (schema === null) {
      findings.push({
        severity: 'note',
        path,
        what: `The state of ${operator} was checked by its checksums alone: its types are not known without the program.`,
      })
      continue
    }
    // One after another, so that only one table is in memory. It writes only what is committed through it, and nothing is.
    const onRestored = (_: string, count: number): void => {
      rows[operator] = count
    }
    const provider = new DurableStateProvider({ disk, folder: path, runnerEpoch: 0, memoryBytesMax: null, steps, onRestored })
    try {
      await provider.open(schema)
    } catch (error) {
      findings.push({ severity: 'damage', path, what: `The state of ${operator} cannot be made again: ${sentenceOf(error)}` })
    } finally {
      await provider.close()
    }
  }
  return { findings, rows }
}

async function readUnit(
  disk: Disk,
  path: string,
  { file, inline }: StateCommit,
): Promise<{ readonly operator: string; readonly epoch: number } | null> {
  if (file === null && inline === null) return null
  const payload =
    file === null
      ? (inline as Uint8Array)
      : scanOneBlock(path, await readWhole(disk, path, { start: file.offset, end: file.offset + file.sizeBytes }), file.checksum)
  return decodeJson(payload, path).json as unknown as { readonly operator: string; readonly epoch: number }
}

const placeIn = ({ file }: StateCommit): string => (file === null ? 'within the journal' : `${file.sizeBytes} bytes at byte ${file.offset}`)
