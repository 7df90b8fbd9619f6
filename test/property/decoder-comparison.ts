/** The generated decoder beside the interpreter, batch after batch of random records of a random schema. */
import { Buffer, isUtf8 } from 'node:buffer'
import type { Datum } from '../../src/data/datum.ts'
import type { Vector } from '../../src/data/vector.ts'
import { isValid, readerOf } from '../../src/data/vector-reader.ts'
import { type Decoded, type Decoder, decoderFor, type Lines, type Records } from '../../src/engine/decode/decoder.ts'
import { GeneratedJson, type PathCounts } from '../../src/engine/decode/generated/generated-json.ts'
import { cutRecords } from '../../src/engine/decode/record-bounds.ts'
import { MillraceError } from '../../src/error.ts'
import type { DecoderSpec } from '../../src/plan/contracts/source.ts'
import { asLines } from './record-lines.ts'
import { Dice, inOneBuffer, RecordWriter, randomSpec } from './record-writer.ts'

/** What a decoder makes of the records: rows, or its refusal. */
function outcome(decoder: Decoder, records: Records | Lines): { readonly decoded: Decoded | null; readonly refusal: string } {
  try {
    return { decoded: decoder.decode(records), refusal: '' }
  } catch (error) {
    if (!MillraceError.is(error, 'MALFORMED_RECORD')) throw error
    return { decoded: null, refusal: `${error.message} ${JSON.stringify(error.details)}` }
  }
}

/** Null where both agree, else what differs. */
export function difference(spec: DecoderSpec, generated: Decoder, oracle: Decoder, input: Records | Lines): string | null {
  const records = cutRecords(input)
  const [mine, theirs] = [outcome(generated, input), outcome(oracle, input)]
  if (mine.refusal !== theirs.refusal) return `refusals: '${mine.refusal}' and '${theirs.refusal}'`
  const [a, b] = [mine.decoded, theirs.decoded]
  if (a === null || b === null) return null
  if (a.records !== b.records) return `records: ${a.records} and ${b.records}`
  if (String(a.kept) !== String(b.kept)) return `kept: ${a.kept} and ${b.kept}`
  if (JSON.stringify(a.malformed) !== JSON.stringify(b.malformed))
    return `malformed: ${JSON.stringify(a.malformed)} and ${JSON.stringify(b.malformed)}`
  for (const [slot, column] of a.columns.entries()) {
    const expected = b.columns[slot]
    if (expected === undefined || column.length !== expected.length || column.kind !== expected.kind) return `column ${slot} is another`
    const fault = lawBroken(column)
    if (fault !== null) return `column ${slot}: ${fault}`
    const [read, readExpected] = [readerOf(column), readerOf(expected)]
    for (let row = 0; row < column.length; row++) {
      if (same(read(row), readExpected(row))) continue
      const record = a.kept?.[row] ?? row
      const text = Buffer.from(records.bytes.subarray(records.starts[record], records.ends[record])).toString('latin1')
      return `${spec.schema.fields[slot]?.name} of ${text}: ${shown(read(row))} and ${shown(readExpected(row))}`
    }
  }
  return null
}

/** What a vector must be beyond its values: lanes of its length, slices of valid UTF-8, dictionaries without a text twice. */
function lawBroken(vector: Vector): string | null {
  const { length, validity } = vector
  if (validity !== null && validity.length !== (length + 7) >> 3) return 'the validity is too long'
  if ('values' in vector && vector.values.length !== length) return 'the lane has another length'
  if (vector.kind === 'struct') return vector.children.map(lawBroken).find((one) => one !== null) ?? null
  if (vector.kind !== 'string') return null
  if (vector.form === 'dictionary') {
    if (vector.codes.length !== length) return 'the codes have another length'
    return new Set(vector.dictionary).size < vector.dictionary.length ? 'a text stands twice in the dictionary' : null
  }
  if (vector.offsets.length !== length || vector.lengths.length !== length) return 'the slices have another length'
  for (let row = 0; row < length; row++) {
    const start = vector.offsets[row] as number
    const end = start + (vector.lengths[row] as number)
    if (isValid(validity, row) && (end > vector.bytes.length || !isUtf8(vector.bytes.subarray(start, end)))) return `row ${row} is no text`
  }
  return null
}

function same(a: Datum, b: Datum): boolean {
  if (Object.is(a, b)) return true
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, index) => same(one, b[index]))
}
const shown = (datum: Datum): string =>
  JSON.stringify(datum, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)) ?? 'undefined'

export const ZONES = ['UTC', 'UTC', '+05:30', 'Europe/Berlin', 'America/New_York']

/** Compares some batches of one random spec; gives the ways that the records went. Throws at a difference. */
export function compareDecoders(seed: number, batches: number, recordsMax: number): PathCounts {
  const dice = new Dice(seed)
  const spec = randomSpec(dice)
  const zone = dice.one(ZONES)
  const generated = new GeneratedJson(spec, zone, dice.one([undefined, undefined, 3, 40]))
  const oracle = decoderFor(spec, zone, { generate: false })
  const writer = new RecordWriter(dice, spec.declared, spec.mode === 'FAILFAST' ? dice.below(5) : dice.below(60))
  for (let batch = 0; batch < batches; batch++) {
    const made = Array.from({ length: dice.below(recordsMax) }, () => writer.record())
    const records = dice.chance(50) ? inOneBuffer(dice, made) : asLines(dice, made)
    const found = difference(spec, generated, oracle, records)
    if (found !== null) throw new Error(`seed ${seed}, batch ${batch}: ${found}`)
  }
  return generated.paths
}
