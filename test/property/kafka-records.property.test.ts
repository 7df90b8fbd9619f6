/** Record batches: what is appended comes back as lanes, from any offset, in any compression and cut of batches; a batch of the Java client is made anew, byte by byte. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compressionNames, loadCodec } from '../../src/kafka/protocol/compression/codecs.ts'
import { BatchCursor } from '../../src/kafka/protocol/records/batch-cursor.ts'
import { RecordBatchBuilder, stampOffset, stampProducer } from '../../src/kafka/protocol/records/record-batch-builder.ts'
import { type RecordHeader, RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'
import { javaBatch, javaRecords } from '../kafka/java-batches.ts'
import { propertyOptions } from './property-options.ts'

const codecs = await Promise.all(compressionNames.map((name) => loadCodec(name)))
const bytes = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.nat(70_000).map((size) => new Uint8Array(size).fill(65)) },
)
const record = fc.record({
  timestamp: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }), fc.maxSafeNat()),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 8 }), value: fc.option(bytes) }), { maxLength: 3 }),
})
interface RecordCase {
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

const hex = (one: Uint8Array | null): string | null => (one === null ? null : Buffer.from(one).toString('hex'))
const plain = (offset: number, { timestamp, key, value, headers }: RecordCase) => ({
  offset,
  timestamp,
  key: hex(key),
  value: hex(value),
  headers: headers.map((one) => [one.key, hex(one.value)]),
})

describe('a batch that is written', () => {
  test('comes back', () => {
    const batchCase = fc.record({
      records: fc.array(record, { minLength: 1, maxLength: 20 }),
      codec: fc.constantFrom(...codecs),
      gap: fc.nat(3),
    })
    fc.assert(
      fc.property(fc.array(batchCase, { maxLength: 4 }), fc.nat(40), (batches, fromOffset) => {
        let offset = 0
        const expected: unknown[] = []
        const parts = batches.map(({ records, codec, gap }) => {
          const builder = new RecordBatchBuilder({ codec })
          for (const one of records) builder.append(one.timestamp, one.key, one.value, one.headers)
          offset += gap
          const batch = builder.finish({ baseOffset: offset })
          expected.push(...records.map((one, index) => plain(offset + index, one)))
          offset += records.length
          return batch
        })
        const reader = new RecordSetReader()
        const lanes = new RecordLanes()
        const read: { offset: number }[] = []
        reader.begin(Buffer.concat(parts), fromOffset)
        while (reader.next(lanes))
          for (let row = 0; row < lanes.count; row++)
            read.push(
              plain(lanes.offsets[row] ?? -1, {
                timestamp: lanes.timestamps[row] ?? -1,
                key: lanes.key(row),
                value: lanes.value(row),
                headers: lanes.headers(row),
              }),
            )
        expect(read).toEqual((expected as typeof read).filter((one) => one.offset >= fromOffset))
        expect(reader.nextOffset).toBe(Math.max(offset, fromOffset))
      }),
      propertyOptions(60),
    )
  })
  test('the Java client would have written the same', () => {
    const builder = new RecordBatchBuilder()
    const buffer = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text))
    const headers = [
      { key: 'h', value: Buffer.from('x') },
      { key: 'empty', value: null },
    ]
    const build = (): Uint8Array => {
      for (const [index, { timestamp, key, value }] of javaRecords.entries())
        builder.append(timestamp, buffer(key), buffer(value), index === 0 ? headers : [])
      return builder.finish({
        baseOffset: 100,
        leaderEpoch: 3,
        producerId: 4242,
        producerEpoch: 7,
        baseSequence: 55,
        isTransactional: true,
      })
    }
    const first = build()
    expect(Buffer.from(first)).toEqual(javaBatch('none'))
    // A builder is used again, with other memory.
    const second = build()
    builder.recycle(first)
    expect(Buffer.from(build())).toEqual(javaBatch('none'))
    expect(Buffer.from(second)).toEqual(javaBatch('none'))
  })
  test('ranges of lanes are appended as the keys and values that they are', () => {
    const lanes = new RecordLanes()
    const reader = new RecordSetReader()
    reader.begin(javaBatch('none'), 0)
    reader.next(lanes)
    const builder = new RecordBatchBuilder()
    const { timestamps, keyStarts, keyEnds, valueStarts, valueEnds } = lanes
    for (let row = 0; row < lanes.count; row++)
      builder.appendRange(
        timestamps[row] ?? 0,
        lanes.bytes,
        keyStarts[row] ?? 0,
        keyEnds[row] ?? 0,
        valueStarts[row] ?? 0,
        valueEnds[row] ?? 0,
      )
    const again = new RecordLanes()
    reader.begin(builder.finish(), 0)
    reader.next(again)
    for (let row = 0; row < lanes.count; row++)
      expect([hex(again.key(row)), hex(again.value(row))]).toEqual([hex(lanes.key(row)), hex(lanes.value(row))])
  })
})

describe('stamps', () => {
  test('another producer has another checksum, another offset has not', () => {
    const batch = javaBatch('none')
    stampProducer(batch, 2 ** 40, 1, 0)
    stampOffset(batch, 2 ** 50, 9)
    const cursor = new BatchCursor()
    cursor.begin(batch)
    cursor.next()
    cursor.checkCrc()
    const { producerId, producerEpoch, baseSequence, baseOffset, lastOffset, leaderEpoch } = cursor
    expect([producerId, producerEpoch, baseSequence, baseOffset, lastOffset, leaderEpoch]).toEqual([2 ** 40, 1, 0, 2 ** 50, 2 ** 50 + 3, 9])
  })
})
