import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { recordsOf } from '../../../test/record-batches.ts'
import { type DataType, field, structType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { parseDdl } from '../../data/ddl-parser.ts'
import { readerOf } from '../../data/vector-reader.ts'
import { MillraceError } from '../../error.ts'
import type { DecoderSpec, ParseMode } from '../../plan/contracts/source.ts'
import { type Decoded, decoderFor } from './decoder.ts'

interface Wish {
  readonly wanted?: string
  readonly mode?: ParseMode
  readonly corrupt?: string
  readonly zone?: string
}
function decode(declared: string, records: readonly (string | Uint8Array)[], wish: Wish = {}): Decoded {
  const spec: DecoderSpec = {
    format: 'json',
    schema: wish.wanted === '' ? structType([]) : parseDdl(wish.wanted ?? declared),
    declared: parseDdl(declared),
    mode: wish.mode ?? 'PERMISSIVE',
    corruptRecordColumn: wish.corrupt ?? null,
  }
  return decoderFor(spec, wish.zone ?? 'UTC').decode(recordsOf(records))
}
const rowsOf = ({ columns }: Decoded): Datum[][] =>
  Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => columns.map((column) => readerOf(column)(row)))

/** The datum of the one value `text` under the type, or 'malformed'. */
function datumOf(type: DataType | string, text: string, zone = 'UTC'): Datum {
  const schema = typeof type === 'string' ? parseDdl(`v ${type}`) : structType([field('v', type)])
  const spec: DecoderSpec = { format: 'json', schema, declared: schema, mode: 'PERMISSIVE', corruptRecordColumn: null }
  const decoded = decoderFor(spec, zone).decode(recordsOf([`{"v":${text}}`]))
  return decoded.malformed.count > 0 ? 'malformed' : (rowsOf(decoded)[0]?.[0] as Datum)
}

describe('values become datums of the declared type', () => {
  test.each<[string, string, Datum]>([
    ['INT', '2147483647', 2147483647],
    ['INT', '-2147483648', -2147483648],
    ['INT', '-0', 0],
    ['INT', '2147483648', 'malformed'],
    ['INT', '1.0', 'malformed'],
    ['INT', '1e2', 'malformed'],
    ['INT', '"1"', 'malformed'],
    ['INT', 'true', 'malformed'],
    ['INT', '[1]', 'malformed'],
    ['INT', '{}', 'malformed'],
    ['INT', 'null', null],
    ['BIGINT', '9223372036854775807', 9223372036854775807n],
    ['BIGINT', '-9223372036854775808', -9223372036854775808n],
    ['BIGINT', '9223372036854775808', 'malformed'],
    ['BIGINT', `1${'0'.repeat(400)}`, 'malformed'],
    ['BIGINT', '9007199254740993', 9007199254740993n],
    ['DOUBLE', '1', 1],
    ['DOUBLE', '-1.5E-3', -0.0015],
    ['DOUBLE', '-0', -0],
    ['DOUBLE', '1e999', Number.POSITIVE_INFINITY],
    ['DOUBLE', '"NaN"', Number.NaN],
    ['DOUBLE', '"+INF"', Number.POSITIVE_INFINITY],
    ['DOUBLE', '"+Infinity"', Number.POSITIVE_INFINITY],
    ['DOUBLE', '"Infinity"', Number.POSITIVE_INFINITY],
    ['DOUBLE', '"-INF"', Number.NEGATIVE_INFINITY],
    ['DOUBLE', '"-Infinity"', Number.NEGATIVE_INFINITY],
    ['DOUBLE', '"nan"', 'malformed'],
    ['DOUBLE', '"1.5"', 'malformed'],
    ['DOUBLE', '""', 'malformed'],
    ['DOUBLE', 'false', 'malformed'],
    ['STRING', '"a\\"\\\\\\/\\b\\f\\n\\r\\tz"', 'a"\\/\b\f\n\r\tz'],
    ['STRING', '"\\\\u0041\\u0041\\uD83D\\ude42"', '\\u0041A🙂'],
    ['STRING', '"\\ud83d\\u0041"', '\ufffdA'],
    ['STRING', '"zwölf 🙂\u007f\u2028"', 'zwölf 🙂\u007f\u2028'],
    ['STRING', '""', ''],
    ['STRING', '12.50', '12.50'],
    ['STRING', 'true', 'true'],
    ['STRING', '{ "a" : [1, 2] }', '{ "a" : [1, 2] }'],
    ['STRING', '[ ]', '[ ]'],
    ['STRING', 'null', null],
    ['BOOLEAN', 'true', true],
    ['BOOLEAN', 'false', false],
    ['BOOLEAN', '"true"', 'malformed'],
    ['BOOLEAN', '1', 'malformed'],
    ['DATE', '"2026-01-02"', 20455],
    ['DATE', '"2026-02-30"', 'malformed'],
    ['DATE', '20455', 'malformed'],
    ['TIMESTAMP', '"2026-01-02T03:04:05.678Z"', 1767323045678000n],
    ['TIMESTAMP', '"2026-01-02 03:04:05.123456+01:00"', 1767319445123456n],
    ['TIMESTAMP', '1767323045', 1767323045000000n],
    ['TIMESTAMP', '-1', -1000000n],
    ['TIMESTAMP', '99999999999999', 'malformed'],
    ['TIMESTAMP', '1.5', 'malformed'],
    ['TIMESTAMP', '"soon"', 'malformed'],
    ['TIMESTAMP', `"2026-01-01 00:00:00${' '.repeat(5000)}x"`, 'malformed'],
    ['BINARY', '"AP8="', Uint8Array.of(0, 255)],
    ['BINARY', '""', new Uint8Array(0)],
    ['BINARY', '"AP8"', 'malformed'],
    ['BINARY', '"A==="', 'malformed'],
    ['BINARY', '"AP-_"', 'malformed'],
    ['BINARY', '1', 'malformed'],
    ['STRUCT<a: INT, b: STRING>', '{"b":"x","c":[{}],"a":1}', [1, 'x']],
    ['STRUCT<a: INT, b: STRING>', '{}', [null, null]],
    ['STRUCT<a: INT, b: STRING>', 'null', null],
    ['STRUCT<a: INT, b: STRING>', '[1,"x"]', 'malformed'],
    ['STRUCT<a: INT>', '"x"', 'malformed'],
  ])('%s of %s', (type, text, datum) => {
    expect(datumOf(type, text)).toEqual(datum)
  })

  test('a column of type null takes null alone', () => {
    expect(datumOf({ kind: 'null' }, 'null')).toBe(null)
    expect(datumOf({ kind: 'null' }, '1')).toBe('malformed')
  })

  test('a timestamp without zone is of the zone of the session', () => {
    expect(datumOf('TIMESTAMP', '"2026-07-01T02:00:00"', 'Europe/Berlin')).toBe(1782864000000000n)
  })

  test('a year that the platform has no zone data for is no timestamp', () => {
    expect(datumOf('TIMESTAMP', '"999999-01-01"', 'Europe/Berlin')).toBe('malformed')
  })

  test('invalid UTF-8 in a string becomes U+FFFD', () => {
    const record = Buffer.concat([Buffer.from('{"v":"a'), Buffer.of(0xff, 0xe2, 0x82), Buffer.from('\\n"}')])
    expect(rowsOf(decode('v STRING', [record]))).toEqual([['a\ufffd\ufffd\n']])
  })
})

