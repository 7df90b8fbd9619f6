import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { LEAD_BYTES } from './carried-bytes.ts'
import { LineBlocks } from './line-blocks.ts'

const text = (block: Uint8Array | null): string => (block === null ? '' : Buffer.from(block).toString())

test('blocks are whole lines, and have all of them, wherever the chunks are cut', () => {
  const parts = fc.array(fc.constantFrom('a', 'bc', '\r', '\n', '\r\n', 'é'), { maxLength: 30 })
  fc.assert(
    fc.property(parts, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (given, cuts, lead) => {
      const bytes = Buffer.from(given.join(''))
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
      const blocks = new LineBlocks()
      const found: string[] = []
      for (const [index, end] of at.slice(1).entries()) {
        const part = bytes.subarray(at[index], end)
        const room = new Uint8Array((lead ? LEAD_BYTES : 0) + part.length)
        room.set(part, room.length - part.length)
        found.push(text(blocks.push(room.subarray(room.length - part.length))))
      }
      found.push(text(blocks.end()))
      for (const block of found) expect(block === '' || /[\r\n]$/.test(block)).toBe(true)
      // Between a \r and a \n there may be a cut, and then the \n is left out.
      const lines = (all: string): string[] => all.split(/\r\n|\n|\r/)
      expect(found.flatMap((block) => lines(block).slice(0, -1))).toEqual(
        lines(bytes.toString()).filter((line, index, all) => index < all.length - 1 || line !== ''),
      )
    }),
    propertyOptions(500),
  )
})

test('what is left of a chunk does not share its memory, and stands in front of the next one in its buffer', () => {
  const blocks = new LineBlocks()
  const first = Buffer.from('one\ntw')
  expect(text(blocks.push(first))).toBe('one\n')
  first.fill(0)
  const room = new Uint8Array(LEAD_BYTES + 3)
  room.set(Buffer.from('o\nx'), LEAD_BYTES)
  const block = blocks.push(room.subarray(LEAD_BYTES))
  expect([text(block), block?.buffer === room.buffer, blocks.unfinishedBytes]).toEqual(['two\n', true, 1])
})
