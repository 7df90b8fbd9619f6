/** Wire types byte by byte, their limits, and what hostile lengths and counts do. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UUID_ZERO, uuidBytes } from './uuid.ts'
import { WireReader } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

const hex = (write: (writer: WireWriter) => void): string => {
  const writer = new WireWriter(1)
  write(writer)
  return Buffer.from(writer.concat()).toString('hex')
}
const reader = (text: string): WireReader => new WireReader(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const refusal = expect.objectContaining({ code: 'KAFKA_PROTOCOL_ERROR' })

describe('bytes', () => {
  test.each<[string, (writer: WireWriter) => void, (reader: WireReader) => unknown, unknown]>([
    ['ff', (w) => w.int8(-1), (r) => r.int8(), -1],
    ['01', (w) => w.bool(true), (r) => r.bool(), true],
    ['8000', (w) => w.int16(-32768), (r) => r.int16(), -32768],
    ['ffff', (w) => w.uint16(65535), (r) => r.uint16(), 65535],
    ['fffffffe', (w) => w.int32(-2), (r) => r.int32(), -2],
    ['ffffffff', (w) => w.uint32(4294967295), (r) => r.uint32(), 4294967295],
    ['ffffffffffffffff', (w) => w.int64(-1), (r) => r.int64(), -1],
    ['001fffffffffffff', (w) => w.int64(Number.MAX_SAFE_INTEGER), (r) => r.int64(), Number.MAX_SAFE_INTEGER],
    ['ffe0000000000001', (w) => w.int64(Number.MIN_SAFE_INTEGER), (r) => r.int64(), Number.MIN_SAFE_INTEGER],
    ['7fffffffffffffff', (w) => w.bigInt64(2n ** 63n - 1n), (r) => r.bigInt64(), 2n ** 63n - 1n],
    ['4045000000000000', (w) => w.float64(42), (r) => r.float64(), 42],
    ['00', (w) => w.uvarint(0), (r) => r.uvarint(), 0],
    ['ac02', (w) => w.uvarint(300), (r) => r.uvarint(), 300],
    ['ffffffff0f', (w) => w.uvarint(4294967295), (r) => r.uvarint(), 4294967295],
    ['01', (w) => w.varint(-1), (r) => r.varint(), -1],
    ['7f', (w) => w.varint(-64), (r) => r.varint(), -64],
    ['8001', (w) => w.varint(64), (r) => r.varint(), 64],
    ['feffffff0f', (w) => w.varint(2147483647), (r) => r.varint(), 2147483647],
    ['ffffffff0f', (w) => w.varint(-2147483648), (r) => r.varint(), -2147483648],
    ['ffffffffffffffffff01', (w) => w.varlong(-(2n ** 63n)), (r) => r.varlong(), -(2n ** 63n)],
    ['0003616263', (w) => w.nullableString('abc'), (r) => r.nullableString(), 'abc'],
    ['ffff', (w) => w.nullableString(null), (r) => r.nullableString(), null],
    ['03c3a9', (w) => w.compactNullableString('é'), (r) => r.compactNullableString(), 'é'],
    ['00', (w) => w.compactNullableString(null), (r) => r.compactNullableString(), null],
    ['01', (w) => w.compactNullableString(''), (r) => r.compactNullableString(), ''],
    ['00000000000000000000000000000001', (w) => w.uuid('AAAAAAAAAAAAAAAAAAAAAQ'), (r) => r.uuid(), 'AAAAAAAAAAAAAAAAAAAAAQ'],
  ])('%s', (bytes, write, read, value) => {
    expect(hex(write)).toBe(bytes)
    const from = reader(bytes)
    expect(read(from)).toEqual(value)
    from.end()
    for (let length = 0; length < bytes.length; length += 2) expect(() => read(reader(bytes.slice(0, length)))).toThrow(refusal)
  })
})

describe('what does not fit', () => {
  test.each<[string, (writer: WireWriter) => void]>([
    ['int8', (w) => w.int8(128)],
    ['int16', (w) => w.int16(-32769)],
    ['int32', (w) => w.int32(2147483648)],
    ['int32 of a fraction', (w) => w.int32(1.5)],
    ['int32 of nothing', (w) => w.int32(Number.NaN)],
    ['uvarint', (w) => w.uvarint(-1)],
    ['int64', (w) => w.int64(2 ** 53)],
    ['bigInt64', (w) => w.bigInt64(2n ** 63n)],
    ['varlong', (w) => w.varlong(2n ** 63n)],
    ['a string', (w) => w.nullableString('x'.repeat(32768))],
    ['a compact string', (w) => w.compactNullableString('é'.repeat(16384))],
    ['a UUID', (w) => w.uuid('AAAA')],
  ])('%s is not written', (_, write) => {
    expect(() => hex(write)).toThrow(refusal)
  })
  test.each<[string, string, (reader: WireReader) => unknown]>([
    ['an integer beyond 2^53', '0020000000000000', (r) => r.int64()],
    ['a string longer than the rest', '7fff 61', (r) => r.nullableString()],
    ['a negative length', 'fffe', (r) => r.nullableString()],
    ['a compact string of 4 GiB', 'ffffffff0f 61', (r) => r.compactNullableString()],
    ['bytes of 2 GiB', '7fffffff 00', (r) => r.nullableBytes()],
    ['an array of 2 billion', '7fffffff 0000', (r) => r.arrayLength(1)],
    ['a compact array of 4 billion', 'ffffffff0f 00', (r) => r.compactArrayLength(1)],
    ['more elements than the bytes can hold', '00000003 0000000000', (r) => r.arrayLength(2)],
    ['a varint without an end', 'ffffffffff', (r) => r.uvarint()],
    ['a varint of 33 bits', 'ffffffff1f', (r) => r.uvarint()],
    ['a varlong of 65 bits', 'ffffffffffffffffff03', (r) => r.varlong()],
    ['a tagged field beyond the end', '01 00 05 00', (r) => r.taggedFields(() => false)],
    ['a tagged field that is longer than it says', '01 00 01 0000', (r) => r.taggedFields(() => r.int16() === 0)],
    ['a tagged field that is shorter than it says', '01 00 02 0000', (r) => r.taggedFields(() => r.int8() === 0)],
    ['more tagged fields than bytes', 'ffffffff0f', (r) => r.taggedFields(() => false)],
    ['bytes that are left over', '00', (r) => r.end()],
  ])('%s is not read', (_, bytes, read) => {
    expect(() => read(reader(bytes))).toThrow(refusal)
  })
  test('the greatest long is read as the greatest offset where it stands for an end', () => {
    expect(reader('7fffffffffffffff').int64Near()).toBe(Number.MAX_SAFE_INTEGER)
    expect(reader('8000000000000000').int64Near()).toBe(Number.MIN_SAFE_INTEGER)
  })
})

describe('parts', () => {
  test('long bytes are not copied', () => {
    const long = new Uint8Array(10_000).fill(1)
    const writer = new WireWriter(4)
    writer.int32(7)
    writer.nullableBytes(long)
    writer.int8(8)
    const { parts, byteLength } = writer.finish()
    expect(parts.map((one) => one.length)).toEqual([8, 10_000, 1])
    expect(parts[1]).toBe(long)
    expect(byteLength).toBe(10_009)
    const from = new WireReader(Buffer.concat(parts))
    expect([from.int32(), from.nullableBytes()?.length, from.int8()]).toEqual([7, 10_000, 8])
  })
  test('what is sized has its length before it, however long it is', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(20_000), (before, size) => {
        const writer = new WireWriter(16)
        for (let index = 0; index < before; index++) writer.int8(1)
        writer.sized(() => {
          for (let left = size; left > 0; left--) writer.int8(2)
        })
        writer.int16(3)
        const from = new WireReader(writer.concat())
        from.raw(before)
        expect(from.uvarint()).toBe(size)
        expect(from.raw(size).every((byte) => byte === 2)).toBe(true)
        expect([from.int16(), from.remaining]).toEqual([3, 0])
      }),
      { numRuns: 30 },
    )
  })
  test('a UUID of zeros', () => {
    expect([...uuidBytes(UUID_ZERO)]).toEqual(Array.from({ length: 16 }, () => 0))
  })
})
