/** The JSON decoder against models built on JSON.parse, and against its own encoder. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { recordsOf } from '../../../test/record-batches.ts'
import { type DataType, field, type StructType, structType } from '../../data/data-type.ts'
import { DATE_MAX, DATE_MIN, type Datum, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../data/datum.ts'
import { jsonEncoder } from '../../data/json-encoder.ts'
import { batchFromDatums } from '../../data/vector-builder.ts'
import { readerOf } from '../../data/vector-reader.ts'
import type { ParseMode } from '../../plan/contracts/source.ts'
import { type Decoded, decoderFor } from './decoder.ts'

const schema = structType([
  field('i', { kind: 'int' }),
  field('l', { kind: 'long', surface: 'number' }),
  field('d', { kind: 'double' }),
  field('s', { kind: 'string' }),
  field('b', { kind: 'boolean' }),
  field('é"\\', structType([field('i', { kind: 'int' }), field('s', { kind: 'string' })])),
])
function decode(
  records: readonly (string | Uint8Array)[],
  wanted: StructType = schema,
  declared = schema,
  mode: ParseMode = 'PERMISSIVE',
): Decoded {
  return decoderFor({ format: 'json', schema: wanted, declared, mode, corruptRecordColumn: null }, 'UTC').decode(recordsOf(records))
}
const rowOf = ({ columns }: Decoded): Datum[] => columns.map((column) => readerOf(column)(0))

/** A JSON value with what its text does not keep: numbers as tokens, members in order with duplicates. */
type Model =
  | null
  | boolean
  | string
  | { readonly token: string }
  | readonly Model[]
  | { readonly members: readonly (readonly [string, Model])[] }

const names = fc.oneof(fc.constantFrom('i', 'l', 'd', 's', 'b', 'é"\\', '__proto__', 'I'), fc.string({ unit: 'binary', maxLength: 3 }))
const whole = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt(LONG_MIN * 2n, LONG_MAX * 2n),
  fc.integer(),
  fc.constantFrom(LONG_MIN, LONG_MAX, INT_MIN, INT_MAX + 1),
)
const tokens = fc.oneof(
  whole.map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('-0', '0.0', '1E5', '1e-400', '1e400', '-12.50e+1'),
)
const { model } = fc.letrec<{ model: Model; object: Model }>((tie) => ({
  model: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 'NaN', '+INF', '-Infinity'),
    tokens.map((token) => ({ token })),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.array(tie('model'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(names, tie('model')), { maxLength: 6 }).map((members) => ({ members })),
}))
const objects = fc.array(fc.tuple(names, model), { maxLength: 8 })

/** Random white space and escapes, drawn from one stream of numbers. */
function textOf(value: Model, draw: () => number): string {
  const space = (): string => ['', '', ' ', '\t', '\r', '  '][draw() % 6] as string
  const padded = (text: string): string => space() + text + space()
  const quoted = (text: string): string =>
    `"${Array.from({ length: text.length }, (_, at) => {
      const unit = text.charCodeAt(at)
      const escaped = `\\u${unit.toString(16).padStart(4, '0')}`
      if (draw() % 4 === 0) return draw() % 2 === 0 ? escaped : escaped.slice(0, 2) + escaped.slice(2).toUpperCase()
      // A half of a pair by itself has no UTF-8.
      return unit >= 0xd800 && unit <= 0xdfff ? escaped : JSON.stringify(text[at]).slice(1, -1)
    }).join('')}"`
  const write = (one: Model): string => {
    if (typeof one === 'string') return padded(quoted(one))
    if (one === null || typeof one === 'boolean') return padded(String(one))
    if ('token' in one) return padded(one.token)
    if ('members' in one)
      return padded(`{${space()}${one.members.map(([name, inner]) => `${padded(quoted(name))}:${write(inner)}`).join(',')}}`)
    return padded(`[${space()}${one.map(write).join(',')}]`)
  }
  return write(value)
}

