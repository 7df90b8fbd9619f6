/**
 * The records of one batch, uncompressed, into lanes: the inner loop of everything that is consumed, some 20 ns a record, without an object, a string or a
 * call a record. Its variable-length integers are therefore read in place.
 *
 * Every record is checked to stand within its batch, its parts within the record, and its offset behind the one before; otherwise KAFKA_RECORDS_DAMAGED.
 * Nothing is read behind `to` but single bytes whose value is then not used. Headers are only bounded here and read by RecordLanes.headers.
 */
import { recordsFault } from '../wire/fault.ts'
import { RECORD_BYTES_MIN } from './batch-cursor.ts'
import { NULL_RANGE, type RecordLanes } from './record-lanes.ts'

export interface BatchOfRecords {
  readonly count: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly baseTimestamp: number
  /** The time of all records, if it is that of the append. */
  readonly appendTimestamp: number | null
}

/** Appends the records in `lanes.bytes[from … to)` from offset `fromOffset` on. */
export function walkRecords(lanes: RecordLanes, from: number, to: number, batch: BatchOfRecords, fromOffset: number): void {
  const { count, baseOffset, lastOffset, baseTimestamp, appendTimestamp } = batch
  if (count * RECORD_BYTES_MIN > to - from) damaged(baseOffset, `${count} records do not fit ${to - from} bytes`)
  lanes.reserve(count)
  const { bytes, offsets, timestamps, keyStarts, keyEnds, valueStarts, valueEnds, recordStarts } = lanes
  const lastDelta = lastOffset - baseOffset
  const firstDelta = fromOffset - baseOffset
  const isAppendTime = appendTimestamp !== null
  const firstTimestamp = appendTimestamp ?? baseTimestamp
  let row = lanes.count
  let at = from
  let deltaBefore = -1
  let byte = 0

  for (let index = 0; index < count; index++) {
    const start = at
    let rawLength = bytes[at++] as number
    if (rawLength > 0x7f) {
      byte = bytes[at++] as number
      rawLength = (rawLength & 0x7f) | ((byte & 0x7f) << 7)
      for (let shift = 14; byte > 0x7f; shift += 7) {
        if (shift > 28) damaged(baseOffset, 'the length of a record has more than 32 bits')
        byte = bytes[at++] as number
        rawLength |= (byte & 0x7f) << shift
      }
    }
    const length = (rawLength >>> 1) ^ -(rawLength & 1)
    const end = at + length
    if (end > to || length < RECORD_BYTES_MIN - 1) damaged(baseOffset, `record ${index} has ${length} bytes, and ${to - at} remain`)

    // Attributes of a record are not used by anyone.
    at++
    // The lowest bit is the sign; the rest may have 53 bits.
    const low = bytes[at++] as number
    let time = (low & 0x7f) >> 1
    if (low > 0x7f) {
      byte = bytes[at++] as number
      time += (byte & 0x7f) * 64
      let scale = 8192
      for (let shift = 14; byte > 0x7f; shift += 7) {
        if (shift > 63) damaged(baseOffset, 'a time has more than 64 bits')
        byte = bytes[at++] as number
        time += (byte & 0x7f) * scale
        scale *= 128
      }
    }
    if ((low & 1) !== 0) time = -1 - time

    let rawDelta = bytes[at++] as number
    if (rawDelta > 0x7f) {
      byte = bytes[at++] as number
      rawDelta = (rawDelta & 0x7f) | ((byte & 0x7f) << 7)
      for (let shift = 14; byte > 0x7f; shift += 7) {
        if (shift > 28) damaged(baseOffset, 'an offset has more than 32 bits')
        byte = bytes[at++] as number
        rawDelta |= (byte & 0x7f) << shift
      }
    }
    const delta = (rawDelta >>> 1) ^ -(rawDelta & 1)
    if (delta <= deltaBefore || delta > lastDelta) damaged(baseOffset, `record ${index} has the offset ${baseOffset + delta}`)
    deltaBefore = delta

    let rawKey = bytes[at++] as number
    if (rawKey > 0x7f) {
      byte = bytes[at++] as number
      rawKey = (rawKey & 0x7f) | ((byte & 0x7f) << 7)
      for (let shift = 14; byte > 0x7f; shift += 7) {
        if (shift > 28) damaged(baseOffset, 'the length of a key has more than 32 bits')
        byte = bytes[at++] as number
        rawKey |= (byte & 0x7f) << shift
      }
    }
    const keyLength = (rawKey >>> 1) ^ -(rawKey & 1)
    let keyStart = NULL_RANGE
    let keyEnd = NULL_RANGE
    if (keyLength >= 0) {
      if (keyLength > end - at) damaged(baseOffset, `the key of record ${index} has ${keyLength} bytes`)
      keyStart = at
      at += keyLength
      keyEnd = at
    }

    let rawValue = bytes[at++] as number
    if (rawValue > 0x7f) {
      byte = bytes[at++] as number
      rawValue = (rawValue & 0x7f) | ((byte & 0x7f) << 7)
      for (let shift = 14; byte > 0x7f; shift += 7) {
        if (shift > 28) damaged(baseOffset, 'the length of a value has more than 32 bits')
        byte = bytes[at++] as number
        rawValue |= (byte & 0x7f) << shift
      }
    }
    const valueLength = (rawValue >>> 1) ^ -(rawValue & 1)
    let valueStart = NULL_RANGE
    let valueEnd = NULL_RANGE
    if (valueLength >= 0) {
      if (valueLength > end - at) damaged(baseOffset, `the value of record ${index} has ${valueLength} bytes`)
      valueStart = at
      at += valueLength
      valueEnd = at
    }
    // The number of headers is at least a byte.
    if (at >= end) damaged(baseOffset, `record ${index} ends within its fields`)

    if (delta >= firstDelta) {
      offsets[row] = baseOffset + delta
      timestamps[row] = isAppendTime ? firstTimestamp : firstTimestamp + time
      keyStarts[row] = keyStart
      keyEnds[row] = keyEnd
      valueStarts[row] = valueStart
      valueEnds[row] = valueEnd
      recordStarts[row] = start
      row++
    }
    at = end
  }
  if (at !== to) damaged(baseOffset, `${to - at} bytes are left over behind its records`)
  lanes.count = row
}

function damaged(offset: number, why: string): never {
  return recordsFault(`in the batch at offset ${offset}, ${why}`, { offset })
}
