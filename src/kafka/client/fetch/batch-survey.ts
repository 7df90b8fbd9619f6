/** What the headers of fetched batches say: where the next fetch begins, and which codecs reading will need. */
import { BatchCursor } from '../../protocol/records/batch-cursor.ts'

export interface BatchSurvey {
  /** Behind the last whole batch; `from` where there is none. */
  readonly nextOffset: number
  readonly batches: number
  /** A bit for each kind of compression. */
  readonly compressions: number
}

const cursor = new BatchCursor()
const NOTHING = new Uint8Array(0)

export function surveyed(bytes: Uint8Array, from: number): BatchSurvey {
  let nextOffset = from
  let batches = 0
  let compressions = 0
  for (cursor.begin(bytes); cursor.next(); batches++) {
    nextOffset = Math.max(nextOffset, cursor.lastOffset + 1)
    compressions |= 1 << cursor.compression
  }
  cursor.begin(NOTHING)
  return { nextOffset, batches, compressions }
}