const WRONG = Symbol('wrong type')
/** What a parsed value is under a type, naively; `raw` is its number token, if it is a number. */
function naive(type: DataType, value: Model, verdict: { malformed: boolean }): Datum | typeof WRONG {
  if (value === null) return null
  const token = typeof value === 'object' && 'token' in value ? value.token : null
  const integer = token !== null && /^-?\d+$/.test(token) ? BigInt(token) : null
  switch (type.kind) {
    case 'int':
      return integer !== null && BigInt.asIntN(32, integer) === integer ? Number(integer) : WRONG
    case 'long':
      return integer !== null && BigInt.asIntN(64, integer) === integer ? integer : WRONG
    case 'double':
      if (value === 'NaN') return Number.NaN
      if (value === '+INF') return Number.POSITIVE_INFINITY
      if (value === '-Infinity') return Number.NEGATIVE_INFINITY
      return token === null ? WRONG : JSON.parse(token)
    case 'boolean':
      return typeof value === 'boolean' ? value : WRONG
    case 'struct':
      return typeof value === 'object' && 'members' in value ? naiveRow(type, value.members, verdict) : WRONG
    default:
      if (typeof value === 'string') return value.toWellFormed()
      if (typeof value === 'boolean') return String(value)
      return token ?? '(raw text)'
  }
}
function naiveRow(type: StructType, members: readonly (readonly [string, Model])[], verdict: { malformed: boolean }): Datum[] {
  return type.fields.map((one) => {
    const datums = members.filter(([name]) => name === one.name).map(([, value]) => naive(one.type, value, verdict))
    if (datums.includes(WRONG)) verdict.malformed = true
    const last = datums.at(-1) ?? null
    return last === WRONG ? null : (last as Datum)
  })
}
/** Raw texts of objects and arrays are compared as what JSON.parse makes of them; here only that they are such. */
const blurred = (datum: Datum): Datum => {
  if (Array.isArray(datum)) return datum.map(blurred)
  return typeof datum === 'string' && /^[[{]/.test(datum) && isJson(datum) ? '(raw text)' : datum
}
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('random objects, however they are written, decode to what the model says', () => {
  fc.assert(
    fc.property(objects, fc.infiniteStream(fc.nat()), (members, numbers) => {
      const text = textOf({ members }, () => numbers.next().value as number)
      expect(isJson(text)).toBe(true)
      const verdict = { malformed: false }
      const row = naiveRow(schema, members, verdict)
      const decoded = decode([text])
      expect(rowOf(decoded).map(blurred)).toEqual(row.map(blurred))
      expect(decoded.malformed.count).toBe(verdict.malformed ? 1 : 0)
    }),
    propertyOptions(400),
  )
})

/** Bytes of a well-formed record with some changed, put in, or taken out. */
const mutations = fc.array(
  fc.record({
    at: fc.nat(),
    cut: fc.nat({ max: 3 }),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom(...'{}[]",:\\u0eE+-.t \n').map((one) => Buffer.from(one)),
    ),
  }),
  { maxLength: 3 },
)
const mutated = fc.tuple(objects, fc.infiniteStream(fc.nat()), mutations).map(([members, numbers, changes]) => {
  let bytes = Buffer.from(textOf({ members }, () => numbers.next().value as number))
  for (const { at, cut, put } of changes) {
    const place = at % (bytes.length + 1)
    bytes = Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + cut)])
  }
  return new Uint8Array(bytes)
})
const anyBytes = fc.oneof(
  { arbitrary: mutated, weight: 9 },
  { arbitrary: fc.uint8Array({ maxLength: 20 }), weight: 1 },
  { arbitrary: fc.array(fc.constantFrom(...'{}[]",:\\01eE+-.tn ')).map((parts) => new Uint8Array(Buffer.from(parts.join('')))), weight: 2 },
)

test('damaged bytes never crash, and are malformed exactly where JSON.parse finds no object', () => {
  const nothing = structType([])
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const text = new TextDecoder('utf-8').decode(bytes)
      const decoded = decode([bytes], nothing, nothing)
      if (/^[ \t\r\n]*$/.test(text)) {
        expect(decoded).toMatchObject({ kept: new Int32Array(0), malformed: { count: 0 } })
      } else {
        expect(decoded.malformed.count).toBe(isJson(text) && /^[ \t\r\n]*\{/.test(text) ? 0 : 1)
      }
    }),
    propertyOptions(3000),
  )
})

test('cutting columns never changes which records are malformed, nor the values of those that stay', () => {
  const subset = fc.subarray([...schema.fields])
  fc.assert(
    fc.property(
      fc.array(anyBytes, { maxLength: 5 }),
      subset,
      fc.constantFrom<ParseMode>('PERMISSIVE', 'DROPMALFORMED'),
      (records, fields, mode) => {
        const full = decode(records, schema, schema, mode)
        const cut = decode(records, structType(fields), schema, mode)
        expect({ kept: cut.kept, malformed: cut.malformed }).toEqual({ kept: full.kept, malformed: full.malformed })
        expect(cut.columns).toEqual(fields.map((one) => full.columns[schema.fields.indexOf(one)]))
      },
    ),
    propertyOptions(500),
  )
})

const leaves: readonly (readonly [DataType, fc.Arbitrary<Datum>])[] = [
  [{ kind: 'int' }, fc.integer()],
  [{ kind: 'long', surface: 'bigint' }, fc.bigInt(LONG_MIN, LONG_MAX)],
  [{ kind: 'double' }, fc.double()],
  [{ kind: 'string' }, fc.string({ unit: 'binary' })],
  [{ kind: 'boolean' }, fc.boolean()],
  [{ kind: 'binary' }, fc.uint8Array()],
  [{ kind: 'date' }, fc.integer({ min: DATE_MIN, max: DATE_MAX })],
  [{ kind: 'timestamp' }, fc.bigInt(TIMESTAMP_MIN, TIMESTAMP_MAX)],
]
const nullable = (datum: fc.Arbitrary<Datum>): fc.Arbitrary<Datum> => fc.option(datum, { nil: null, freq: 4 })
const leafRow = fc.tuple(...leaves.map(([, datum]) => nullable(datum)))
const leafSchema = structType(leaves.map(([type], index) => field(`f${index}`, type)))

test('what the encoder writes the decoder reads back', () => {
  const nested = structType([...leafSchema.fields, field('__proto__', leafSchema)])
  const rows = fc.tuple(leafRow, nullable(leafRow)).map(([leaf, inner]) => [...leaf, inner])
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 4 }), (datums) => {
      const encode = jsonEncoder(nested)
      const batch = batchFromDatums(nested, datums)
      const decoded = decode(
        datums.map((_, row) => encode(batch, row)),
        nested,
        nested,
        'FAILFAST',
      )
      const read = datums.map((_, row) => decoded.columns.map((column) => readerOf(column)(row)))
      expect(read).toEqual(datums)
    }),
  )
})
