/**
 * Every parser of Kafka's protocol against damaged bytes, as a hostile broker or client would send them, for a sixth of MILLRACE_FUZZ_SECONDS. Bytes begin as valid
 * ones and are changed, cut, extended or mixed; lengths and counts are often those that hurt. A parser may refuse with a MillraceError only, in time, and
 * takes no more memory than its bytes or its limit justify. A failure prints its seed.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MillraceError } from '../../src/error.ts'
import { apiList, apiOfKey } from '../../src/kafka/protocol/apis.ts'
import { compressionNames, loadCodec } from '../../src/kafka/protocol/compression/codecs.ts'
import { loadZstd } from '../../src/kafka/protocol/compression/zstd.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from '../../src/kafka/protocol/consumer-protocol.ts'
import {
  decodeMessage,
  decodeRequestBody,
  decodeRequestHeader,
  decodeResponse,
  encodeMessage,
  encodeRequest,
} from '../../src/kafka/protocol/frames.ts'
import { RecordBatchBuilder, stampOffset } from '../../src/kafka/protocol/records/record-batch-builder.ts'
import { RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { compressionsIn, RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'
import { defaultOf } from '../../src/kafka/protocol/schema/defaults.ts'
import type { Message } from '../../src/kafka/protocol/schema/definition.ts'
import { WireReader } from '../../src/kafka/protocol/wire/wire-reader.ts'
import { javaBatches } from '../kafka/java-batches.ts'
import { messageArbitrary, versionsOf } from '../property/kafka-message-arbitraries.ts'

const seconds = Number(process.env['MILLRACE_FUZZ_SECONDS'] ?? (process.env['CI'] === undefined ? 10 : 60))
const seed = Number(process.env['MILLRACE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const codecs = await Promise.all(compressionNames.map((name) => loadCodec(name)))
const wasm = await loadZstd({})
const opened = [...codecs.slice(1), ...(wasm === undefined ? [] : [wasm])]
const DECOMPRESSED_MAX = 200_000

/** Null for a refusal; anything else that is thrown fails the test. */
function refused<T>(run: () => T): T | null {
  const started = process.hrtime.bigint()
  try {
    return run()
  } catch (error) {
    if (error instanceof MillraceError && error.code !== 'INTERNAL_ERROR') return null
    throw error
  } finally {
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(2)
  }
}

interface Damage {
  readonly changes: readonly (readonly [at: number, bytes: Uint8Array])[]
  readonly cut: number | null
  readonly tail: Uint8Array
}
/** Lengths that hurt: -1, -2, the greatest, and what is near a megabyte. */
const hurting = fc
  .constantFrom('ffffffff', 'fffffffe', '7fffffff', '80000000', '00100000', 'ffffffff0f', 'ffffffff07', '8080808010', '00', '01', 'ff')
  .map((one) => Buffer.from(one, 'hex'))
const damage: fc.Arbitrary<Damage> = fc.record({
  changes: fc.array(fc.tuple(fc.nat(), fc.oneof(hurting, fc.uint8Array({ minLength: 1, maxLength: 3 }))), { maxLength: 5 }),
  cut: fc.option(fc.nat(), { freq: 4 }),
  tail: fc.oneof({ weight: 5, arbitrary: fc.constant(new Uint8Array()) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) }),
})
function damaged(bytes: Uint8Array, { changes, cut, tail }: Damage): Buffer {
  const whole = Buffer.concat([bytes, tail])
  for (const [at, change] of changes)
    if (whole.length > 0) whole.set(change.subarray(0, whole.length - (at % whole.length)), at % whole.length)
  return cut === null ? whole : whole.subarray(0, cut % (whole.length + 1))
}

const messages: readonly (readonly [Message, number])[] = apiList.flatMap((api) =>
  [api.request, api.response].flatMap((message) => versionsOf(message).map((version) => [message, version] as const)),
)
const encoded = fc
  .constantFrom(...messages)
  .chain(([message, version]) =>
    messageArbitrary(message, version).map(({ written }) => ({ message, version, bytes: encodeMessage(message, version, written) })),
  )
const record = fc.tuple(fc.nat(), fc.option(fc.uint8Array({ maxLength: 20 })), fc.option(fc.uint8Array({ maxLength: 200 })))
const batch = fc.oneof(
  fc.constantFrom(...Object.values(javaBatches)),
  fc.tuple(fc.array(record, { minLength: 1, maxLength: 8 }), fc.constantFrom(...codecs)).map(([records, codec]) => {
    const builder = new RecordBatchBuilder({ codec })
    for (const [timestamp, key, value] of records) builder.append(timestamp, key, value, [{ key: 'h', value: key }])
    return builder.finish()
  }),
)

/** At another place of the log: offsets rise. Older formats stay as they are. */
function at(offset: number, batch: Uint8Array): Uint8Array {
  const moved = Buffer.from(batch)
  if (moved[16] === 2) stampOffset(moved, offset, 0)
  return moved
}

