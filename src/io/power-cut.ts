/**
 * What is left of a simulated disk when the power goes. What was synced is there. Of what was not, a real disk may have anything: of a file any of its sectors
 * (512 bytes, each whole or not at all; of a sector that was written several times any of its versions), and its old length or a newer one; of a folder any of
 * the changed names, each on its own. A sector inside the file's length that did not arrive has zeros, or what stood on the disk before.
 */
import {
  applied,
  type DiskNode,
  durableFile,
  durableFolder,
  type EntryChange,
  type FileNode,
  SECTOR_BYTES,
  type WrittenRange,
} from './disk-node.ts'
import { DiskState } from './disk-state.ts'
import { SeededRandom } from './seeded-random.ts'

export interface PowerCut {
  /**
   * What becomes of all that was not synced. `torn`: the disk wrote in order until `tornAt`, or, with a `subset`, any parts of it in any order. Without either
   * the seed of the disk chooses a subset.
   */
  readonly unsynced: 'lost' | 'kept' | 'torn'
  /** So many unsynced bytes of the whole disk arrived, in the order of their writing, rounded down to a whole sector; with them the names given before. */
  readonly tornAt?: number
  /** The seed of the choice. */
  readonly subset?: number
  /** What becomes of changed names, if not the like of `unsynced`. */
  readonly entries?: 'lost' | 'kept'
  /** `kept`: files have the length that they had, whatever arrived of their contents. Otherwise they end where the last byte that arrived does. */
  readonly lengths?: 'kept' | 'arrived'
  /** What stands where nothing arrived: zeros (the default), or noise as from an older file. */
  readonly gaps?: 'zeros' | 'noise'
}

/** The part of one write that falls into one sector. */
type Piece = WrittenRange
interface Survival {
  /** How many changes of one name arrived, the oldest first. */
  changes(changes: readonly EntryChange[]): number
  pieces(pieces: readonly Piece[]): readonly Piece[]
  /** From the durable length to the present one; `arrived` is the end of the last byte that arrived. */
  length(file: FileNode, arrived: number): number
}

/** The byte counts at which `tornAt` gives another state each; the disk with all bytes is not among them. */
export function tornPoints(state: DiskState): readonly number[] {
  let total = 0
  return piecesInOrder(state).map((piece) => {
    const before = total
    total += piece.end - piece.start
    return before
  })
}

/** The state after the cut: all of it is durable. */
export function cutPower(state: DiskState, cut: PowerCut): DiskState {
  const survival = survivalOf(state, cut)
  const noise = cut.gaps === 'noise' ? new SeededRandom(cut.subset ?? 1) : null
  const nodes = new Map<number, DiskNode>()
  const left = [DiskState.ROOT]
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (nodes.has(id)) continue
    const node = state.node(id)
    if (node.kind === 'file') {
      nodes.set(id, durableFile(bytesAfter(node, survival, noise), node.modifiedMs))
      continue
    }
    const entries = applied(
      node.durable,
      changesByName(node.pending).flatMap((changes) => changes.slice(0, survival.changes(changes))),
    )
    nodes.set(id, durableFolder(entries, node.modifiedMs))
    left.push(...entries.values())
  }
  return state.with(nodes)
}

function bytesAfter(file: FileNode, survival: Survival, noise: SeededRandom | null): Uint8Array {
  const kept = survival.pieces(piecesOf(file))
  const arrived = kept.reduce((end, piece) => Math.max(end, piece.end), file.durableLength)
  const after = new Uint8Array(survival.length(file, arrived))
  if (noise !== null) for (let i = file.durableLength; i < after.length; i++) after[i] = noise.uint32()
  after.set(file.bytes.copy({ start: 0, end: file.durableLength }))
  for (const { start, end } of file.holes) {
    for (let i = start; i < Math.min(end, after.length); i++) after[i] = noise?.uint32() ?? 0
  }
  for (const { start, end } of kept)
    if (start < after.length) after.set(file.bytes.copy({ start, end: Math.min(end, after.length) }), start)
  return after
}

function survivalOf(state: DiskState, cut: PowerCut): Survival {
  const base = plainSurvival(state, cut)
  const { entries, lengths } = cut
  return {
    pieces: base.pieces,
    changes: entries === undefined ? base.changes : (changes) => (entries === 'kept' ? changes.length : 0),
    length: lengths === undefined ? base.length : (file, arrived) => (lengths === 'kept' ? file.length : arrived),
  }
}

function plainSurvival(state: DiskState, cut: PowerCut): Survival {
  if (cut.unsynced === 'lost') return { changes: () => 0, pieces: () => [], length: (file) => file.durableLength }
  if (cut.unsynced === 'kept') return { changes: (all) => all.length, pieces: (all) => all, length: (file) => file.length }
  return cut.tornAt === undefined ? anySubset(new SeededRandom(cut.subset ?? 0)) : inOrderUntil(state, cut.tornAt)
}

function inOrderUntil(state: DiskState, tornAt: number): Survival {
  let total = 0
  const lost = piecesInOrder(state).find((piece) => {
    total += piece.end - piece.start
    return total > tornAt
  })
  const isKept = (piece: Piece): boolean =>
    lost === undefined || piece.seq < lost.seq || (piece.seq === lost.seq && piece.start < lost.start)
  return {
    changes: (all) => all.filter((change) => lost === undefined || change.seq < lost.seq).length,
    pieces: (all) => all.filter(isKept),
    length: (_, arrived) => arrived,
  }
}

/** For each folder and file the disk is lazy or eager to another degree, so that nearly nothing and nearly all arrive as often as the half. */
function anySubset(random: SeededRandom): Survival {
  const degrees = [0, 0.1, 0.5, 0.9, 1]
  const oneOf = <T>(all: readonly T[], otherwise: T): T => all[random.uint32() % all.length] ?? otherwise
  const first = (count: number, degree: number): number => {
    if (degree === 0 || degree === 1) return count * degree
    return random.next() < degree ? count : random.uint32() % count
  }
  return {
    changes: (all) => first(all.length, oneOf(degrees, 0.5)),
    pieces: (all) => {
      const degree = oneOf(degrees, 0.5)
      return bySector(all).flatMap((versions) => versions.slice(0, first(versions.length, degree)))
    },
    length: (file, arrived) => oneOf([file.durableLength, arrived, arrived, file.length], arrived),
  }
}

function piecesOf(file: FileNode): Piece[] {
  return file.pending.flatMap(({ seq, start, end }) => {
    const pieces: Piece[] = []
    for (let at = start; at < end; ) {
      const next = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES)
      pieces.push({ seq, start: at, end: next })
      at = next
    }
    return pieces
  })
}

function piecesInOrder(state: DiskState): Piece[] {
  const all = [...state.reachable()].flatMap((id) => {
    const node = state.node(id)
    return node.kind === 'file' ? piecesOf(node) : []
  })
  return all.sort((a, b) => a.seq - b.seq || a.start - b.start)
}

const bySector = (pieces: readonly Piece[]): Piece[][] => groups(pieces, (piece) => Math.floor(piece.start / SECTOR_BYTES))
const changesByName = (changes: readonly EntryChange[]): EntryChange[][] => groups(changes, (change) => change.name)

function groups<T, K>(all: readonly T[], keyOf: (one: T) => K): T[][] {
  const found = new Map<K, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const group = found.get(key)
    if (group === undefined) found.set(key, [one])
    else group.push(one)
  }
  return [...found.values()]
}
