/**
 * The batches of one partition on their way to its leader. They are sent in the order in which they were filled, numbered so that the broker writes each of them
 * once. When one comes back, none is sent until all that were on their way have come back too: then they go again, in their order.
 */
import type { MillraceError } from '../../../error.ts'
import { BATCH } from '../../protocol/records/batch-cursor.ts'
import { type RecordBatchBuilder, stampProducer } from '../../protocol/records/record-batch-builder.ts'
import type { Backoff } from '../backoff.ts'
import type { BatchMemory } from './batch-memory.ts'

/** Who writes: with it, brokers know a batch that they have already. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface Batch {
  readonly bytes: Uint8Array
  readonly count: number
  /** Which record of the partition, as this producer counts, is the first in it. */
  readonly firstIndex: number
  readonly createdMs: number
  /** What it counts for in the buffer. */
  readonly heldBytes: number
  /** Whether its memory was made here, and may be used again. */
  readonly isOwn: boolean
  sequence: number
  /** Of whom `sequence` is, as it stands in the bytes. */
  identity: ProducerIdentity | null
  lastError: MillraceError | null
}

/** Sequences go round. */
const SEQUENCES = 2 ** 31

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly builder: RecordBatchBuilder
  readonly backoff: Backoff
  readonly waiting: Batch[] = []
  readonly onTheWay: Batch[] = []
  /** Came back, in the order of their sequences. */
  readonly returned: Batch[] = []
  /** When the batch that is being filled got its first record. */
  openedMs = 0
  retryAtMs = 0
  readonly #memory: BatchMemory
  #nextIndex = 0
  #nextSequence = 0
  /** Whose sequences are counted. */
  #numbered: ProducerIdentity | null = null
  /** Under whom the broker has written a batch. */
  #proven: ProducerIdentity | null = null

  constructor(topic: string, partition: number, builder: RecordBatchBuilder, memory: BatchMemory, backoff: Backoff) {
    this.#memory = memory
    this.topic = topic
    this.partition = partition
    this.builder = builder
    this.backoff = backoff
  }

  get isIdle(): boolean {
    return this.builder.count === 0 && this.waiting.length === 0 && this.onTheWay.length === 0
  }
  /**
   * Whether a batch may be sent now. A broker that knows nothing of an identity takes whatever number comes first: until it has written one batch, the next is
   * held back, or it might be written in place of one that came too early and is refused.
   */
  canSend(nowMs: number, onTheWayMax: number): boolean {
    const max = this.#numbered === this.#proven ? onTheWayMax : 1
    return this.waiting.length > 0 && this.returned.length === 0 && this.onTheWay.length < max && nowMs >= this.retryAtMs
  }

  /** Ends the batch that is being filled. What cannot have its number yet gets it when it is sent. */
  close(identity: ProducerIdentity | null): void {
    const { count } = this.builder
    if (count === 0) return
    const heldBytes = this.builder.sizeBytes - BATCH.records
    // What goes before it has its number first.
    const before = this.waiting.at(-1)
    const known = this.returned.length > 0 || (before !== undefined && before.identity !== identity) ? null : identity
    const sequence = known === null ? -1 : this.#take(count, known)
    const bytes = this.builder.finish(known === null ? {} : { ...known, baseSequence: sequence })
    this.#push({ bytes, count, heldBytes, isOwn: true, sequence, identity: known, createdMs: this.openedMs })
    this.#memory.lend(this.builder)
  }

  /** A batch that someone else filled. */
  push(bytes: Uint8Array, count: number, nowMs: number): void {
    this.#push({ bytes, count, heldBytes: bytes.length, isOwn: false, sequence: -1, identity: null, createdMs: nowMs })
  }

  /** The next batch, with its number in it. */
  send(identity: ProducerIdentity | null): Batch | undefined {
    const batch = this.waiting.shift()
    if (batch === undefined) return undefined
    if (batch.identity !== identity && identity !== null) {
      batch.sequence = this.#take(batch.count, identity)
      batch.identity = identity
      stampProducer(batch.bytes, identity.producerId, identity.producerEpoch, batch.sequence)
    }
    this.onTheWay.push(batch)
    return batch
  }

  /** Whether it is the oldest that the broker has not answered: what is wrong with it is not the fault of one before. */
  isFirst(batch: Batch): boolean {
    return this.onTheWay[0] === batch && this.returned.length === 0
  }

  /** It is written, or never will be. */
  settle(batch: Batch, isWritten: boolean): void {
    this.#leave(batch)
    if (isWritten) this.#proven = batch.identity
    if (batch.isOwn) this.#memory.give(batch.bytes)
    this.#goOn()
  }

  /** It is sent again, after those before it. */
  comeBack(batch: Batch, retryAtMs: number): void {
    this.#leave(batch)
    this.returned.push(batch)
    this.retryAtMs = Math.max(this.retryAtMs, retryAtMs)
    this.#goOn()
  }

  /** Takes out what is waiting and older than `beforeMs`. */
  expire(beforeMs: number): readonly Batch[] {
    if (this.onTheWay.length > 0 || this.returned.length > 0) return []
    const from = this.waiting.findIndex(({ createdMs }) => createdMs >= beforeMs)
    return this.waiting.splice(0, from < 0 ? this.waiting.length : from)
  }

  /** Takes out everything. */
  clear(): readonly Batch[] {
    this.close(null)
    return [...this.returned.splice(0), ...this.onTheWay.splice(0), ...this.waiting.splice(0)]
  }

  #push(batch: Omit<Batch, 'firstIndex' | 'lastError'>): void {
    this.waiting.push({ ...batch, firstIndex: this.#nextIndex, lastError: null })
    this.#nextIndex += batch.count
  }

  /** Numbers begin anew with each identity. */
  #take(count: number, identity: ProducerIdentity): number {
    if (this.#numbered !== identity) this.#nextSequence = 0
    this.#numbered = identity
    const sequence = this.#nextSequence
    this.#nextSequence = (sequence + count) % SEQUENCES
    return sequence
  }

  #leave(batch: Batch): void {
    const at = this.onTheWay.indexOf(batch)
    if (at >= 0) this.onTheWay.splice(at, 1)
  }

  #goOn(): void {
    if (this.onTheWay.length > 0 || this.returned.length === 0) return
    this.returned.sort((a, b) => a.firstIndex - b.firstIndex)
    this.waiting.unshift(...this.returned.splice(0))
  }
}
