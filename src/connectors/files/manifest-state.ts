/** What a manifest says: the epochs that are published, what a rewind has superseded, and who may write. Made of the entries one by one, in their order. */
import type { EpochToken } from '../../plan/contracts/sink.ts'
import { damaged, type EntryLine, type EpochEntry, type FenceEntry, NO_CHECKSUM } from './manifest-entry.ts'
import type { PartId } from './output-layout.ts'

/** Kept small: there may be millions. */
export interface PublishedEpoch {
  readonly runner: number
  readonly token: EpochToken
  readonly parts: number
  readonly extension: string
}

export class ManifestState {
  readonly #fences = new Set<number>()
  /** By lineage, then by epoch. */
  readonly #live = new Map<number, Map<number, PublishedEpoch>>()
  #lastEntry: EpochEntry | null = null
  /** The number that the next entry gets. */
  next = 1
  checksum: string = NO_CHECKSUM
  query: string | null = null
  /** Of the last fence; −1 before any. */
  runner = -1
  lineage = 0
  /** The last epoch that is published and not superseded. */
  last: PublishedEpoch | null = null
  /** Epochs whose parts are no longer part of the output. */
  superseded: PublishedEpoch[] = []

  /** Throws CHECKPOINT_DAMAGED where the entry is not the one that follows. */
  apply({ entry, checksum }: EntryLine, path: string): void {
    if (entry.sequence !== this.next) throw damaged(path, `it has entry ${entry.sequence} where entry ${this.next} belongs`)
    if (entry.previous !== this.checksum) throw damaged(path, `entry ${entry.sequence} does not follow the entry before it`)
    if (entry.kind === 'fence') this.#fence(entry)
    else this.#publish(entry)
    this.query = entry.query
    this.next++
    this.checksum = checksum
  }

  /** Of an entry that came after the last one that was read it is not known. */
  mayBeFence(sequence: number): boolean {
    return sequence >= this.next || this.#fences.has(sequence)
  }
  /** The epoch, if it is published. */
  find({ lineage, epoch }: Pick<PartId, 'lineage' | 'epoch'>): PublishedEpoch | null {
    return this.#live.get(lineage)?.get(epoch) ?? null
  }
  has({ lineage, epoch, part }: PartId): boolean {
    return part < (this.find({ lineage, epoch })?.parts ?? 0)
  }

  /** The whole entry of `last`, where no entry came after it. */
  get lastEntry(): EpochEntry | null {
    return this.#lastEntry
  }

  #publish(entry: EpochEntry): void {
    const { runner, token, parts } = entry
    const published = { runner, token, parts: parts.length, extension: parts[0]?.name.split('.').at(-1) ?? '' }
    const epochs = this.#live.get(token.lineage) ?? new Map<number, PublishedEpoch>()
    this.#live.set(token.lineage, epochs.set(token.epoch, published))
    this.last = published
    this.#lastEntry = entry
  }

  #fence({ sequence, runner, lineage, rewoundTo }: FenceEntry): void {
    this.#fences.add(sequence)
    this.runner = runner
    this.lineage = lineage
    if (rewoundTo === null) return
    const before = this.superseded.length
    for (const [older, epochs] of this.#live) {
      if (older >= lineage) continue
      for (const [epoch, published] of epochs) {
        if (epoch <= rewoundTo) continue
        epochs.delete(epoch)
        this.superseded.push(published)
      }
    }
    if (this.superseded.length === before) return
    this.#lastEntry = null
    this.last = null
    for (const epochs of this.#live.values())
      for (const published of epochs.values()) if (published.token.epoch > (this.last?.token.epoch ?? -1)) this.last = published
  }
}
