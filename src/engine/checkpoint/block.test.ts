import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBlock, nameChecksum, scanBlocks, scanOneBlock } from './block.ts'

const NAME = 'journal/0000000001-000000'
const payloads = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => new TextEncoder().encode(text))

function fileOf(parts: readonly Uint8Array[], name = NAME): Uint8Array {
  const bytes: Uint8Array[] = []
  let previous = nameChecksum(name)
  for (const [index, payload] of parts.entries()) {
    const block = encodeBlock(index, previous, payload)
    bytes.push(block.bytes)
    previous = block.checksum
  }
  return new Uint8Array(Buffer.concat(bytes))
}
const textsIn = (bytes: Uint8Array, name = NAME): string[] =>
  scanBlocks('file', name, bytes).blocks.map((block) => new TextDecoder().decode(block.payload))

describe('a file of blocks', () => {
  test('is read as it was written', () => {
    const file = fileOf(payloads('one', '', 'three'))
    expect(textsIn(file)).toEqual(['one', '', 'three'])
    expect(scanBlocks('file', NAME, file)).toMatchObject({ length: file.length, tornBytes: 0 })
    expect(textsIn(new Uint8Array())).toEqual([])
  })

  test('ends before a last block of which anything is missing', () => {
    const whole = fileOf(payloads('one', 'two'))
    const first = fileOf(payloads('one')).length
    for (let length = first; length < whole.length; length++) {
      const scan = scanBlocks('file', NAME, whole.subarray(0, length))
      expect([scan.blocks.length, scan.length, scan.tornBytes]).toEqual([1, first, length - first])
    }
    const zeros = new Uint8Array(whole.length + 512)
    zeros.set(whole)
    expect(textsIn(zeros)).toEqual(['one', 'two'])
  })

  test('is damaged where a bad block has a good one behind it, whatever bit is bad', () => {
    const file = fileOf(payloads('one', 'two', 'three'))
    const last = fileOf(payloads('one', 'two')).length
    for (let bit = 0; bit < last * 8; bit++) {
      const bad = file.slice()
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(() => scanBlocks('file', NAME, bad), `bit ${bit}`).toThrow(/CHECKPOINT_DAMAGED.*'file'/)
    }
  })

  test('is damaged where a block was cut out, or the file is another one', () => {
    const file = fileOf(payloads('one', 'two', 'three'))
    const [one, two] = [fileOf(payloads('one')).length, fileOf(payloads('one', 'two')).length]
    const without = new Uint8Array(Buffer.concat([file.subarray(0, one), file.subarray(two)]))
    expect(() => scanBlocks('file', NAME, without)).toThrow('CHECKPOINT_DAMAGED')
    expect(() => scanBlocks('file', 'journal/0000000002-000000', file)).toThrow('CHECKPOINT_DAMAGED')
  })

  test('any bytes are blocks, a torn end, or damage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255))),
        (parts, changes) => {
          const bytes = fileOf(parts)
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value
          try {
            const scan = scanBlocks('file', NAME, bytes)
            expect(scan.length + scan.tornBytes).toBe(bytes.length)
            for (const [index, block] of scan.blocks.entries()) expect(Buffer.compare(block.payload, parts[index] as Uint8Array)).toBe(0)
          } catch (error) {
            expect((error as { code: string }).code).toBe('CHECKPOINT_DAMAGED')
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})

test('one block is known by its checksum', () => {
  const { bytes, checksum } = encodeBlock(3, 77, payloads('state')[0] as Uint8Array)
  expect(new TextDecoder().decode(scanOneBlock('file', bytes, checksum))).toBe('state')
  expect(() => scanOneBlock('file', bytes, checksum + 1)).toThrow('CHECKPOINT_DAMAGED')
  expect(() => scanOneBlock('file', bytes.subarray(1), checksum)).toThrow('CHECKPOINT_DAMAGED')
  const longer = new Uint8Array(bytes.length + 1)
  longer.set(bytes)
  expect(() => scanOneBlock('file', longer, checksum)).toThrow('CHECKPOINT_DAMAGED')
})
