/**
 * An entry of the manifest: one line, `<crc32 of the rest, 8 hex digits> <JSON>\n`. Entries are numbered from 1 without a gap, and each names the checksum of
 * the one before, so that a flipped bit, a cut file, a file under another name and one from another output are told from what was written here. Format 1.
 */
import { crc32 } from 'node:zlib'
import { MillraceError } from '../../error.ts'
import type { EpochToken } from '../../plan/contracts/sink.ts'

const FORMAT = 1

interface EntryBase {
  readonly format: typeof FORMAT
  /** The query that owns the output. */
  readonly query: string
  readonly sequence: number
  /** The checksum of the entry before; of the first '00000000'. */
  readonly previous: string
  /** The runner that wrote it. */
  readonly runner: number
}
/** From here on only this runner writes; with `rewoundTo`, what older lineages wrote beyond that epoch is superseded. */
export interface FenceEntry extends EntryBase {
  readonly kind: 'fence'
  readonly lineage: number
  readonly rewoundTo: number | null
}
/** An epoch is published, with these parts. Epochs without rows have no entry. */
export interface EpochEntry extends EntryBase {
  readonly kind: 'epoch'
  readonly token: EpochToken
  readonly parts: readonly PartInfo[]
}
export interface PartInfo {
  readonly name: string
  readonly bytes: number
  readonly rows: number
  readonly crc32: string
}
export type ManifestEntry = FenceEntry | EpochEntry
/** An entry before it has its place in the manifest. */
export type NewEntry =
  | Pick<FenceEntry, 'kind' | 'query' | 'runner' | 'lineage' | 'rewoundTo'>
  | Pick<EpochEntry, 'kind' | 'query' | 'runner' | 'token' | 'parts'>

export const NO_CHECKSUM = '00000000'
export const checksumText = (checksum: number): string => checksum.toString(16).padStart(8, '0')

export interface EntryLine {
  readonly entry: ManifestEntry
  /** Without the line's end. */
  readonly text: string
  readonly checksum: string
}

export function encodeEntry(entry: NewEntry, sequence: number, previous: string): EntryLine {
  const placed = { format: FORMAT, sequence, previous, ...entry } as ManifestEntry
  const json = JSON.stringify(placed)
  const checksum = checksumText(crc32(json))
  return { entry: placed, text: `${checksum} ${json}`, checksum }
}

/** Throws CHECKPOINT_DAMAGED or CHECKPOINT_FORMAT, naming `path`. */
export function decodeEntry(text: string, path: string): EntryLine {
  const [checksum, json] = [text.slice(0, 8), text.slice(9)]
  if (text[8] !== ' ' || checksumText(crc32(json)) !== checksum) throw damaged(path, 'its checksum does not fit')
  const entry = JSON.parse(json) as { readonly format: number }
  if (entry.format !== FORMAT)
    throw new MillraceError(
      'CHECKPOINT_FORMAT',
      `The manifest file '${path}' has format ${entry.format}; this version of Millrace knows format ${FORMAT}.`,
      {
        details: { path, format: entry.format },
      },
    )
  return { entry: entry as ManifestEntry, text, checksum }
}

export function damaged(path: string, what: string): MillraceError {
  return new MillraceError('CHECKPOINT_DAMAGED', `The manifest file '${path}' is damaged: ${what}.`, {
    hint: 'Restore the output folder from a copy, or start a new query into another folder.',
    details: { path },
  })
}

export function fenced(folder: string, by: number | null): MillraceError {
  return new MillraceError(
    'QUERY_FENCED',
    `Another runner of the query${by === null ? '' : ` (number ${by})`} writes into '${folder}' now.`,
    {
      details: { path: folder, ...(by === null ? {} : { runner: by }) },
    },
  )
}
