/** Generated decoder = interpreter, on random schemas, projections and modes, over records of every kind of oddity. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { field, structType } from '../../src/data/data-type.ts'
import { parseDdl } from '../../src/data/ddl-parser.ts'
import { decoderFor } from '../../src/engine/decode/decoder.ts'
import { GeneratedJson } from '../../src/engine/decode/generated/generated-json.ts'
import type { DecoderSpec, ParseMode } from '../../src/plan/contracts/source.ts'
import { compareDecoders, difference } from './decoder-comparison.ts'
import { propertyOptions } from './property-options.ts'
import { Dice, inOneBuffer } from './record-writer.ts'

test('random schemas and records decode to the same rows, kept records and faults', () => {
  const ways = { speculative: 0, generic: 0, oracle: 0 }
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { speculative, generic, oracle } = compareDecoders(seed, 3, 60)
      ways.speculative += speculative
      ways.generic += generic
      ways.oracle += oracle
    }),
    propertyOptions(150),
  )
  // Else nothing was compared.
  expect(Math.min(ways.speculative, ways.generic, ways.oracle)).toBeGreaterThan(100)
})

const declared = parseDdl(
  'id BIGINT, timestamp TIMESTAMP, value DOUBLE, user STRING, kind STRING, n INT, d DATE, ok BOOLEAN, s STRUCT<x: INT, y: STRING>',
)
const standard =
  '{"id":123,"timestamp":"2026-01-01T00:00:00.123Z","value":42.5,"user":"u1234","kind":"click","n":-7,"d":"2026-01-02","ok":true,"s":{"x":1,"y":"longer than eight"},"more":"unwanted text","list":[1,{"a":null}]}'
const projections = [declared.fields, declared.fields.slice(1, 2), declared.fields.slice(2, 5), declared.fields.slice(5), []]
const modes: readonly ParseMode[] = ['PERMISSIVE', 'DROPMALFORMED', 'FAILFAST']

test('any byte at any place of a record, under every projection and mode', () => {
  const good = Buffer.from(standard)
  // What matters at a place is its class: each of them, and each byte of UTF-8's border cases.
  const bytes = [
    0x00, 0x09, 0x0a, 0x0d, 0x1f, 0x20, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x3a, 0x45, 0x5b, 0x5c, 0x5d, 0x65, 0x6e, 0x7b, 0x7d, 0x7f,
    0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0xff,
  ]
  const records: Uint8Array[] = []
  for (let at = 0; at <= good.length; at++) {
    for (const byte of bytes) {
      records.push(
        Buffer.concat([good.subarray(0, at), Buffer.of(byte), good.subarray(at + 1)]),
        Buffer.concat([good.subarray(0, at), Buffer.of(byte), good.subarray(at)]),
      )
    }
    records.push(good.subarray(0, at), Buffer.concat([good.subarray(0, at), good.subarray(at + 1)]))
  }
  for (const [turn, fields] of projections.entries()) {
    const spec = specOf(fields, 'PERMISSIVE', '_c')
    // The interpreter takes its time: the first projection sees them all, the others their share.
    const some = records.filter((_, index) => turn === 0 || index % (projections.length - 1) === turn - 1)
    // A good record before each, so that the code expects what is then damaged.
    const all = some.flatMap((record) => [good, record])
    expect(
      difference(spec, new GeneratedJson(spec, 'UTC'), decoderFor(spec, 'UTC', { generate: false }), inOneBuffer(new Dice(1), all)),
    ).toBe(null)
  }
  for (const mode of modes) {
    const spec = specOf(declared.fields, mode, null)
    const [generated, oracle] = [new GeneratedJson(spec, 'UTC'), decoderFor(spec, 'UTC', { generate: false })]
    for (const record of records.filter((_, index) => index % 37 === 0))
      expect(difference(spec, generated, oracle, inOneBuffer(new Dice(2), [good, record, good]))).toBe(null)
  }
})

function specOf(fields: typeof declared.fields, mode: ParseMode, corrupt: string | null): DecoderSpec {
  const schema = structType(corrupt === null ? fields : [...fields, field(corrupt, { kind: 'string' })])
  return { format: 'json', schema, declared, mode, corruptRecordColumn: corrupt }
}

test('numbers are those of JSON.parse to the last bit', () => {
  const schema = parseDdl('v DOUBLE')
  const spec: DecoderSpec = { format: 'json', schema, declared: schema, mode: 'FAILFAST', corruptRecordColumn: null }
  const digits = fc.stringMatching(/^[0-9]{0,22}$/)
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.oneof(
        fc.constant('0'),
        digits.map((text) => text.replace(/^0*/, '') || '0'),
      ),
      digits,
      fc.constantFrom('', 'e5', 'E-3', 'e+22', 'e-300', 'e308'),
    )
    .map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${exponent}`)
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value))
  fc.assert(
    fc.property(fc.array(fc.oneof(number, doubles), { minLength: 1, maxLength: 200 }), fc.integer(), (texts, seed) => {
      const decoder = new GeneratedJson(spec, 'UTC')
      const records = inOneBuffer(
        new Dice(seed),
        texts.map((text) => Buffer.from(`{"v":${text}}`)),
      )
      const [column] = decoder.decode(records).columns
      expect(column).toMatchObject({ kind: 'double', values: Float64Array.from(texts, (text) => JSON.parse(text)) })
      expect(decoder.paths.oracle).toBe(0)
    }),
    propertyOptions(200),
  )
})
