/** Which way records go, and what the ways do beyond giving the oracle's rows: that they do is test/property/decoder.property.test.ts's. */
import { expect, test } from 'vitest'
import { difference } from '../../../../test/property/decoder-comparison.ts'
import { Dice } from '../../../../test/property/record-writer.ts'
import { recordsOf } from '../../../../test/record-batches.ts'
import { type DataType, field, structType } from '../../../data/data-type.ts'
import { parseDdl } from '../../../data/ddl-parser.ts'
import { readerOf } from '../../../data/vector-reader.ts'
import type { DecoderSpec } from '../../../plan/contracts/source.ts'
import { decoderFor } from '../decoder.ts'
import { GeneratedJson } from './generated-json.ts'

const events = parseDdl('id BIGINT, timestamp TIMESTAMP, value DOUBLE, user STRING, kind STRING')
const specOf = (declared = events, wanted = declared): DecoderSpec => ({
  format: 'json',
  schema: wanted,
  declared,
  mode: 'PERMISSIVE',
  corruptRecordColumn: null,
})
const event = (id: number, user = `u${id % 100}`): string =>
  JSON.stringify({ id, timestamp: new Date(1767225600000 + id * 37).toISOString(), value: (id % 1000) / 100, user, kind: 'click' })
const many = (record: (index: number) => string, count = 1000): string[] => Array.from({ length: count }, (_, index) => record(index))

test('records of one form are all read as expected, the learned one and those at the end of the bytes too', () => {
  for (const wanted of [events, structType(events.fields.slice(1, 2)), structType([])]) {
    const decoder = new GeneratedJson(specOf(events, wanted), 'UTC')
    for (let batch = 0; batch < 3; batch++) decoder.decode(recordsOf(many(event)))
    expect(decoder.paths).toEqual({ speculative: 3000, generic: 0, oracle: 0 })
  }
})

const form = (record: Record<string, unknown>): string => JSON.stringify(record)
test.each<[string, (index: number) => string, Partial<GeneratedJson['paths']>]>([
  ['spaces as Python writes them', (index) => event(index).replaceAll('":', '": ').replaceAll(',"', ', "'), { generic: 0, oracle: 0 }],
  [
    'other members between, of any kind',
    (index) => form({ id: index, x: 'unwanted \\" text', timestamp: '2026-01-01T00:00:00.123Z', y: [1, { z: null }] }),
    { generic: 0, oracle: 0 },
  ],
  [
    'nulls now and then',
    (index) => form({ id: index, timestamp: null, value: index % 2 ? null : 1, user: null }),
    { generic: 0, oracle: 0 },
  ],
  [
    'long, escaped and foreign texts',
    (index) => form({ id: index, user: `Jürgen "${index % 7}" Müller`, kind: '🙂' }),
    { generic: 0, oracle: 0 },
  ],
  [
    'times in other forms',
    (index) =>
      form({
        id: index,
        timestamp: ['2026-01-01T00:00:00Z', '2026-01-01 10:00:00', '2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00+02:00', 1767225600][
          index % 5
        ],
      }),
    { generic: 0, oracle: 0 },
  ],
  [
    'numbers of many digits',
    (index) => `{"id":${BigInt(index) + 9007199254740993n},"value":0.1234567890123456${index}}`,
    { generic: 0, oracle: 0 },
  ],
  [
    'a member that is missing every tenth time',
    (index) => (index % 10 === 9 ? event(index).replace(/"value":[^,]*,/, '') : event(index)),
    { generic: 100, oracle: 0 },
  ],
  [
    'another order every tenth time',
    (index) => (index % 10 === 9 ? event(index).replace(/\{("id":\d+),(.*)\}/, '{$2,$1}') : event(index)),
    { generic: 100, oracle: 0 },
  ],
  [
    'a name twice every tenth time',
    (index) => (index % 10 === 9 ? event(index).replace('}', ',"id":5}') : event(index)),
    { generic: 0, oracle: 100 },
  ],
])('%s', (_, record, paths) => {
  const spec = specOf()
  const decoder = new GeneratedJson(spec, 'UTC')
  expect(difference(spec, decoder, decoderFor(spec, 'UTC', { generate: false }), recordsOf(many(record)))).toBe(null)
  expect(decoder.paths).toMatchObject(paths)
})