interface Target {
  check(parameters: { readonly seed: number; readonly numRuns: number }): void
}
function target<T extends [unknown, ...unknown[]]>(
  ...parts: [...arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }, predicate: (...args: T) => void]
): Target {
  return { check: (parameters) => fc.assert(fc.property(...parts), parameters) }
}

const targets: Readonly<Record<string, Target>> = {
  'messages in all versions': target(encoded, damage, ({ message, version, bytes }, change) => {
    const value = refused(() => decodeMessage(message, version, damaged(bytes, change)))
    // What was accepted can be written, and is then the same.
    if (value === null) return
    const again = encodeMessage(message, version, value)
    expect(Buffer.compare(encodeMessage(message, version, decodeMessage(message, version, again)), again)).toBe(0)
  }),
  'requests to a broker': target(
    fc.constantFrom(...messages),
    fc.nat(0xffff),
    fc.nat(20),
    damage,
    ([message, version], key, other, change) => {
      const known = apiList.find((api) => api.request === message || api.response === message) ?? apiOfKey(key)
      if (known === undefined) return
      const body = Object.fromEntries(Object.entries(known.request.fields).map(([name, field]) => [name, defaultOf(field)]))
      const { parts } = encodeRequest(known, version, { correlationId: other, clientId: 'fuzz' }, body)
      refused(() => {
        const reader = new WireReader(damaged(Buffer.concat(parts).subarray(4), change))
        const header = decodeRequestHeader(reader)
        const api = apiOfKey(header.apiKey)
        return api === undefined ? null : decodeRequestBody(api, header.apiVersion, reader)
      })
    },
  ),
  'responses to a client': target(encoded, fc.constantFrom(...apiList), fc.nat(20), damage, ({ bytes }, api, version, change) => {
    refused(() => decodeResponse(api, version, damaged(Buffer.concat([Buffer.alloc(5), bytes]), change)))
  }),
  'record batches': target(
    fc.array(batch, { minLength: 1, maxLength: 3 }),
    damage,
    fc.nat(110),
    fc.boolean(),
    (batches, change, fromOffset, checkCrc) => {
      const placed = batches.map((one, index) => at(4 + 30 * index, one))
      const bytes = damaged(Buffer.concat(placed), change)
      const reader = new RecordSetReader({ checkCrc, decompressedBytesMax: DECOMPRESSED_MAX })
      const lanes = new RecordLanes()
      refused(() => {
        compressionsIn(bytes)
        reader.begin(bytes, fromOffset, [{ producerId: 4242, firstOffset: 0 }])
        let last = fromOffset - 1
        while (reader.next(lanes))
          for (let row = 0; row < lanes.count; row++) {
            expect(lanes.offsets[row]).toBeGreaterThanOrEqual(fromOffset)
            expect((lanes.key(row)?.length ?? 0) + (lanes.value(row)?.length ?? 0)).toBeLessThanOrEqual(lanes.bytes.length)
            last = lanes.offsets[row] ?? last
            refused(() => lanes.headers(row))
          }
        expect(reader.nextOffset).toBeGreaterThanOrEqual(fromOffset)
        return last
      })
    },
  ),
  decompression: target(
    fc.constantFrom(...opened),
    fc.uint8Array({ maxLength: 300 }),
    fc.nat(300),
    damage,
    (codec, bytes, times, change) => {
      const packed = codec.compress(Buffer.concat(Array.from({ length: times }, () => bytes)))
      const unpacked = refused(() => codec.decompress(damaged(packed, change), DECOMPRESSED_MAX))
      if (unpacked !== null) expect(unpacked.length).toBeLessThanOrEqual(DECOMPRESSED_MAX)
    },
  ),
  'decompression of anything': target(fc.constantFrom(...opened), fc.uint8Array({ maxLength: 60 }), damage, (codec, bytes, change) => {
    const unpacked = refused(() => codec.decompress(damaged(bytes, change), DECOMPRESSED_MAX))
    if (unpacked !== null) expect(unpacked.length).toBeLessThanOrEqual(DECOMPRESSED_MAX)
  }),
  'subscriptions and assignments': target(fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }), damage, (topics, change) => {
    const owned = topics.map((topic) => ({ topic, partitions: [0, 1] }))
    refused(() => decodeSubscription(damaged(encodeSubscription({ topics, ownedPartitions: owned, rackId: 'r' }), change)))
    refused(() => decodeAssignment(damaged(encodeAssignment({ assignedPartitions: owned }), change)))
  }),
}
const share = (seconds * 1000) / 6 / Object.keys(targets).length

test.each(Object.keys(targets))(
  `%s, seed ${seed}`,
  (name) => {
    const started = Date.now()
    let runs = 0
    // Each round is a run of its own, so that its seed alone replays it.
    do targets[name]?.check({ seed: seed + runs++, numRuns: 50 })
    while (Date.now() - started < share)
    expect(runs).toBeGreaterThan(0)
  },
  share + 60_000,
)
