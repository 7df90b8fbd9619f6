/**
 * The format `text`: every record is one string. Valid UTF-8 is shared with the source's bytes; where any of it is invalid the batch is decoded to strings
 * with U+FFFD for what is wrong, as Java and so Spark do. No record is ever malformed.
 */
import { Buffer, isUtf8 } from 'node:buffer'
import type { Vector } from '../../data/vector.ts'
import { vectorOf } from '../../data/vector-builder.ts'
import { assert } from '../../error.ts'
import type { DecoderSpec } from '../../plan/contracts/source.ts'
import type { Decoder, Records } from './decoder.ts'
import { cutRecords } from './record-bounds.ts'

export function textRecords(spec: DecoderSpec): Decoder {
  for (const one of spec.schema.fields) {
    assert(one.type.kind === 'string', `the text format makes strings, but the column ${one.name} is a ${one.type.kind}`)
  }
  return {
    describe: () => 'text records, as slices of the bytes',
    decode: (input) => {
      const records = cutRecords(input)
      const column = spec.schema.fields.length === 0 ? null : textColumn(records)
      return {
        records: records.starts.length,
        columns: spec.schema.fields.map(() => column as Vector),
        kept: null,
        sharesBytes: column !== null,
        malformed: { count: 0, samples: [] },
      }
    },
  }
}

function textColumn(records: Records): Vector {
  const { bytes, starts, ends } = records
  if (!allValid(records)) {
    const texts = Array.from(starts, (start, index) => textOf(bytes, start, ends[index] as number))
    return vectorOf({ kind: 'string' }, texts)
  }
  const lengths = new Int32Array(starts.length)
  for (let index = 0; index < lengths.length; index++) lengths[index] = (ends[index] as number) - (starts[index] as number)
  // A copy of the starts: vectors may be posted to a worker, and the source may still hold its lanes.
  return { kind: 'string', form: 'slices', length: starts.length, validity: null, bytes, offsets: starts.slice(), lengths }
}

/** The bytes as text, U+FFFD for what is not UTF-8; a byte order mark stays. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}

/** Whether every record is valid UTF-8: their hull is, and no record begins or ends inside a character. May say no where bytes between records are not. */
function allValid({ bytes, starts, ends }: Records): boolean {
  let [low, high] = [bytes.length, 0]
  for (let index = 0; index < starts.length; index++) {
    const [start, end] = [starts[index] as number, ends[index] as number]
    if (start === end) continue
    if (continues(bytes[start]) || (end < bytes.length && continues(bytes[end]))) return false
    low = Math.min(low, start)
    high = Math.max(high, end)
  }
  return low >= high || isUtf8(bytes.subarray(low, high))
}
const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80
