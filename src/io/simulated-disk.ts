/**
 * A disk in memory for tests of what must survive. It keeps apart what programs see and what is durable, counts every change, fails where it is told, and goes
 * off in between; power-cut.ts says what may be left then. All of it depends on the seed and the calls alone: no time, no real chance.
 */
import { posix } from 'node:path'
import { DiskCalls, type DiskOperation, type FaultOptions, SimulatedCrash } from './disk-faults.ts'
import { type Corruption, damaged, durableFolder, emptyFile } from './disk-node.ts'
import { DiskState, namesOf, systemError } from './disk-state.ts'
import type { Clock, Disk, FileInfo, ReadOptions, WritableFile } from './io.ts'
import { cutPower, type PowerCut, tornPoints } from './power-cut.ts'
import { SeededRandom } from './seeded-random.ts'
import { openedFile } from './simulated-file.ts'

const READ_CHUNK_BYTES = 64 * 1024

export interface SimulatedDiskOptions {
  readonly seed: number
  /** Where the modification times of files come from; without it they are 0. */
  readonly clock?: Pick<Clock, 'nowMs'>
  readonly from?: DiskSnapshot
}
/** A whole disk as it was once; costs nothing to take and to keep. */
export interface DiskSnapshot {
  readonly state: DiskState
  readonly operations: number
}

/**
 * @example
 * ```ts
 * import { SimulatedDisk } from 'millrace/testing'
 *
 * const disk = new SimulatedDisk({ seed: 1 })
 * await disk.makeFolder('/data')
 * const file = await disk.create('/data/log')
 * await disk.syncFolder('/data')
 * await file.append(Buffer.from('durable'))
 * await file.sync()
 * await file.append(Buffer.from(', and not'))
 * console.log(disk.files()) // [ { path: '/data/log', sizeBytes: 16 } ]
 * console.log(disk.powerCut({ unsynced: 'lost' }).files()) // [ { path: '/data/log', sizeBytes: 7 } ]
 * ```
 */
export class SimulatedDisk implements Disk {
  readonly seed: number
  readonly #random: SeededRandom
  readonly #calls = new DiskCalls()
  #clock: Pick<Clock, 'nowMs'> | undefined
  #state: DiskState
  #lies = false
  /** What is open, with the node of each; what was open before a `restore` is not in it. */
  #open = new Map<object, number>()

  constructor({ seed, clock, from }: SimulatedDiskOptions) {
    this.seed = seed
    this.#random = new SeededRandom(seed)
    this.#clock = clock
    this.#state = from === undefined ? new DiskState() : from.state.fork()
  }

