/**
 * Columns of fetched records, as Spark names them. The lanes are the reader's and are used again, and the bytes go back to the fetcher: what is made here is a copy.
 */
import type { Field, StructType } from '../../data/data-type.ts'
import type { Batch, BinaryVector, Vector } from '../../data/vector.ts'
import { assert } from '../../error.ts'
import { BatchCursor } from '../../kafka/protocol/records/batch-cursor.ts'
import { NULL_RANGE, type RecordLanes } from '../../kafka/protocol/records/record-lanes.ts'

/** Some records of one partition: rows `from` to `to` of the lanes. */
export interface RecordSlice {
  readonly topic: string
  readonly partition: number
  readonly lanes: RecordLanes
  readonly from: number
  readonly to: number
  /** The batches that they stand in, as they were fetched. */
  readonly batches: Uint8Array
}

export function recordColumns(schema: StructType, slice: RecordSlice): Batch {
  return { schema, length: slice.to - slice.from, columns: schema.fields.map((field) => columnOf(field, slice)) }
}

function columnOf({ name }: Field, slice: RecordSlice): Vector {
  const { lanes, from, to, topic, partition } = slice
  const length = to - from
  switch (name) {
    case 'key':
      return binaryColumn(lanes.bytes, lanes.keyStarts.subarray(from, to), lanes.keyEnds.subarray(from, to))
    case 'value':
      return binaryColumn(lanes.bytes, lanes.valueStarts.subarray(from, to), lanes.valueEnds.subarray(from, to))
    case 'topic':
      return { kind: 'string', form: 'dictionary', length, validity: null, codes: new Int32Array(length), dictionary: [topic] }
    case 'partition':
      return { kind: 'int', length, validity: null, values: new Int32Array(length).fill(partition) }
    case 'offset':
      return { kind: 'long', length, validity: null, values: lanes.offsets.slice(from, to) }
    case 'timestamp':
      return timestampColumn(lanes.timestamps.subarray(from, to))
    default:
      assert(name === 'timestampType', `the Kafka source has no column ${name}`)
      return { kind: 'int', length, validity: null, values: timestampTypes(slice) }
  }
}

function binaryColumn(bytes: Uint8Array, starts: Int32Array, ends: Int32Array): BinaryVector {
  const { length } = starts
  const offsets = new Int32Array(length)
  const lengths = new Int32Array(length)
  let total = 0
  let nulls = 0
  for (let row = 0; row < length; row++) {
    offsets[row] = total
    if (starts[row] === NULL_RANGE) nulls++
    else total += lengths[row] = (ends[row] as number) - (starts[row] as number)
  }
  const copied = new Uint8Array(total)
  const validity = nulls === 0 ? null : new Uint8Array((length + 7) >> 3)
  for (let row = 0; row < length; row++) {
    const start = starts[row] as number
    if (start === NULL_RANGE) continue
    copied.set(bytes.subarray(start, ends[row]), offsets[row])
    if (validity !== null) validity[row >> 3] = (validity[row >> 3] as number) | (1 << (row & 7))
  }
  return { kind: 'binary', length, validity, bytes: copied, offsets, lengths }
}

/** The first and last milliseconds of the years 1 to 9999. */
const [FIRST_MS, LAST_MS] = [-62_135_596_800_000, 253_402_300_799_999]
const SAFE_MS = Number.MAX_SAFE_INTEGER / 1000

/** In microseconds; null for what producers wrote beyond all calendars (nanoseconds, say). */
function timestampColumn(timestamps: Float64Array): Vector {
  const { length } = timestamps
  const isTime = (ms: number): boolean => ms >= FIRST_MS && ms <= LAST_MS
  let validity: Uint8Array | null = null
  if (!timestamps.every(isTime)) {
    validity = new Uint8Array((length + 7) >> 3)
    for (let row = 0; row < length; row++)
      if (isTime(timestamps[row] as number)) validity[row >> 3] = (validity[row >> 3] as number) | (1 << (row & 7))
  }
  const micros = (ms: number): number => (isTime(ms) ? ms * 1000 : 0)
  const values = timestamps.some((ms) => isTime(ms) && Math.abs(ms) > SAFE_MS)
    ? BigInt64Array.from(timestamps, (ms) => (isTime(ms) ? BigInt(ms) * 1000n : 0n))
    : timestamps.map(micros)
  return { kind: 'timestamp', length, validity, values }
}

const cursor = new BatchCursor()

/** 0: the producer's time, 1: that of the append. It is a matter of the batch. */
function timestampTypes({ lanes, from, to, batches }: RecordSlice): Int32Array {
  const types = new Int32Array(to - from)
  let row = from
  for (cursor.begin(batches); row < to && cursor.next(); )
    for (; row < to && (lanes.offsets[row] as number) <= cursor.lastOffset; row++) types[row - from] = cursor.isAppendTime ? 1 : 0
  cursor.begin(new Uint8Array(0))
  return types
}

/**
 * The values as records for a decoder. A tombstone has no bytes to be decoded: it is read as an object without fields, which is a row of nulls and not malformed.
 */
export function valueRecords({ lanes, from, to }: RecordSlice): {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
} {
  const starts = lanes.valueStarts.subarray(from, to)
  const ends = lanes.valueEnds.subarray(from, to)
  if (!starts.includes(NULL_RANGE)) return { bytes: lanes.bytes, starts, ends }
  const at = lanes.bytes.length
  const bytes = new Uint8Array(at + EMPTY_OBJECT.length)
  bytes.set(lanes.bytes)
  bytes.set(EMPTY_OBJECT, at)
  return {
    bytes,
    starts: starts.map((start) => (start === NULL_RANGE ? at : start)),
    ends: ends.map((end) => (end === NULL_RANGE ? bytes.length : end)),
  }
}
const EMPTY_OBJECT = Uint8Array.of(0x7b, 0x7d)
