/**
 * Logs of several producers whose transactions are committed, aborted or left open, read in fetches that begin and end anywhere, with the lists of aborted
 * transactions as a broker makes them: a reader of committed records gets exactly those, each once, in order.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compressionNames, loadCodec } from '../../src/kafka/protocol/compression/codecs.ts'
import { RecordBatchBuilder } from '../../src/kafka/protocol/records/record-batch-builder.ts'
import { RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'
import { propertyOptions } from './property-options.ts'

const codecs = await Promise.all(compressionNames.map((name) => loadCodec(name)))
const PRODUCERS = 3
/** A producer writes a batch (in a transaction or not), or ends its transaction. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      producer: fc.nat(PRODUCERS - 1),
      records: fc.integer({ min: 1, max: 3 }),
      codec: fc.constantFrom(...codecs),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('plain' as const), records: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), producer: fc.nat(PRODUCERS - 1), commit: fc.boolean() }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Log {
  readonly batches: { readonly bytes: Uint8Array; readonly first: number; readonly last: number }[]
  readonly aborted: { readonly producerId: number; readonly firstOffset: number; readonly lastOffset: number }[]
  /** Offsets that a reader of committed records gets, below the end of what is decided. */
  readonly committed: number[]
  readonly stable: number
}

function logOf(steps: readonly Step[]): Log {
  const batches: { bytes: Uint8Array; first: number; last: number }[] = []
  const aborted: { producerId: number; firstOffset: number; lastOffset: number }[] = []
  const open = new Map<number, number[]>()
  const committed: number[] = []
  let offset = 0
  const append = (records: number, producerId: number, codec = codecs[0], marker?: boolean): number[] => {
    const builder = new RecordBatchBuilder(codec === undefined ? {} : { codec })
    for (let index = 0; index < records; index++) {
      // A version, then the type: 0 aborts, 1 commits.
      if (marker === undefined) builder.append(index, null, Buffer.from(`value ${offset + index}`))
      else builder.append(index, Buffer.from([0, 0, 0, marker ? 1 : 0]), Buffer.from([0, 0, 0, 0, 0, 0]))
    }
    const bytes = builder.finish({ baseOffset: offset, producerId, isTransactional: producerId >= 0, isControl: marker !== undefined })
    const offsets = Array.from({ length: records }, (_, index) => offset + index)
    batches.push({ bytes, first: offset, last: offset + records - 1 })
    offset += records
    return offsets
  }
  for (const one of steps)
    if (one.kind === 'plain') committed.push(...append(one.records, -1))
    else if (one.kind === 'write')
      open.set(one.producer, [...(open.get(one.producer) ?? []), ...append(one.records, one.producer, one.codec)])
    else {
      const offsets = open.get(one.producer)
      const [last] = append(1, one.producer, codecs[0], one.commit)
      open.delete(one.producer)
      if (offsets === undefined) continue
      if (one.commit) committed.push(...offsets)
      else aborted.push({ producerId: one.producer, firstOffset: offsets[0] ?? 0, lastOffset: last ?? 0 })
    }
  const stable = Math.min(offset, ...[...open.values()].map((offsets) => offsets[0] ?? 0))
  return { batches, aborted, committed: committed.filter((one) => one < stable).sort((a, b) => a - b), stable }
}

test('a reader of committed records gets exactly those', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40, size: 'max' }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 10 }),
      (steps, sizes) => {
        const { batches, aborted, committed, stable } = logOf(steps)
        const reader = new RecordSetReader()
        const lanes = new RecordLanes()
        const read: number[] = []
        let from = 0
        for (let fetches = 0; from < stable; fetches++) {
          const whole = batches.filter(({ first, last }) => last >= from && first < stable).slice(0, sizes[fetches % sizes.length])
          const end = whole.at(-1)?.last ?? 0
          // As a broker does: those that reach into the range, in the order of their end.
          const touching = aborted.filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset <= end)
          const next = batches.find(({ first }) => first > end)
          reader.begin(
            Buffer.concat([...whole.map(({ bytes }) => bytes), ...(next === undefined ? [] : [next.bytes.subarray(0, 40)])]),
            from,
            touching,
          )
          while (reader.next(lanes))
            for (let row = 0; row < lanes.count; row++) {
              read.push(lanes.offsets[row] ?? -1)
              expect(Buffer.from(lanes.value(row) ?? []).toString()).toBe(`value ${lanes.offsets[row]}`)
            }
          expect(reader.nextOffset).toBe(end + 1)
          from = reader.nextOffset
        }
        expect(read.filter((one) => one < stable)).toEqual(committed)
      },
    ),
    propertyOptions(200),
  )
})
