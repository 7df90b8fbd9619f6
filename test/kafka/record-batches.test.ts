/** Record batches of Kafka's own client, read: records, headers, markers, sums, torn ends, old formats. */
import { describe, expect, test } from 'vitest'
import { BatchCursor } from '../../src/kafka/protocol/records/batch-cursor.ts'
import { crc32c, crc32cByTable, loadNativeCrc32c } from '../../src/kafka/protocol/records/crc32c.ts'
import { stampOffset } from '../../src/kafka/protocol/records/record-batch-builder.ts'
import { RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { compressionsIn, RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'
import { javaBatch, javaRecords } from './java-batches.ts'

const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString())
/** A batch of the Java client at another place of the log. */
function at(offset: number, name: string): Buffer {
  const batch = javaBatch(name)
  stampOffset(batch, offset, 3)
  return batch
}
/** All that `reader` gives, as objects. */
function recordsOf(bytes: Uint8Array, fromOffset = 0, aborted: { producerId: number; firstOffset: number }[] | null = null) {
  const reader = new RecordSetReader()
  const lanes = new RecordLanes()
  const records: { offset: number; timestamp: number; key: string | null; value: string | null }[] = []
  reader.begin(bytes, fromOffset, aborted)
  while (reader.next(lanes))
    for (let row = 0; row < lanes.count; row++)
      records.push({
        offset: lanes.offsets[row] ?? -1,
        timestamp: lanes.timestamps[row] ?? -1,
        key: text(lanes.key(row)),
        value: text(lanes.value(row)),
      })
  return { records, nextOffset: reader.nextOffset, torn: reader.torn }
}

describe('batches of the Java client', () => {
  test.each(['none', 'gzip'])('%s', (name) => {
    expect(recordsOf(javaBatch(name))).toEqual({ records: javaRecords, nextOffset: 104, torn: false })
  })
  test('what stands in the header', () => {
    const cursor = new BatchCursor()
    cursor.begin(javaBatch('none'))
    expect(cursor.next()).toBe(true)
    const { baseOffset, lastOffset, count, leaderEpoch, producerId, producerEpoch, baseSequence, baseTimestamp, maxTimestamp } = cursor
    expect({ baseOffset, lastOffset, count, leaderEpoch, producerId, producerEpoch, baseSequence }).toEqual({
      baseOffset: 100,
      lastOffset: 103,
      count: 4,
      leaderEpoch: 3,
      producerId: 4242,
      producerEpoch: 7,
      baseSequence: 55,
    })
    expect([baseTimestamp, maxTimestamp]).toEqual([1700000000123, 1700000900000])
    expect([cursor.isTransactional, cursor.isControl, cursor.isAppendTime]).toEqual([true, false, false])
    expect(cursor.next()).toBe(false)
  })
  test('headers of records', () => {
    const reader = new RecordSetReader()
    const lanes = new RecordLanes()
    reader.begin(javaBatch('none'), 0)
    expect(reader.next(lanes)).toBe(true)
    expect(lanes.headers(0).map(({ key, value }) => [key, text(value)])).toEqual([
      ['h', 'x'],
      ['empty', null],
    ])
    expect(lanes.headers(1)).toEqual([])
  })
  test('the time of the append counts for all records', () => {
    expect(recordsOf(javaBatch('appendTime')).records).toEqual([{ offset: 5, timestamp: 1700000005555, key: 'a', value: 'b' }])
  })
  test('several batches, a mixture of compressions, from an offset within the first', () => {
    const bytes = Buffer.concat([javaBatch('none'), at(104, 'gzip'), at(110, 'snappy'), at(114, 'none'), at(118, 'none')])
    const { records } = recordsOf(bytes, 102)
    expect(records.map(({ offset }) => offset)).toEqual([
      102, 103, 104, 105, 106, 107, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121,
    ])
    expect(records.map(({ value }) => value)).toEqual(
      [2, 3, ...Array.from({ length: 16 }, (_, index) => index % 4)].map((index) => javaRecords[index]?.value),
    )
    expect(compressionsIn(bytes)).toEqual([1, 2])
  })
})

describe('what is passed over', () => {
  test('control batches count for the next offset', () => {
    expect(recordsOf(javaBatch('abort'))).toEqual({ records: [], nextOffset: 201, torn: false })
  })
  test('aborted transactions, until their marker', () => {
    const bytes = Buffer.concat([javaBatch('none'), javaBatch('abort'), at(201, 'none')])
    const aborted = [{ producerId: 4242, firstOffset: 100 }]
    expect(recordsOf(bytes, 0, aborted).records.map(({ offset }) => offset)).toEqual([201, 202, 203, 204])
    expect(recordsOf(bytes, 0, null).records).toHaveLength(8)
    expect(recordsOf(bytes, 0, [{ producerId: 1, firstOffset: 0 }]).records).toHaveLength(8)
  })
  test('a commit marker ends nothing that was aborted', () => {
    const bytes = Buffer.concat([javaBatch('none'), javaBatch('commit'), at(202, 'none')])
    expect(recordsOf(bytes, 0, [{ producerId: 4242, firstOffset: 0 }])).toEqual({ records: [], nextOffset: 206, torn: false })
  })
})

describe('damage', () => {
  test('every byte that is cut off leaves the batch out', () => {
    const whole = Buffer.concat([javaBatch('none'), at(104, 'none')])
    for (let length = javaBatch('none').length + 1; length < whole.length; length++)
      expect(recordsOf(whole.subarray(0, length))).toEqual({ records: javaRecords, nextOffset: 104, torn: true })
  })
  test('every bit that is flipped behind the sum is noticed', () => {
    for (let at = 17; at < 120; at++) {
      const bytes = javaBatch('none')
      bytes[at] = (bytes[at] ?? 0) ^ 4
      expect(() => recordsOf(bytes)).toThrow(expect.objectContaining({ code: 'KAFKA_RECORDS_DAMAGED' }))
    }
  })
  test('what is whole before a damaged batch is given first', () => {
    const second = at(104, 'none')
    second[200] = (second[200] ?? 0) ^ 1
    const reader = new RecordSetReader()
    const lanes = new RecordLanes()
    reader.begin(Buffer.concat([javaBatch('none'), second, at(108, 'none')]), 0)
    expect(reader.next(lanes)).toBe(true)
    expect([lanes.count, reader.nextOffset]).toEqual([4, 104])
    for (let again = 0; again < 2; again++)
      expect(() => reader.next(lanes)).toThrow(expect.objectContaining({ code: 'KAFKA_RECORDS_DAMAGED', details: { offset: 104 } }))
    expect(reader.nextOffset).toBe(104)
  })
  test('batches whose offsets do not rise are refused', () => {
    expect(() => recordsOf(Buffer.concat([javaBatch('none'), at(103, 'none')]))).toThrow(
      expect.objectContaining({ code: 'KAFKA_RECORDS_DAMAGED' }),
    )
  })
  test.each(['format0', 'format1'])('%s is refused', (name) => {
    expect(() => recordsOf(javaBatch(name))).toThrow(expect.objectContaining({ code: 'KAFKA_RECORD_FORMAT' }))
  })
})

describe('CRC-32C', () => {
  test('the check value', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  })
  test('the tables and the native package agree', async () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * index) >> 3))
    const slices = Array.from({ length: 100 }, (_, index) => [index, 1000 - 7 * index] as const)
    const byTable = slices.map(([from, to]) => crc32cByTable(bytes, from, to))
    await loadNativeCrc32c()
    expect(slices.map(([from, to]) => crc32c(bytes, from, to))).toEqual(byTable)
  })
})
