/**
 * State under a checkpoint: a table in memory, and for each epoch what changed in it. Changes are appended to a file that all stores of the query share (one
 * sync an epoch), or ride in the journal when they are small.
 *
 * Snapshots roll: with the changes of an epoch go whole key groups, one after another, about half as many bytes as the changes have. So no epoch stops for
 * a snapshot, and making the state again reads about its size once for the groups and twice for the changes since. `baseEpoch` is the epoch of the
 * oldest group snapshot that counts; before the first round it is the query's first epoch, when every group was empty.
 */

import { KEY_GROUPS } from '../../data/hash.ts'
import { assert, MillraceError } from '../../error.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk } from '../../io/io.ts'
import { scanOneBlock } from '../checkpoint/block.ts'
import type { StateStep } from '../checkpoint/contract.ts'
import { decodeJson, encodeJson } from '../checkpoint/payload.ts'
import { readWhole, SegmentWriter } from '../checkpoint/segments.ts'
import { type CheckpointTuning, defaultTuning } from '../checkpoint/tuning.ts'
import type { StateCommit, StateFilePart, StateProvider, StateSchema, StateStore } from './contract.ts'
import { StateMemory, StateTable } from './state-table.ts'

/** Bytes of group snapshots for each byte of changes. */
const SNAPSHOT_SHARE = 0.5
/** Each epoch with changes pays for so many bytes at least, so that a small state with small changes comes round too. */
const SNAPSHOT_BYTES_MIN = 256
/** What a group costs in the round however few rows it has. */
const GROUP_BYTES_MIN = 16

export interface DurableStateOptions {
  readonly disk: Disk
  readonly folder: string
  readonly runnerEpoch: number
  readonly memoryBytesMax: number | null
  readonly tuning?: Pick<CheckpointTuning, 'stateSegmentBytes' | 'inlineBytesMax'>
  /** What makes the state of an operator, oldest first; see history.ts. */
  readonly steps: (operatorId: string) => readonly StateStep[]
  /** Told while state is made again. */
  readonly onRestored: (operatorId: string, rows: number) => void
}

type Append = (payload: Uint8Array, epoch: number) => Promise<StateFilePart>

export class DurableStateProvider implements StateProvider {
  readonly #options: DurableStateOptions
  readonly #writer: SegmentWriter
  readonly #memory: StateMemory
  readonly #tuning: NonNullable<DurableStateOptions['tuning']>
  readonly #lastEpochs = new Map<string, number>()
  #unsynced = false

  constructor(options: DurableStateOptions) {
    this.#options = options
    this.#tuning = options.tuning ?? defaultTuning
    this.#memory = new StateMemory(options.memoryBytesMax)
    this.#writer = new SegmentWriter(options.disk, options.folder, 'state', options.runnerEpoch, null)
  }