test('a form that changes is learned anew', () => {
  const decoder = new GeneratedJson(specOf(), 'UTC')
  const turned = (index: number): string => event(index).replace(/\{("id":\d+),(.*)\}/, '{$2,$1}')
  decoder.decode(recordsOf(many(event)))
  decoder.decode(recordsOf(many(turned, 2000)))
  const { speculative, generic, oracle } = decoder.paths
  expect(oracle).toBe(0)
  expect(generic).toBeLessThan(500)
  expect(speculative + generic).toBe(3000)
})

test('texts of which too many are distinct become slices; what a slice cannot show is among them', () => {
  const spec = specOf(parseDdl('user STRING, kind STRING'))
  const decoder = new GeneratedJson(spec, 'UTC')
  const oracle = decoderFor(spec, 'UTC', { generate: false })
  const forms = Array.from({ length: 4 }, (_, batch) => {
    const records = recordsOf(
      many((index) => (index % 100 === 0 ? `{"user":"a\\tb${index}","kind":"c"}` : `{"user":"user-${batch}-${index}","kind":"c"}`), 10_000),
    )
    expect(difference(spec, decoder, oracle, records)).toBe(null)
    return decoder.decode(records).columns.map((column) => (column.kind === 'string' ? column.form : ''))
  })
  expect(forms[0]).toEqual(['dictionary', 'dictionary'])
  expect(forms[3]).toEqual(['slices', 'dictionary'])
  expect(decoder.paths.oracle).toBe(0)
})

test('a dictionary is the same list from batch to batch while nothing is new, and what was given out never changes', () => {
  const decoder = new GeneratedJson(specOf(parseDdl('user STRING')), 'UTC')
  const dictionaryOf = (...users: string[]): readonly string[] => {
    const [column] = decoder.decode(recordsOf(users.map((user) => JSON.stringify({ user })))).columns
    return column?.kind === 'string' && column.form === 'dictionary' ? column.dictionary : []
  }
  const first = dictionaryOf('a', 'b', 'a')
  expect(dictionaryOf('b', 'a')).toBe(first)
  expect(dictionaryOf('c', 'a')).toEqual(['a', 'b', 'c'])
  expect(first).toEqual(['a', 'b'])
})

test('strings that end with bytes that no string may have do not pass for those without', () => {
  const spec = specOf(parseDdl('user STRING'))
  const records = recordsOf(
    ['', '\u0000', '\u0000\u0000', '\u001f', '\n'].flatMap((end) =>
      ['a', 'abc', 'abcd', 'abcdefg', 'abcdefgh'].map((text) => `{"user":"${text}${end}"}`),
    ),
  )
  const decoder = new GeneratedJson(spec, 'UTC')
  expect(difference(spec, decoder, decoderFor(spec, 'UTC', { generate: false }), records)).toBe(null)
  expect(decoder.decode(records).malformed.count).toBe(20)
})

test('where generated code is switched off or a schema is too large, the interpreter decodes, and says why', () => {
  const wide = structType(Array.from({ length: 500 }, (_, index) => field(`f${index}`, { kind: 'int' })))
  expect(decoderFor(specOf(wide), 'UTC').describe()).toBe('json records, interpreted: the schema has more than 400 fields')
  expect(decoderFor(specOf(), 'UTC', { generate: false }).describe()).toMatch(/interpreted: generated code is switched off/)
  const decoder = decoderFor(specOf(), 'UTC')
  decoder.decode(recordsOf(many(event, 10)))
  expect(decoder.describe()).toMatchInlineSnapshot(`
    "json records, generated: 5 columns of 5 fields
      "id" long
      "timestamp" timestamp
      "value" double
      "user" string, dictionary codes
      "kind" string, dictionary codes
      expects 5 values between 45 bytes that are always the same
      records: 10 as expected, 0 in another form, 0 interpreted"
  `)
})

