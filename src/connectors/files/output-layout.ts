/**
 * Where the file sink puts what. The output folder has the published parts; all else stands below `_millrace`, which readers of such folders pass over:
 *
 * | path | what |
 * |---|---|
 * | `part-<lineage>-<epoch>-<n>.json` | a published part: a second name of a file in `work`, given after its epoch was published |
 * | `_millrace/log/<sequence>` | an entry of the manifest (manifest-entry.ts) |
 * | `_millrace/log/<from>-<to>` | a segment: these entries in one file |
 * | `_millrace/work/<runner>-…` | what a runner is making; nobody else writes under its number |
 */
export interface OutputLayout {
  readonly folder: string
  readonly log: string
  readonly work: string
}

export const MANIFEST_FOLDER = '_millrace'

export const outputLayout = (folder: string): OutputLayout => ({
  folder,
  log: `${folder}/${MANIFEST_FOLDER}/log`,
  work: `${folder}/${MANIFEST_FOLDER}/work`,
})

/** So that names sort as numbers do. */
export const digits = (count: number): string => String(count).padStart(10, '0')
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Which part: number `part` of an epoch. */
export interface PartId {
  readonly lineage: number
  readonly epoch: number
  readonly part: number
}
export const partName = ({ lineage, epoch, part }: PartId, extension: string): string =>
  `part-${lineage}-${digits(epoch)}-${part}.${extension}`
export function partIdOf(name: string): PartId | null {
  const found = /^part-(\d+)-(\d{10,})-(\d+)\.\w+$/.exec(name)
  return found === null ? null : { lineage: Number(found[1]), epoch: Number(found[2]), part: Number(found[3]) }
}

/** The hidden name of a part while its epoch is not published. */
export const workPartName = (runner: number, { lineage, epoch, part }: PartId): string =>
  `${digits(runner)}-part-${lineage}-${digits(epoch)}-${part}`
/** Null for what is no part. */
export function workPartOf(name: string): (PartId & { readonly runner: number }) | null {
  const found = /^(\d{10,})-part-(\d+)-(\d{10,})-(\d+)$/.exec(name)
  if (found === null) return null
  return { runner: Number(found[1]), lineage: Number(found[2]), epoch: Number(found[3]), part: Number(found[4]) }
}
/** Whose a file in `work` is; null where its name says nothing. */
export function runnerOf(name: string): number | null {
  const found = /^(\d{10,})-/.exec(name)
  return found === null ? null : Number(found[1])
}

/** A file of the manifest: the entries `from` to `to`. */
export interface LogFile {
  readonly path: string
  readonly from: number
  readonly to: number
}
export const entryFile = (log: string, sequence: number): LogFile => ({ path: `${log}/${digits(sequence)}`, from: sequence, to: sequence })
export const segmentFile = (log: string, from: number, to: number): LogFile => ({
  path: `${log}/${digits(from)}-${digits(to)}`,
  from,
  to,
})
/** Null for what is no file of the manifest. */
export function logFileOf(path: string): LogFile | null {
  const found = /^(\d{10,})(?:-(\d{10,}))?$/.exec(nameOf(path))
  if (found === null) return null
  const from = Number(found[1])
  return { path, from, to: found[2] === undefined ? from : Number(found[2]) }
}
