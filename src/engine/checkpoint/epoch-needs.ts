/**
 * What an epoch of the journal needs beside the journal, so that the query can go on from it: parts of state files, and what sources that cannot be read again
 * have in their logs. By presence and size alone; verification.ts looks at the contents.
 *
 * The purge removes whole files, oldest first, so what an old epoch needs may be gone while the journal still tells of it. That is no damage: it is how far
 * back a rewind can go.
 */
import type { Disk } from '../../io/io.ts'
import type { SourceOffset } from '../../plan/contracts/source.ts'
import type { StateFilePart } from '../state/contract.ts'
import type { CommittedEpoch, History } from './history.ts'
import { chainOf, logHeaders, namesIn } from './log-reader.ts'

export interface StoredParts {
  /** Sizes of the files of state, by name. */
  readonly stateFiles: ReadonlyMap<string, number>
  /** The first entry that the log of each spooled source still has, by source id. */
  readonly firstEntries: ReadonlyMap<string, number>
}

export const sourceLogFolder = (location: string, sourceId: string): string => `${location}/sources/${encodeURIComponent(sourceId)}`

/** The sources whose rows come from their log: those that cannot be read again (spooled-source.ts). Their positions count entries. */
export const spooledSources = ({ header }: History): readonly string[] =>
  (header?.plan.sources ?? []).filter((source) => source.place === null).map((source) => source.id)

/** The entry of its log before which a spooled source is read; 0 where no partition was known yet. */
export const entryOf = (offset: SourceOffset): number => Math.max(0, ...Object.values(offset).map(Number))

export async function storedParts(disk: Disk, location: string, history: History): Promise<StoredParts> {
  const firstEntries = new Map<string, number>()
  for (const id of spooledSources(history)) {
    const header = chainOf(await logHeaders(disk, sourceLogFolder(location, id), 'source'))[0]?.header
    if (header !== undefined && header !== null) firstEntries.set(id, (header.content as { readonly first: number }).first)
  }
  const files = await namesIn(disk, `${location}/state`)
  return { stateFiles: new Map(files.map(({ name, sizeBytes }) => [name, sizeBytes])), firstEntries }
}

export const isStored = ({ stateFiles }: StoredParts, part: StateFilePart): boolean =>
  (stateFiles.get(part.name) ?? -1) >= part.offset + part.sizeBytes

/** For each epoch of the history why the query cannot be taken back to it, in words; null where it can. */
export function obstacles(history: History, stored: StoredParts): readonly (string | null)[] {
  const { epochs } = history
  const first = epochs[0]?.commit.epoch ?? 0
  const spooled = spooledSources(history)
  /** The last part of each operator that is not there: an epoch that is based on it or on an earlier one cannot be made again. */
  const lastGone = new Map<string, { readonly epoch: number; readonly file: string }>()
  return epochs.map(({ begin, commit }) => {
    let why: string | null = null
    for (const [operator, { file, baseEpoch }] of Object.entries(commit.state)) {
      if (file !== null && !isStored(stored, file)) lastGone.set(operator, { epoch: commit.epoch, file: file.name })
      const gone = lastGone.get(operator)
      if (gone !== undefined && gone.epoch >= baseEpoch)
        why ??= `the state of ${operator} needs 'state/${gone.file}', which is not there any more`
      if (baseEpoch < first) why ??= `the state of ${operator} needs epoch ${baseEpoch}, and the journal begins with epoch ${first}`
    }
    for (const id of spooled) {
      const entry = entryOf(begin.ranges[id]?.end ?? {})
      const kept = stored.firstEntries.get(id)
      if (kept === undefined ? entry > 0 : entry < kept)
        why ??= `source ${id} would read on from entry ${entry} of its log, and the log begins with ${kept ?? 'nothing'}`
    }
    return why
  })
}

/** The epochs that the query can be taken back to, as a range that ends with the last one; null where not even that can be made again. */
export function rewindRange(
  epochs: readonly CommittedEpoch[],
  why: readonly (string | null)[],
): { readonly from: number; readonly to: number } | null {
  const from = why.findLastIndex((one) => one !== null) + 1
  const [oldest, last] = [epochs[from], epochs.at(-1)]
  return oldest === undefined || last === undefined ? null : { from: oldest.commit.epoch, to: last.commit.epoch }
}
