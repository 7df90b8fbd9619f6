/**
 * The files and folders of a simulated disk: values that never change once made. Each has what programs see, what is durable, and what happened since, in order.
 */
export const SECTOR_BYTES = 512

export interface Range {
  readonly start: number
  readonly end: number
}
/** Bytes that were written and not synced. `seq` orders changes over the whole disk. */
export interface WrittenRange extends Range {
  readonly seq: number
}
export interface FileNode {
  readonly kind: 'file'
  readonly bytes: GrowingBytes
  readonly length: number
  readonly durableLength: number
  readonly pending: readonly WrittenRange[]
  /** What a failed sync dropped: readers see it while the machine runs, no later sync writes it unless it is written again, and zeros stand there after a power cut. */
  readonly holes: readonly Range[]
  readonly modifiedMs: number
}

/** A name that was given to a node, or taken away (null), since the folder was synced. */
export interface EntryChange {
  readonly seq: number
  readonly name: string
  readonly id: number | null
}
export interface FolderNode {
  readonly kind: 'folder'
  readonly entries: ReadonlyMap<string, number>
  readonly durable: ReadonlyMap<string, number>
  readonly pending: readonly EntryChange[]
  readonly modifiedMs: number
}
export type DiskNode = FileNode | FolderNode

/** Bytes shared by all versions of a file that only grew; a version that is not the longest copies before it appends. */
export class GrowingBytes {
  #bytes: Uint8Array
  #used: number

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes
    this.#used = bytes.length
  }

  append(length: number, more: Uint8Array): GrowingBytes {
    const grown = length === this.#used ? this : new GrowingBytes(this.#bytes.slice(0, length))
    const needed = length + more.length
    if (needed > grown.#bytes.length) {
      const roomier = new Uint8Array(Math.max(needed, grown.#bytes.length * 2, SECTOR_BYTES))
      roomier.set(grown.#bytes.subarray(0, length))
      grown.#bytes = roomier
    }
    grown.#bytes.set(more, length)
    grown.#used = needed
    return grown
  }

  copy({ start, end }: Range): Uint8Array {
    return this.#bytes.slice(start, end)
  }
}

export const emptyFile = (modifiedMs: number): FileNode => ({
  kind: 'file',
  bytes: new GrowingBytes(),
  length: 0,
  durableLength: 0,
  pending: [],
  holes: [],
  modifiedMs,
})
export const durableFile = (bytes: Uint8Array, modifiedMs: number): FileNode => ({
  ...emptyFile(modifiedMs),
  bytes: new GrowingBytes(bytes),
  length: bytes.length,
  durableLength: bytes.length,
})
export const durableFolder = (entries: ReadonlyMap<string, number>, modifiedMs: number): FolderNode => ({
  kind: 'folder',
  entries,
  durable: entries,
  pending: [],
  modifiedMs,
})

export function appended(file: FileNode, bytes: Uint8Array, seq: number, modifiedMs: number): FileNode {
  const end = file.length + bytes.length
  return {
    ...file,
    bytes: file.bytes.append(file.length, bytes),
    length: end,
    pending: bytes.length === 0 ? file.pending : [...file.pending, { seq, start: file.length, end }],
    modifiedMs,
  }
}
/** The same bytes, written again. */
export const writtenAgain = (file: FileNode, range: Range, seq: number, modifiedMs: number): FileNode => ({
  ...file,
  pending: [...file.pending, { seq, ...range }],
  modifiedMs,
})
const syncedFile = (file: FileNode): FileNode => ({
  ...file,
  durableLength: file.length,
  pending: [],
  holes: file.pending.reduce<readonly Range[]>((left, { start, end }) => left.flatMap((hole) => without(hole, start, end)), file.holes),
})
/** What was durable before it was written again still is: the disk has the same bytes, whether or not they arrived once more. */
const droppedFile = (file: FileNode): FileNode => ({
  ...file,
  pending: [],
  holes: [...file.holes, ...file.pending.flatMap((range) => without(range, 0, file.durableLength))],
})
const without = (range: Range, start: number, end: number): Range[] =>
  [
    { start: range.start, end: Math.min(range.end, start) },
    { start: Math.max(range.start, end), end: range.end },
  ].filter((one) => one.start < one.end)
const syncedFolder = (folder: FolderNode): FolderNode => ({
  ...folder,
  durable: applied(folder.durable, folder.pending),
  pending: [],
})
const droppedFolder = (folder: FolderNode): FolderNode => ({ ...folder, pending: [] })

export const synced = (node: DiskNode): DiskNode => (node.kind === 'file' ? syncedFile(node) : syncedFolder(node))
/** After a sync that failed: the system holds for written what was not. */
export const dropped = (node: DiskNode): DiskNode => (node.kind === 'file' ? droppedFile(node) : droppedFolder(node))

/** Damage to a file that no program did, durable at once. */
export type Corruption =
  | { readonly flipBit: number }
  | { readonly truncateTo: number }
  | { readonly zeroSector: number }
  | { readonly replaceWith: Uint8Array }

export function damaged(file: FileNode, corruption: Corruption): FileNode {
  if ('replaceWith' in corruption) return durableFile(corruption.replaceWith.slice(), file.modifiedMs)
  const end = 'truncateTo' in corruption ? Math.min(file.length, corruption.truncateTo) : file.length
  const bytes = file.bytes.copy({ start: 0, end })
  if ('zeroSector' in corruption) bytes.fill(0, corruption.zeroSector * SECTOR_BYTES, (corruption.zeroSector + 1) * SECTOR_BYTES)
  if ('flipBit' in corruption) {
    const at = corruption.flipBit >> 3
    if (at >= end) throw new RangeError(`bit ${corruption.flipBit} is not in a file of ${end} bytes`)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (corruption.flipBit & 7))
  }
  const clipped = <T extends Range>(ranges: readonly T[]): T[] =>
    ranges.filter((one) => one.start < end).map((one) => ({ ...one, end: Math.min(one.end, end) }))
  return {
    ...file,
    bytes: new GrowingBytes(bytes),
    length: end,
    durableLength: Math.min(file.durableLength, end),
    pending: clipped(file.pending),
    holes: clipped(file.holes),
  }
}

export function applied(entries: ReadonlyMap<string, number>, changes: readonly EntryChange[]): ReadonlyMap<string, number> {
  const result = new Map(entries)
  for (const { name, id } of changes) {
    if (id === null) result.delete(name)
    else result.set(name, id)
  }
  return result
}