  async list(path: string): Promise<readonly FileInfo[]> {
    this.#calls.read('list', path)
    const node = this.#state.node(this.#state.need(path, 'scandir'))
    if (node.kind === 'file') throw systemError('ENOTDIR', 'scandir', path)
    const entries = [...node.entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    return entries.map(([name, id]) => this.#info(posix.join(path, name), id))
  }

  async stat(path: string): Promise<FileInfo | null> {
    this.#calls.read('stat', path)
    const id = this.#state.find(path)
    return id === null ? null : this.#info(path, id)
  }

  async *read(path: string, { start = 0, end = Number.POSITIVE_INFINITY, signal }: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    this.#calls.read('read', path)
    const id = this.#state.need(path, 'open')
    const reader = {}
    this.#open.set(reader, id)
    try {
      for (let position = start; position < end; ) {
        signal?.throwIfAborted()
        this.#assertOpen(reader)
        const node = this.#state.node(id)
        if (node.kind === 'folder') throw systemError('EISDIR', 'read', path)
        const chunk = node.bytes.copy({ start: position, end: Math.min(end, node.length, position + READ_CHUNK_BYTES) })
        if (chunk.length === 0) return
        position += chunk.length
        yield chunk
      }
    } finally {
      this.#open.delete(reader)
    }
  }

  readNow(path: string): Uint8Array | null {
    this.#calls.read('read', path)
    return this.#state.find(path) === null ? null : this.#state.contents(path)
  }

  existsNow(path: string): boolean {
    this.#calls.read('stat', path)
    return this.#state.find(path) !== null
  }

  async makeFolder(path: string): Promise<void> {
    this.#calls.assertOn()
    const names = namesOf(path)
    const level = (depth: number): string => `/${names.slice(0, depth).join('/')}`
    let depth = names.length
    while (this.#state.find(level(depth)) === null) depth--
    if (depth > 0) this.#syncFolder(level(depth - 1))
    for (depth++; depth <= names.length; depth++) {
      this.#name('make-folder', level(depth), () => this.#state.add(durableFolder(new Map(), this.#nowMs())))
      this.#syncFolder(level(depth - 1), () => this.#unname('remove-folder', level(depth)))
    }
    if (this.#state.node(this.#state.need(path, 'mkdir')).kind === 'file') throw systemError('EEXIST', 'mkdir', path)
  }

  async create(path: string): Promise<WritableFile> {
    this.#calls.assertOn()
    const id = this.#name('create', path, () => this.#state.add(emptyFile(this.#nowMs())))
    return this.#writable(path, id)
  }

  async open(path: string): Promise<WritableFile> {
    this.#calls.read('open', path)
    return this.#writable(path, this.#state.need(path, 'open', 'EISDIR'))
  }

  async link(path: string, newPath: string): Promise<void> {
    this.#calls.assertOn()
    const id = this.#state.need(path, 'link', 'EPERM')
    this.#name('link', newPath, () => id)
  }

  async replace(path: string, newPath: string): Promise<void> {
    this.#calls.assertOn()
    const move = this.#state.move(path, newPath)
    if (move !== null) this.#calls.change('replace', newPath, () => move(this.#nowMs()))
  }

  async writeAgain(path: string, start: number, bytes: Uint8Array): Promise<void> {
    this.#calls.assertOn()
    const id = this.#state.need(path, 'open', 'EISDIR')
    this.#calls.change('write-again', path, () => this.#state.writeAgain(id, start, bytes, this.#nowMs()), {
      note: ` ${bytes.length} bytes at ${start}`,
    })
    this.#sync('sync', path, id)
  }

  async remove(path: string): Promise<void> {
    this.#calls.assertOn()
    const id = this.#state.find(path)
    if (id === null) return
    if (this.#state.node(id).kind === 'folder') throw systemError('EISDIR', 'unlink', path)
    this.#unname('remove', path)
  }

  async removeFolder(path: string): Promise<void> {
    this.#calls.assertOn()
    const id = this.#state.find(path)
    if (id === null) return
    const node = this.#state.node(id)
    if (node.kind === 'file') throw systemError('ENOTDIR', 'rmdir', path)
    if (id === DiskState.ROOT) throw systemError('EBUSY', 'rmdir', path)
    for (const [name, child] of node.entries) {
      if (this.#state.node(child).kind === 'folder') await this.removeFolder(posix.join(path, name))
      else this.#unname('remove', posix.join(path, name))
    }
    this.#unname('remove-folder', path)
  }

  async syncFolder(path: string): Promise<void> {
    this.#calls.assertOn()
    this.#syncFolder(path)
  }

  /** How many changes there were: appends, syncs, creations, links, removals, made folders. A call that changes nothing (EEXIST …) does not count. */
  get operations(): number {
    return this.#calls.operations
  }

  /** How many calls there were of `list`, `stat`, `read` and `open`. */
  get reads(): number {
    return this.#calls.reads
  }

  /** The changes as texts, the latest last, 10,000 at least. */
  get trace(): readonly string[] {
    return this.#calls.trace
  }

  /** Called after each change: the moment to take a snapshot. */
  set onOperation(seen: ((operation: DiskOperation) => void) | null) {
    this.#calls.onOperation = seen
  }

  /** Operations 1 to `count` of this disk happen; the next one throws SimulatedCrash, and so does everything after it. */
  crashAfter(count: number): void {
    this.#calls.crashAfter = count
  }

  /** Off from now on. */
  crash(): void {
    this.#calls.isOff = true
  }

  /** The `number`th operation of this disk fails with the system's error of that code. What was not synced before a failed sync is durable only when it is written, or named, again. */
  failOperation(number: number, code: string, options: FaultOptions = {}): void {
    this.#calls.operationFaults.add(number, code, options)
  }

  /** The `number`th call of `list`, `stat`, `read` or `open` fails. */
  failRead(number: number, code: string, options: Pick<FaultOptions, 'forever'> = {}): void {
    this.#calls.readFaults.add(number, code, options)
  }

  /** No call fails or lies any more; what failed syncs dropped stays lost. */
  heal(): void {
    this.#calls.heal()
    this.#lies = false
  }

  /** Syncs of files and folders succeed and make nothing durable. */
  lieAboutSync(lies: boolean): void {
    this.#lies = lies
  }

  corrupt(path: string, corruption: Corruption): void {
    const id = this.#state.need(path, 'corrupt')
    this.#state.set(id, damaged(this.#state.file(id), corruption))
  }

  /** The disk as it is when the machine starts again after losing its power now. This one stays as it is, so that it can be cut in other ways too. */
  powerCut(cut: PowerCut): SimulatedDisk {
    const chosen = cut.unsynced === 'torn' && cut.tornAt === undefined ? { subset: this.#random.uint32(), ...cut } : cut
    return this.#startAgain(cutPower(this.#state, chosen))
  }

  /** The disk as it is when only the program died: all is there, and what was not synced is still not durable. */
  restart(): SimulatedDisk {
    return this.#startAgain(this.#state.fork())
  }

  /** The byte counts at which `tornAt` gives another disk each. */
  tornPoints(): readonly number[] {
    return tornPoints(this.#state)
  }

  snapshot(): DiskSnapshot {
    return { state: this.#state.fork(), operations: this.operations }
  }

  /** All as it was, with the count of operations; on, without faults, and with no file open. */
  restore({ state, operations }: DiskSnapshot): void {
    this.#state = state.fork()
    this.#calls.reset(operations)
    this.#lies = false
    this.#open = new Map()
  }

  /** Where the modification times of files come from, from now on. */
  useClock(clock: Pick<Clock, 'nowMs'>): void {
    this.#clock = clock
  }

  /** All files that programs see, in the order of their paths; also while the machine is off. */
  files(): readonly { readonly path: string; readonly sizeBytes: number }[] {
    return this.#state.files()
  }

  /** The contents of a file as programs see them; also while the machine is off. */
  contents(path: string): Uint8Array {
    return this.#state.contents(path)
  }

  /** Places a durable file in durable folders, over what is there. It is no operation. */
  put(path: string, bytes: Uint8Array): void {
    this.#state.put(path, bytes, this.#nowMs())
  }

  #nowMs(): number {
    return this.#clock?.nowMs() ?? 0
  }

  #startAgain(state: DiskState): SimulatedDisk {
    const clock = this.#clock
    return new SimulatedDisk({ seed: this.seed, ...(clock && { clock }), from: { state, operations: 0 } })
  }

  #info(path: string, id: number): FileInfo {
    const node = this.#state.node(id)
    return { path, sizeBytes: node.kind === 'folder' ? 0 : node.length, modifiedMs: node.modifiedMs, isDirectory: node.kind === 'folder' }
  }

  #name(kind: 'create' | 'link' | 'make-folder', path: string, nodeOf: () => number): number {
    const { folder, name } = this.#state.parent(path, kind)
    if (this.#state.folder(folder).entries.has(name)) throw systemError('EEXIST', kind, path)
    return this.#calls.change(kind, path, () => {
      const id = nodeOf()
      this.#state.change(folder, name, id, this.#nowMs())
      return id
    })
  }

  #unname(kind: 'remove' | 'remove-folder', path: string): void {
    const { folder, name } = this.#state.parent(path, kind)
    this.#calls.change(kind, path, () => this.#state.change(folder, name, null, this.#nowMs()))
    this.#state.sweep(this.#open.values())
  }

  #syncFolder(path: string, takeBackIfNot: () => void = () => undefined): void {
    const id = this.#state.need(path, 'open')
    if (this.#state.node(id).kind === 'file') throw systemError('ENOTDIR', 'open', path)
    try {
      this.#sync('sync-folder', path, id)
    } catch (error) {
      try {
        takeBackIfNot()
      } catch {}
      throw error
    }
  }

  #sync(kind: 'sync' | 'sync-folder', path: string, id: number): void {
    this.#calls.change(kind, path, () => this.#lies || this.#state.sync(id), { onFault: () => this.#state.drop(id) })
  }

  #assertOpen(user: object): void {
    this.#calls.assertOn()
    if (!this.#open.has(user)) throw new SimulatedCrash('The file was open before the disk was restored.')
  }

  #writable(path: string, id: number): WritableFile {
    const file = openedFile(path, {
      assertOpen: () => this.#assertOpen(file),
      append: (bytes) =>
        this.#calls.change('append', path, () => this.#state.append(id, bytes, this.#nowMs()), {
          note: ` ${bytes.length} bytes at ${this.#state.file(id).length}`,
          onFault: ({ shortWriteBytes = 0 }) => this.#state.append(id, bytes.subarray(0, shortWriteBytes), this.#nowMs()),
        }),
      sync: () => this.#sync('sync', path, id),
      close: () => void this.#open.delete(file),
    })
    this.#open.set(file, id)
    return file
  }
}
