/** Codecs: what Kafka's own client compressed, what comes back, what is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadCodec, loadedCodec } from '../../src/kafka/protocol/compression/codecs.ts'
import { xxhash32 } from '../../src/kafka/protocol/compression/xxhash32.ts'
import { loadZstd } from '../../src/kafka/protocol/compression/zstd.ts'
import { propertyOptions } from '../property/property-options.ts'
import { javaBatch } from './java-batches.ts'

const RECORDS = 61
const names = ['gzip', 'snappy', 'lz4', 'zstd'] as const
const codecs = new Map(await Promise.all(names.map(async (name) => [name, await loadCodec(name)] as const)))
const wasm = await loadZstd({})
if (wasm === undefined) throw new Error('@bokuweb/zstd-wasm is not installed.')
const all = [...[...codecs].map(([name, codec]) => [name, codec] as const), ['zstd of the package', wasm] as const]
const damaged = expect.objectContaining({ code: 'KAFKA_RECORDS_DAMAGED' })

/** Bytes with many repetitions, short and long, near and far. */
const repetitive = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.constantFrom('a', 'ab', 'the quick brown fox ', '{"id":123,"value":'), fc.integer({ min: 1, max: 3000 }))
        .map(([text, times]) => Buffer.from(text.repeat(times))),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts))

describe.each(all)('%s', (name, codec) => {
  test('opens what the Java client made', () => {
    const none = javaBatch('none').subarray(RECORDS)
    expect(Buffer.from(codec.decompress(javaBatch(codec.name).subarray(RECORDS), 10_000))).toEqual(none)
  })
  test('gives back what it got', () => {
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        const packed = codec.compress(bytes)
        expect(Buffer.compare(codec.decompress(packed, bytes.length), bytes)).toBe(0)
        if (bytes.length > 0) expect(() => codec.decompress(packed, bytes.length - 1)).toThrow(damaged)
      }),
      propertyOptions(100),
    )
  })
  test('several blocks, of noise too', () => {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, index) => Math.imul(index ^ (index >>> 3), 0x9e3779b1) >>> 13))
    for (const bytes of [noise, Buffer.alloc(200_000, 'streams '), Buffer.concat([noise, noise]), Buffer.alloc(65_536), Buffer.alloc(0)]) {
      const packed = codec.compress(bytes)
      expect(packed.length).toBeLessThan(bytes.length * 1.01 + 100)
      expect(Buffer.compare(codec.decompress(packed, bytes.length), bytes)).toBe(0)
    }
  })
  test('a bomb meets the limit', () => {
    const bomb = codec.compress(Buffer.alloc(50_000_000))
    const before = process.memoryUsage().arrayBuffers
    expect(() => codec.decompress(bomb, 1_000_000)).toThrow(damaged)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
  })
  test('compresses records', () => {
    const records = Buffer.from(
      Array.from({ length: 2000 }, (_, id) => `{"id":${id},"timestamp":"2026-01-01T00:00:00.${id}Z","user":"u${id % 97}"}`).join(''),
    )
    expect(codec.compress(records).length).toBeLessThan(0.4 * records.length)
    expect(name).toContain(codec.name)
  })
})

describe('snappy of other writers', () => {
  const decompress = codecs.get('snappy')?.decompress ?? (() => new Uint8Array())
  test('raw, without a frame', () => {
    // Nine literals, then a copy of seven from nine before.
    const raw = Buffer.from([16, 8 << 2, ...Buffer.from('wikipedia'), ((7 - 4) << 2) | 1, 9])
    expect(Buffer.from(decompress(raw, 100)).toString()).toBe('wikipediawikiped')
  })
  test('copies with two and four bytes of distance, and long literals', () => {
    const text = Buffer.alloc(300, 'x')
    const raw = Buffer.from([...[0xac + 8, 0x02], (61 << 2) | 0, 43, 1, ...text, (3 << 2) | 2, 44, 1, (3 << 2) | 3, 1, 0, 0, 0])
    expect(Buffer.from(decompress(raw, 1000)).toString()).toBe('x'.repeat(308))
  })
  test('sizes beyond what the bytes can hold are refused', () => {
    expect(() => decompress(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]), 2 ** 32)).toThrow(damaged)
  })
})

describe('lz4 of other writers', () => {
  const decompress = codecs.get('lz4')?.decompress ?? (() => new Uint8Array())
  const frame = (flags: number, ...rest: readonly number[]): Buffer => {
    const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40, 0])
    head[6] = xxhash32(head, 4, 6) >>> 8
    return Buffer.concat([head, Buffer.from(rest)])
  }
  const word = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
  const hello = [...Buffer.from('hello')]
  test('a block that refers to the one before, and sums of blocks and contents', () => {
    const first = [...word(0x80000005), ...hello, ...word(xxhash32(Buffer.from(hello), 0, 5))]
    // No literals, five bytes from five before, then one literal.
    const block = [0x01, 5, 0, 0x10, 0x21]
    const bytes = frame(
      0x54,
      ...first,
      ...word(block.length),
      ...block,
      ...word(xxhash32(Buffer.from(block), 0, 5)),
      ...word(0),
      ...word(xxhash32(Buffer.from('hellohello!'), 0, 11)),
    )
    expect(Buffer.from(decompress(bytes, 100)).toString()).toBe('hellohello!')
    for (const at of [4, 6, 11, 16, bytes.length - 1]) {
      const wrong = Buffer.from(bytes)
      wrong[at] = (wrong[at] ?? 0) ^ 1
      expect(() => decompress(wrong, 100)).toThrow(damaged)
    }
  })
  test('two frames', () => {
    const one = frame(0x60, ...word(0x80000005), ...hello, ...word(0))
    expect(Buffer.from(decompress(Buffer.concat([one, one]), 10)).toString()).toBe('hellohello')
    expect(() => decompress(Buffer.concat([one, one]), 9)).toThrow(damaged)
  })
  test('the check values of xxHash32', () => {
    expect(xxhash32(Buffer.alloc(0), 0, 0)).toBe(0x02cc5d05)
    expect(xxhash32(Buffer.from('abc'), 0, 3)).toBe(0x32d153ff)
    expect(xxhash32(Buffer.from('Nobody inspects the spammish repetition'), 0, 39)).toBe(0xe2293b2f)
  })
})

test('a codec that is not loaded, or not known, says so', () => {
  expect(() => loadedCodec(7)).toThrow(expect.objectContaining({ code: 'KAFKA_RECORD_FORMAT' }))
})
