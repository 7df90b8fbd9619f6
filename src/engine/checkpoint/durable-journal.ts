/**
 * The journal in files. One append and one sync publish a frame, or a commit together with the next begin. Segments roll by size and number of epochs, so that
 * old ones can be removed whole; the purge runs after a roll.
 */

import { assert } from '../../error.ts'
import { type CrashPoint, crashPoint } from '../../io/crash-point.ts'
import type { Json } from '../../plan/contracts/source.ts'
import type { BeginFrame, CommitFrame, Journal } from './contract.ts'
import { encodeFrames, type FrameBlock } from './frames.ts'
import type { CommittedEpoch, JournalHeader } from './history.ts'
import type { SegmentWriter } from './segments.ts'
import type { CheckpointTuning } from './tuning.ts'

export interface DurableJournalOptions {
  readonly writer: SegmentWriter
  /** Of the segments that this runner begins. */
  readonly header: JournalHeader
  /** The last committed epoch, or −1. */
  readonly committed: number
  readonly inDoubt: BeginFrame | null
  /** Throws QUERY_FENCED where another runner has taken over. */
  readonly checkFence: () => void
  readonly nowMs: () => number
  readonly tuning: CheckpointTuning
  /** Called after a roll, and with every epoch that is committed. */
  readonly onRoll: () => Promise<void>
  readonly onCommitted: (epoch: CommittedEpoch) => void
}

export class DurableJournal implements Journal {
  readonly #options: DurableJournalOptions
  #committed: number
  #begun: BeginFrame | null
  #epochsInSegment = 0

  constructor(options: DurableJournalOptions) {
    this.#options = options
    this.#committed = options.committed
    this.#begun = options.inDoubt
  }

  async begin(frame: BeginFrame): Promise<void> {
    assert(this.#begun === null && frame.epoch === this.#committed + 1, `epoch ${frame.epoch} begins after ${this.#committed}`)
    await this.#publish({ commit: null, begin: frame }, 'begin.written')
    crashPoint('begin.synced')
    this.#begun = frame
  }

  async commit(frame: CommitFrame, next: BeginFrame | null): Promise<void> {
    const begin = this.#begun
    assert(begin?.epoch === frame.epoch, `epoch ${frame.epoch} is committed, and ${begin?.epoch ?? 'none'} was begun`)
    await this.#publish({ commit: frame, begin: next }, 'commit.written')
    crashPoint('commit.synced')
    this.#committed = frame.epoch
    this.#begun = next
    this.#options.onCommitted({ begin, commit: frame, segment: this.#options.writer.name })
    this.#epochsInSegment++
    const { writer, tuning } = this.#options
    if (writer.length >= tuning.journalSegmentBytes || this.#epochsInSegment >= tuning.journalSegmentEpochs) await this.#roll()
  }

  close(): Promise<void> {
    return this.#options.writer.close()
  }

  async #publish(frames: FrameBlock, written: CrashPoint): Promise<void> {
    const { writer, checkFence } = this.#options
    checkFence()
    await writer.write(encodeFrames(frames))
    crashPoint(written)
    await writer.sync()
  }

  async #roll(): Promise<void> {
    const { writer, header, nowMs, onRoll } = this.#options
    await writer.roll({ ...header, rewindTo: null, createdMs: nowMs() } as unknown as Json)
    this.#epochsInSegment = 0
    await onRoll()
  }
}
