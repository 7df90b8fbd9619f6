/** A partition that is fetched: where the next fetch begins, and what the last one said. */
import type { Backoff } from '../backoff.ts'
import type { Isolation } from '../offsets.ts'
import type { TopicPartition } from '../topic-partition.ts'

export interface FetchPosition extends TopicPartition {
  /** The offset that the next fetch begins at; records before it are not given again. */
  readonly offset: number
  /** Behind the last record that is on all in-sync replicas; -1 while nothing was answered. */
  readonly highWatermark: number
  /** Where the first open transaction begins; what a reader of committed records can reach. */
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** When the broker last said that nothing is there to be read, in monotonic milliseconds; null if something was, last time. */
  readonly emptySinceMs: number | null
}

export class FetchPartition {
  readonly topic: string
  readonly partition: number
  readonly backoff: Backoff
  /** Of the topic when the partition was assigned: another one means that it was created again. */
  topicId: string | null = null
  offset: number
  highWatermark = -1
  lastStableOffset = -1
  logStartOffset = -1
  emptySinceMs: number | null = null
  isPaused = false
  /** Why it is not fetched at present: its leader is looked for, or it failed and waits for `seek` or `remove`. */
  state: 'fetching' | 'looking' | 'failed' = 'fetching'
  /** Rises when the position is set from outside: answers to what was asked before are worth nothing then. */
  generation = 0
  unknownSinceMs: number | null = null

  constructor({ topic, partition }: TopicPartition, offset: number, backoff: Backoff) {
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.backoff = backoff
  }

  seek(offset: number): void {
    this.offset = offset
    this.topicId = null
    this.generation++
    this.state = 'fetching'
    this.emptySinceMs = null
  }

  /** An answer without an error. */
  learn({
    highWatermark,
    lastStableOffset,
    logStartOffset,
  }: Pick<FetchPosition, 'highWatermark' | 'lastStableOffset' | 'logStartOffset'>): void {
    this.highWatermark = highWatermark
    this.lastStableOffset = lastStableOffset
    this.logStartOffset = logStartOffset
    this.unknownSinceMs = null
    this.backoff.reset()
  }

  /** An answer had nothing of it: because nothing is there, or because others took all the room. */
  isSilent(isolation: Isolation, nowMs: number): void {
    const end = isolation === 'read_committed' ? this.lastStableOffset : this.highWatermark
    if (end >= 0 && this.offset >= end) this.emptySinceMs ??= nowMs
    else this.emptySinceMs = null
  }

  position(): FetchPosition {
    const { topic, partition, offset, highWatermark, lastStableOffset, logStartOffset, emptySinceMs } = this
    return { topic, partition, offset, highWatermark, lastStableOffset, logStartOffset, emptySinceMs }
  }
}
