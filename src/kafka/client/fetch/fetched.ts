/** What one fetch brought: the bytes of record batches, as the broker sent them. They are read with a RecordSetReader, and given back by `release`. */
import type { MillraceError } from '../../../error.ts'
import type { AbortedTransaction } from '../../protocol/records/aborted-transactions.ts'
import type { RecordSetReader } from '../../protocol/records/record-set-reader.ts'
import type { TopicPartition } from '../topic-partition.ts'

export interface FetchedPartition extends TopicPartition {
  /** The first offset that was asked for. The bytes may have records before it, which readers pass over. */
  readonly fetchOffset: number
  /** Behind the last whole batch: the offset that the following fetch begins at. */
  readonly nextOffset: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** Record batches, whole ones and perhaps the beginning of one. */
  readonly bytes: Uint8Array
  /** For readers of committed records; null for others. */
  readonly aborted: readonly AbortedTransaction[] | null
  /** Makes `reader` give the records that the isolation allows, from `fetchOffset` on. */
  open(reader: RecordSetReader): void
}
export interface Fetched {
  readonly partitions: readonly FetchedPartition[]
  readonly failed: readonly FailedPartition[]
  /** Nobody reads the bytes any more: they will hold another fetch. */
  release(): void
  /** Something refers to the bytes for good: they are left to it, and are not counted any more. */
  keep(): void
}

/** A partition that is not fetched any more, until `seek` says from where. */
export interface FailedPartition extends TopicPartition {
  readonly offset: number
  readonly error: MillraceError
}