test('100,000 names of columns execute nothing and leave Object.prototype as it is', () => {
  const pieces = [
    '"',
    "'",
    '`',
    '${',
    '}',
    '*/',
    '/*',
    '//',
    '\u2028',
    '\u2029',
    '\n',
    '\\',
    '\ud800',
    '\udfff',
    '__proto__',
    'constructor',
    'globalThis.escaped=1',
    '(',
    ')',
    ';',
    '=>',
    'return',
    'a',
    ']',
    '\u0000',
    '</script>',
    'é',
    '\ufffd',
    'x'.repeat(40),
  ]
  const dice = new Dice(7)
  const before = Object.getOwnPropertyNames(Object.prototype).sort()
  const types: readonly DataType[] = [{ kind: 'int' }, { kind: 'string' }, { kind: 'double' }]
  for (let schema = 0; schema < 250; schema++) {
    const names = new Set<string>()
    while (names.size < 400)
      names.add(Array.from({ length: 1 + dice.below(5) }, () => dice.one(pieces)).join('') + (dice.chance(50) ? names.size : ''))
    const spec = specOf(structType([...names].map((name, index) => field(name, types[index % 3] as DataType))))
    const record = `{${[...names].map((name, index) => `${JSON.stringify(name)}:${index % 3 === 1 ? JSON.stringify(name) : index}`).join(',')}}`
    const decoder = new GeneratedJson(spec, 'UTC')
    const records = recordsOf([record, record, record.replace('{', '{ ')])
    if (schema % 10 === 0) expect(difference(spec, decoder, decoderFor(spec, 'UTC', { generate: false }), records)).toBe(null)
    const { columns } = decoder.decode(records)
    const [name] = names
    if (name?.isWellFormed()) expect(readerOf(columns[0] as (typeof columns)[number])(1)).toBe(0)
  }
  expect('escaped' in globalThis).toBe(false)
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
}, 120_000)

test('what a new function is tried with leaves nothing behind', () => {
  const spec = specOf(
    parseDdl('id BIGINT, timestamp TIMESTAMP, value DOUBLE, user STRING, ok BOOLEAN, s STRUCT<n: INT, x: STRING>, more STRING'),
  )
  const record = (index: number): string =>
    `{"id":${index},"timestamp":${index % 3 ? '"2026-01-01T00:00:00.123Z"' : null},"value":1.5,"user":"u${index}","ok":${index % 2 > 0},"s":{"n":${index},"x":null},"more":[1,"a"],"beyond":"text"}`
  const given = [...many(record, 100), ...many((index) => record(index).replace('"id"', '"x":"y","id"'), 200)]
  for (const input of [recordsOf(given), { bytes: recordsOf(given).bytes, origin: 'lines' }]) {
    const decoder = new GeneratedJson(spec, 'UTC')
    expect(difference(spec, decoder, decoderFor(spec, 'UTC', { generate: false }), input)).toBe(null)
    expect(decoder.paths.speculative).toBeGreaterThan(200)
    const [, , , user] = decoder.decode(input).columns
    expect(user?.kind === 'string' && user.form === 'dictionary' && user.dictionary.length).toBe(200)
  }
})

test.each(['\0'.repeat(11), '2026-01-01T', '2026-02-29T'])('a time of the day %j in a column that was never read before', (day) => {
  const spec = specOf(parseDdl('timestamp TIMESTAMP'))
  const input = recordsOf([`{"timestamp":"${day}12:34:56.789Z"}`, `{"timestamp":"${day}00:00:00.000Z"}`])
  expect(difference(spec, new GeneratedJson(spec, 'UTC'), decoderFor(spec, 'UTC', { generate: false }), input)).toBe(null)
})