  async open(schema: StateSchema): Promise<StateStore> {
    const { steps, onRestored } = this.#options
    const store = new DurableStateStore(schema, this.#memory, this.#tuning.inlineBytesMax, (payload, epoch) => this.#append(payload, epoch))
    await store.restore(steps(schema.operatorId), (file) => this.#read(file))
    onRestored(schema.operatorId, store.metrics.rows)
    return store
  }

  async sync(): Promise<void> {
    if (!this.#unsynced) return
    crashPoint('state.written')
    await this.#writer.sync()
    this.#unsynced = false
    crashPoint('state.synced')
  }

  close(): Promise<void> {
    return this.#writer.close()
  }

  /** The files of this runner with the last epoch that each has something of, oldest first. */
  get files(): ReadonlyMap<string, number> {
    return this.#lastEpochs
  }

  async #append(payload: Uint8Array, epoch: number): Promise<StateFilePart> {
    if (this.#writer.length === 0 || this.#writer.length >= this.#tuning.stateSegmentBytes) await this.#writer.roll(null)
    const { offset, endOffset, checksum } = await this.#writer.write(payload)
    this.#unsynced = true
    this.#lastEpochs.set(this.#writer.name, epoch)
    return { name: this.#writer.name, offset, sizeBytes: endOffset - offset, checksum }
  }

  async #read(file: StateFilePart): Promise<Uint8Array> {
    const path = `${this.#options.folder}/${file.name}`
    if ((await this.#options.disk.stat(path)) === null)
      throw new MillraceError('CHECKPOINT_DAMAGED', `'${path}' is missing, and the state needs it.`, { details: { path } })
    const bytes = await readWhole(this.#options.disk, path, { start: file.offset, end: file.offset + file.sizeBytes })
    return scanOneBlock(path, bytes, file.checksum)
  }
}

class DurableStateStore extends StateTable implements StateStore {
  readonly #operatorId: string
  readonly #inlineBytesMax: number
  readonly #append: Append
  /** The epoch of the last snapshot of each key group. */
  readonly #groupEpochs = new Float64Array(KEY_GROUPS)
  #nextGroup = 0
  /** Bytes of snapshots that the changes so far have paid for. */
  #credit = 0

  constructor(schema: StateSchema, memory: StateMemory, inlineBytesMax: number, append: Append) {
    super(schema, { memory })
    this.#operatorId = schema.operatorId
    this.#inlineBytesMax = inlineBytesMax
    this.#append = append
  }

  async commit(epoch: number): Promise<StateCommit> {
    const { updatedRows, removedRows } = this.metrics
    if (updatedRows + removedRows === 0) {
      this.seal()
      return { file: null, inline: null, baseEpoch: this.#baseEpoch }
    }
    const changes = this.encodeChanges()
    this.seal()
    const groups = this.#groupsDue(changes.length)
    const snapshots = groups.map((group) => this.encodeGroup(group))
    const payload = encodeJson(
      {
        operator: this.#operatorId,
        epoch,
        changes: changes.length,
        groups: groups.map((group, index) => [group, snapshots[index]?.length ?? 0]),
      },
      [changes, ...snapshots],
    )
    for (const group of groups) this.#groupEpochs[group] = epoch
    const inline = payload.length <= this.#inlineBytesMax
    const file = inline ? null : await this.#append(payload, epoch)
    return { file, inline: inline ? payload : null, baseEpoch: this.#baseEpoch }
  }

  async restore(steps: readonly StateStep[], read: (file: StateFilePart) => Promise<Uint8Array>): Promise<void> {
    for (const { epoch, commit } of steps) {
      const payload = commit.file === null ? commit.inline : await read(commit.file)
      if (payload !== null) this.#apply(payload, epoch)
    }
    const base = steps.at(-1)?.commit.baseEpoch ?? 0
    assert(base === this.#baseEpoch, `the state of ${this.#operatorId} is based on epoch ${base}, and its groups on ${this.#baseEpoch}`)
  }

  #apply(payload: Uint8Array, epoch: number): void {
    const where = `the state of ${this.#operatorId} in epoch ${epoch}`
    const { json, bytes } = decodeJson(payload, where)
    const unit = json as unknown as StoredUnit
    if (unit.operator !== this.#operatorId || unit.epoch !== epoch) {
      throw new MillraceError('CHECKPOINT_DAMAGED', `What should be ${where} is that of ${unit.operator} in epoch ${unit.epoch}.`, {
        details: { operatorId: this.#operatorId, epoch, found: { operator: unit.operator, epoch: unit.epoch } },
      })
    }
    this.applyChanges(bytes.subarray(0, unit.changes))
    let at = unit.changes
    for (const [group, length] of unit.groups) {
      this.replaceGroup(group, bytes.subarray(at, at + length))
      this.#groupEpochs[group] = epoch
      this.#nextGroup = (group + 1) % KEY_GROUPS
      at += length
    }
  }

  get #baseEpoch(): number {
    let base = Number.POSITIVE_INFINITY
    for (const epoch of this.#groupEpochs) if (epoch < base) base = epoch
    return base
  }

  /** The next groups of the round that the credit pays for. */
  #groupsDue(changedBytes: number): number[] {
    this.#credit += Math.max(SNAPSHOT_BYTES_MIN, changedBytes * SNAPSHOT_SHARE)
    const due: number[] = []
    while (due.length < KEY_GROUPS) {
      const cost = Math.max(GROUP_BYTES_MIN, this.groupSizeBytes(this.#nextGroup))
      if (cost > this.#credit) break
      this.#credit -= cost
      due.push(this.#nextGroup)
      this.#nextGroup = (this.#nextGroup + 1) % KEY_GROUPS
    }
    return due
  }
}

interface StoredUnit {
  readonly operator: string
  readonly epoch: number
  readonly changes: number
  readonly groups: readonly (readonly [group: number, length: number])[]
}
