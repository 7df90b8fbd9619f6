/**
 * What is on a simulated disk: a table of nodes that is copied when it is written after a fork. A fork costs nothing, so a test may keep one for each of
 * thousands of operations.
 */
import { posix } from 'node:path'
import {
  appended,
  applied,
  type DiskNode,
  dropped,
  durableFile,
  durableFolder,
  type FileNode,
  type FolderNode,
  synced,
  writtenAgain,
} from './disk-node.ts'

const NODES_BEFORE_SWEEP = 1024

/** The system's error, as Node throws it. */
export function systemError(code: string, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${call} '${path}'`), { code, syscall: call, path })
}

/** The names on the way to a path; a relative one begins at the root. */
export const namesOf = (path: string): string[] => posix.resolve('/', path).split('/').filter(Boolean)

export class DiskState {
  #nodes: Map<number, DiskNode>
  #shared = false
  #sweepAt = NODES_BEFORE_SWEEP
  #nextId: number
  #seq: number

  static readonly ROOT = 0

  constructor(nodes: ReadonlyMap<number, DiskNode> = new Map([[DiskState.ROOT, durableFolder(new Map(), 0)]]), nextId = 1, seq = 0) {
    this.#nodes = new Map(nodes)
    this.#nextId = nextId
    this.#seq = seq
  }

  fork(): DiskState {
    const copy = new DiskState(new Map(), this.#nextId, this.#seq)
    copy.#nodes = this.#nodes
    copy.#shared = true
    this.#shared = true
    return copy
  }

  /** The same history with other nodes. */
  with(nodes: ReadonlyMap<number, DiskNode>): DiskState {
    return new DiskState(nodes, this.#nextId, this.#seq)
  }

  #nextSeq(): number {
    return ++this.#seq
  }

  node(id: number): DiskNode {
    const found = this.#nodes.get(id)
    if (found === undefined) throw new Error(`the simulated disk has lost its node ${id}`)
    return found
  }

  file(id: number): FileNode {
    const found = this.node(id)
    if (found.kind !== 'file') throw new Error(`the simulated disk's node ${id} is no file`)
    return found
  }

  folder(id: number): FolderNode {
    const found = this.node(id)
    if (found.kind !== 'folder') throw new Error(`the simulated disk's node ${id} is no folder`)
    return found
  }

  set(id: number, node: DiskNode): void {
    if (this.#shared) {
      this.#nodes = new Map(this.#nodes)
      this.#shared = false
    }
    this.#nodes.set(id, node)
  }

  append(id: number, bytes: Uint8Array, modifiedMs: number): void {
    this.set(id, appended(this.file(id), bytes, this.#nextSeq(), modifiedMs))
  }

  /** Throws where the bytes are others than those that are there. */
  writeAgain(id: number, start: number, bytes: Uint8Array, modifiedMs: number): void {
    const file = this.file(id)
    const range = { start, end: start + bytes.length }
    if (range.end > file.length || Buffer.compare(file.bytes.copy(range), bytes) !== 0)
      throw new RangeError('The bytes are not those of the file.')
    this.set(id, writtenAgain(file, range, this.#nextSeq(), modifiedMs))
  }

  /** Makes durable what a file or folder has. */
  sync(id: number): void {
    this.set(id, synced(this.node(id)))
  }

  /** A sync failed. */
  drop(id: number): void {
    this.set(id, dropped(this.node(id)))
  }

  add(node: DiskNode): number {
    const id = this.#nextId++
    this.set(id, node)
    return id
  }

  /** What a path names; null where nothing is, also where the way leads through a file. */
  find(path: string): number | null {
    let id: number = DiskState.ROOT
    for (const name of namesOf(path)) {
      const node = this.node(id)
      const next = node.kind === 'file' ? undefined : node.entries.get(name)
      if (next === undefined) return null
      id = next
    }
    return id
  }

  /** Throws ENOENT where nothing is, ENOTDIR where the way leads through a file, and `ifFolder` where it leads to a folder that is not wanted. */
  need(path: string, call: string, ifFolder?: string): number {
    const id = this.find(path)
    if (id !== null) {
      if (ifFolder !== undefined && this.node(id).kind === 'folder') throw systemError(ifFolder, call, path)
      return id
    }
    const names = namesOf(path)
    const isFile = (depth: number): boolean => {
      const above = this.find(`/${names.slice(0, depth).join('/')}`)
      return above !== null && this.node(above).kind === 'file'
    }
    throw systemError(names.some((_, depth) => isFile(depth)) ? 'ENOTDIR' : 'ENOENT', call, path)
  }

  /** The folder that has, or would have, the entry of a path. */
  parent(path: string, call: string): { readonly folder: number; readonly name: string } {
    const names = namesOf(path)
    const name = names.pop()
    if (name === undefined) throw systemError('EEXIST', call, path)
    const folder = this.need(`/${names.join('/')}`, call)
    if (this.node(folder).kind === 'file') throw systemError('ENOTDIR', call, path)
    return { folder, name }
  }

  /** Gives a name to a node, or takes it away: seen at once, durable later. */
  change(folderId: number, name: string, id: number | null, modifiedMs: number): void {
    const folder = this.folder(folderId)
    const change = { seq: this.#nextSeq(), name, id }
    const entries = applied(folder.entries, [change])
    this.set(folderId, { ...folder, entries, pending: [...folder.pending, change], modifiedMs })
  }

  /** What gives a file another name in place of its own. Null where both are names of it already: then nothing happens, as the system has it. */
  move(path: string, newPath: string): ((modifiedMs: number) => void) | null {
    const id = this.need(path, 'rename', 'EISDIR')
    const [from, to] = [this.parent(path, 'rename'), this.parent(newPath, 'rename')]
    const replaced = this.find(newPath)
    if (replaced !== null && this.node(replaced).kind === 'folder') throw systemError('EISDIR', 'rename', newPath)
    if (replaced === id) return null
    return (modifiedMs) => {
      this.change(to.folder, to.name, id, modifiedMs)
      this.change(from.folder, from.name, null, modifiedMs)
    }
  }

  contents(path: string): Uint8Array {
    const file = this.file(this.need(path, 'read', 'EISDIR'))
    return file.bytes.copy({ start: 0, end: file.length })
  }

  /** Places a durable file in durable folders, over what is there. */
  put(path: string, bytes: Uint8Array, modifiedMs: number): void {
    const folders = namesOf(path)
    const name = folders.pop() ?? ''
    let folder: number = DiskState.ROOT
    for (const one of folders)
      folder = this.folder(folder).entries.get(one) ?? this.#place(folder, one, durableFolder(new Map(), modifiedMs))
    this.#place(folder, name, durableFile(bytes.slice(), modifiedMs))
  }

  #place(folderId: number, name: string, node: DiskNode): number {
    const folder = this.folder(folderId)
    const id = this.add(node)
    const entry = [{ seq: 0, name, id }]
    const pending = folder.pending.filter((change) => change.name !== name)
    this.set(folderId, { ...folder, entries: applied(folder.entries, entry), durable: applied(folder.durable, entry), pending })
    return id
  }

  /** All files that programs see, in the order of their paths. */
  files(): { readonly path: string; readonly sizeBytes: number }[] {
    const found: { path: string; sizeBytes: number }[] = []
    const walk = (path: string, id: number): void => {
      const node = this.node(id)
      if (node.kind === 'file') found.push({ path, sizeBytes: node.length })
      else for (const [name, child] of node.entries) walk(`${path}/${name}`, child)
    }
    walk('', DiskState.ROOT)
    return found.sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** Everything that an entry names, or named and may name again after a power cut. */
  reachable(): Set<number> {
    const seen = new Set<number>([DiskState.ROOT])
    for (const id of seen) {
      const node = this.node(id)
      if (node.kind === 'file') continue
      for (const one of node.entries.values()) seen.add(one)
      for (const one of node.durable.values()) seen.add(one)
      for (const one of node.pending) if (one.id !== null) seen.add(one.id)
    }
    return seen
  }

  /** Forgets, now and then, what nothing names and nobody has open. */
  sweep(open: Iterable<number>): void {
    if (this.#nodes.size < this.#sweepAt) return
    const live = this.reachable()
    for (const id of open) live.add(id)
    this.#nodes = new Map([...this.#nodes].filter(([id]) => live.has(id)))
    this.#shared = false
    this.#sweepAt = Math.max(NODES_BEFORE_SWEEP, 2 * this.#nodes.size)
  }
}
