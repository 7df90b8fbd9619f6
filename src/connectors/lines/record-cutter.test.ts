import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { RecordCutter, type RecordSlices } from './record-cutter.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const texts = (slices: RecordSlices | null): string[] =>
  slices === null ? [] : Array.from(slices.starts, (start, i) => new TextDecoder().decode(slices.bytes.subarray(start, slices.ends[i])))

function cut(chunks: readonly Uint8Array[], separator: string | null = null, maxRecordBytes = 1000): string[] {
  const cutter = new RecordCutter({ separator: separator === null ? null : encode(separator), maxRecordBytes, origin: 'here' })
  return [...chunks.flatMap((chunk) => texts(cutter.push(chunk))), ...texts(cutter.end())]
}

/** What Java's readLine gives. */
function lines(text: string): string[] {
  const all = text.split(/\r\n|\n|\r/)
  if (all.at(-1) === '') all.pop()
  return all
}

const chopped = (text: string, cuts: readonly number[]): Uint8Array[] => {
  const bytes = encode(text)
  const at = [0, ...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.slice(at[i], end))
}

describe('RecordCutter', () => {
  test('any line end, wherever the chunks are cut, as readLine', () => {
    const text = fc.array(fc.constantFrom('a', 'bc', '\r', '\n', '\r\n', 'é'), { maxLength: 30 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (value, cuts) => {
        expect(cut(chopped(value, cuts))).toEqual(lines(value))
      }),
      propertyOptions(500),
    )
  })

  test('a separator of several bytes, wherever the chunks are cut', () => {
    const text = fc.array(fc.constantFrom('a', '|', '|;', ';', '|;|'), { maxLength: 30 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (value, cuts) => {
        const expected = value.split('|;')
        if (expected.at(-1) === '') expected.pop()
        expect(cut(chopped(value, cuts), '|;')).toEqual(expected)
      }),
      propertyOptions(500),
    )
  })

  test('a record may have exactly maxRecordBytes, one more is refused by its number, with or without an end', () => {
    expect(cut([encode('12345678\n')], null, 8)).toEqual(['12345678'])
    expect(() => cut([encode('1\n2\n123456789\n')], null, 8)).toThrow(/Record 3 of here is longer than maxRecordBytes/)
    expect(() => cut([encode('1\n'), encode('12345'), encode('6789')], null, 8)).toThrow(/Record 2 of here/)
  })

  test('what comes out does not share memory with what went in', () => {
    const cutter = new RecordCutter({ separator: null, maxRecordBytes: 100, origin: 'here' })
    const chunk = encode('one\ntw')
    const slices = cutter.push(chunk)
    chunk.fill(0)
    expect(texts(slices)).toEqual(['one'])
    expect(texts(cutter.push(encode('o\n')))).toEqual(['two'])
    expect(cutter.unfinishedBytes).toBe(0)
  })
})