describe('names', () => {
  test('are told apart by case, may have escapes, and may be any text', () => {
    const record = '{"ID":1,"i\\u0064":2,"__proto__":3,"größe":4,"constructor":5}'
    expect(rowsOf(decode('id INT, `__proto__` INT, `größe` INT, toString INT', [record]))).toEqual([[2, 3, 4, null]])
  })

  test('of members with the same name the last counts', () => {
    const records = ['{"v":1,"v":2}', '{"v":1,"v":null}', '{"s":{"a":1},"s":{"b":2}}']
    expect(rowsOf(decode('v INT, s STRUCT<a: INT, b: INT>', records))).toEqual([
      [2, null],
      [null, null],
      [null, [null, 2]],
    ])
  })

  test('columns come in the order of the schema, structs cut to what is wanted of them', () => {
    const declared = 'a INT, s STRUCT<x: INT, y: INT>, b STRING NOT NULL'
    expect(rowsOf(decode(declared, ['{"a":1,"s":{"x":2,"y":3}}'], { wanted: 'b STRING, s STRUCT<y: INT>, a INT' }))).toEqual([
      [null, [3], 1],
    ])
  })
})

describe('records that are no JSON object', () => {
  test.each([
    '1',
    '"a"',
    'null',
    '[{"v":1}]',
    '{',
    '{"v"',
    '{"v":',
    '{"v":1',
    '{"v":1,}',
    '{"v":1,,"w":2}',
    '{,}',
    "{'v':1}",
    '{v:1}',
    '{"v" 1}',
    '{"v":01}',
    '{"v":+1}',
    '{"v":.5}',
    '{"v":1.}',
    '{"v":1e}',
    '{"v":-}',
    '{"v":NaN}',
    '{"v":tru}',
    '{"v":nulll}',
    '{"w":[1,]}',
    '{"w":[1 2]}',
    '{"w":[}',
    '{"w":"\\x"}',
    '{"w":"\\u12g4"}',
    '{"w":"a\tb"}',
    '{"w":"a',
    '{"w":"\\',
    '{"v":1} x',
    '{"v":1}{"v":2}',
    '{"v":1 // one\n}',
    '{"v":1}\u00a0',
    '\f',
    '\u0000',
  ])('%j is malformed', (record) => {
    const decoded = decode('v INT', [record])
    expect(decoded.malformed.count).toBe(1)
    expect(rowsOf(decoded)).toEqual([[null]])
  })

  test.each(['{"v":7}', ' \t\r\n{ "v" : 7 } ', '\ufeff{"v":7}'])('%j is well-formed', (record) => {
    expect(rowsOf(decode('v INT', [record]))).toEqual([[7]])
  })

  test('objects and arrays may be 512 deep, whether they are read, judged or skipped', () => {
    const arrays = (depth: number): string => `{"w":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    const objects = (depth: number): string => `${'{"v":'.repeat(depth)}null${'}'.repeat(depth)}`
    const skipped = [arrays(512), arrays(513), objects(512).replace('v', 'w'), objects(513).replace('v', 'w'), arrays(1_000_000)]
    const skipping = decode('v INT', skipped, { mode: 'DROPMALFORMED' })
    expect(skipping.kept).toEqual(Int32Array.of(0, 2))
    const nested = `v ${'STRUCT<v: '.repeat(600)}INT${'>'.repeat(600)}`
    expect(decode(nested, [objects(512), objects(513)], { mode: 'DROPMALFORMED' }).kept).toEqual(Int32Array.of(0))
  })

  test('blank records are no rows and not malformed', () => {
    const decoded = decode('v INT', ['', '{"v":1}', ' \t\r', '\ufeff'], { mode: 'FAILFAST' })
    expect(decoded).toMatchObject({ kept: Int32Array.of(1), malformed: { count: 0, samples: [] } })
    expect(rowsOf(decoded)).toEqual([[1]])
  })
})

describe('modes', () => {
  const declared = 'id INT, s STRUCT<a: INT, b: STRING>, raw STRING'
  const good = '{"id":1,"raw":"no"}'
  const wrongType = '{"id":2,"s":{"a":"x","b":"y"}}'
  const noJson = '{"id":3,'

  test('PERMISSIVE keeps what is right and gives the raw record', () => {
    const decoded = decode(declared, [good, wrongType, noJson], { corrupt: 'raw' })
    expect(rowsOf(decoded)).toEqual([
      [1, null, null],
      [2, [null, 'y'], wrongType],
      [null, null, noJson],
    ])
    expect(decoded.kept).toBe(null)
    expect(decoded.malformed).toEqual({
      count: 2,
      samples: [
        { record: 1, message: "byte 17: the value of 's.a' is not of its type int" },
        { record: 2, message: 'byte 8: expected the name of a member in double quotes, found the end' },
      ],
    })
  })

  test('the corrupt record column may be in neither schema, or in that of the columns alone', () => {
    expect(rowsOf(decode('id INT', [noJson], { corrupt: 'raw' }))).toEqual([[null]])
    expect(rowsOf(decode('id INT', [good, noJson], { wanted: 'raw STRING', corrupt: 'raw' }))).toEqual([[null], [noJson]])
  })

  test('a value of a wrong type counts also where its column is cut away', () => {
    const decoded = decode(declared, [good, wrongType], { wanted: 'id INT', corrupt: 'raw' })
    expect(rowsOf(decoded)).toEqual([[1], [2]])
    expect(decoded.malformed.count).toBe(1)
  })

  test('DROPMALFORMED drops them, and counts them', () => {
    const decoded = decode(declared, [noJson, good, wrongType], { mode: 'DROPMALFORMED' })
    expect(rowsOf(decoded)).toEqual([[1, null, 'no']])
    expect(decoded.kept).toEqual(Int32Array.of(1))
    expect(decoded.malformed.count).toBe(2)
  })

  test('FAILFAST names the origin, the record, the byte, the fault and the beginning', () => {
    const record = `{"id":"${'é'.repeat(200)}"}`
    let error: unknown
    try {
      decode(declared, [good, record], { mode: 'FAILFAST' })
    } catch (thrown) {
      error = thrown
    }
    expect(MillraceError.is(error, 'MALFORMED_RECORD')).toBe(true)
    expect((error as MillraceError).message).toContain(
      `Record 2 of the batch from test.json:1 is malformed at byte 6: the value of 'id' is not of its type int. It begins: ${record.slice(0, 100)} `,
    )
    expect((error as MillraceError).details).toEqual({ origin: 'test.json:1', record: 2, position: 6 })
  })

  test('at most five samples, however many are malformed', () => {
    const { malformed } = decode('v INT', new Array<string>(9).fill('x'))
    expect(malformed.count).toBe(9)
    expect(malformed.samples.map((sample) => sample.record)).toEqual([0, 1, 2, 3, 4])
  })

  test('without columns the records are still counted', () => {
    const decoded = decode('v INT', ['{"v":1}', '', '{"v":"x"}'], { wanted: '' })
    expect(decoded).toMatchObject({ columns: [], kept: Int32Array.of(0, 2), malformed: { count: 1 } })
  })
})
