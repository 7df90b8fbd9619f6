import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { cutRecords, RecordBounds } from './record-bounds.ts'

/** What Java's readLine gives. */
function lines(text: string): string[] {
  const all = text.split(/\r\n|\n|\r/)
  if (all.at(-1) === '') all.pop()
  return all
}

test('lines are cut as readLine does', () => {
  const text = fc.array(fc.constantFrom('a', 'bc', '\r', '\n', '\r\n', 'é'), { maxLength: 40 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (value) => {
      const { bytes, starts, ends } = cutRecords({ bytes: new TextEncoder().encode(value), origin: '' })
      expect(Array.from(starts, (start, i) => new TextDecoder().decode(bytes.subarray(start, ends[i])))).toEqual(lines(value))
    }),
    propertyOptions(500),
  )
})

test('records are found when they are asked for, or told by who has read them', () => {
  const bounds = new RecordBounds()
  bounds.begin({ bytes: new TextEncoder().encode('ab\nc\r\nd\n'), origin: '' })
  expect([bounds.count, bounds.upTo(1), bounds.count]).toEqual([0, 1, 1])
  bounds.ends[1] = 4
  bounds.starts[2] = 6
  bounds.readTo(2)
  expect([bounds.upTo(9), [...bounds.starts.subarray(0, 3)], [...bounds.ends.subarray(0, 3)]]).toEqual([3, [0, 3, 6], [2, 4, 7]])
})

test('there is room for any number of lines, and for one more while they are read', () => {
  const { starts, ends } = cutRecords({ bytes: new Uint8Array(100_000).fill(10), origin: '' })
  expect([starts.length, starts[99_999], ends[99_999]]).toEqual([100_000, 99_999, 99_999])
})
