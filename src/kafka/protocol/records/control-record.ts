/** The markers that end transactions in a log: a control batch with one record, whose key says what it is and whose value has the coordinator's epoch. */
import { WireReader } from '../wire/wire-reader.ts'
import type { BatchCursor } from './batch-cursor.ts'
import { RecordLanes } from './record-lanes.ts'
import { walkRecords } from './record-walker.ts'

export type ControlType = 'abort' | 'commit' | 'other'
const lanes = new RecordLanes()

/** What the control batch that the cursor stands on says. Throws KAFKA_RECORDS_DAMAGED if it cannot be read; an empty one (compacted away) is 'other'. */
export function controlTypeOf(cursor: BatchCursor): ControlType {
  lanes.begin(cursor.bytes)
  const { count, baseOffset, lastOffset, recordsStart, end } = cursor
  walkRecords(lanes, recordsStart, end, { count, baseOffset, lastOffset, baseTimestamp: 0, appendTimestamp: 0 }, 0)
  const key = lanes.count === 0 ? null : lanes.key(0)
  lanes.begin(new Uint8Array(0))
  // A version, then the type.
  if (key === null || key.length < 4) return 'other'
  const reader = new WireReader(key)
  reader.int16()
  const type = reader.int16()
  return type === 0 ? 'abort' : type === 1 ? 'commit' : 'other'
}
