import { describe, expect, test } from 'vitest'
import type { MillraceError } from '../error.ts'
import * as types from './data-type.ts'
import { parseDdl, parseType } from './ddl-parser.ts'
import { LocalDate } from './local-date.ts'
import { schemaFromStandard } from './standard-json-schema.ts'
import { batchFromRows, fromSurface, rowsOf, toSurface } from './surface.ts'
import { Timestamp } from './timestamp.ts'
import { structOf, t } from './type-builder.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return (error as MillraceError).code
  }
  return 'nothing was thrown'
}

describe('rows', () => {
  const schema = structOf({
    id: t.long,
    big: t.bigint.nullable(),
    n: t.int,
    d: t.double,
    s: t.string,
    bin: t.binary,
    at: t.timestamp,
    day: t.date,
    st: t.struct({ a: t.int.nullable() }),
    ok: t.boolean,
  })
  const row = {
    id: 1,
    big: 2n ** 60n,
    n: -5,
    d: Number.NaN,
    s: 'x',
    bin: Uint8Array.of(1),
    at: Timestamp.fromMicros(123456789n),
    day: LocalDate.of(2026, 2, 28),
    st: { a: null },
    ok: true,
  }
  test('go in and come out the same', () => {
    expect(rowsOf(batchFromRows(schema, [row]))).toEqual([row])
  })
  test('a plain Date is a timestamp to the millisecond', () => {
    expect(fromSurface(types.timestampType, new Date(5), false, 'at')).toBe(5000n)
  })
  test('what does not fit is refused, naming the column', () => {
    const refused: readonly (readonly [types.DataType, unknown])[] = [
      [types.intType, 1.5],
      [types.intType, 2 ** 31],
      [types.longType, 2 ** 53],
      [types.longType, 2n ** 63n],
      [types.stringType, 1],
      [types.timestampType, new Date(Number.NaN)],
      [types.dateType, new Date()],
      [types.booleanType, 'true'],
      [types.binaryType, [1]],
      [types.doubleType, '1'],
    ]
    for (const [type, value] of refused) {
      expect(codeOf(() => fromSurface(type, value, true, 'c'))).toBe('ROW_TYPE_MISMATCH')
      expect(() => fromSurface(type, value, true, 'c')).toThrow(/Column 'c'/)
    }
    expect(() => batchFromRows(schema, [{ ...row, st: undefined }])).toThrow(/Column 'st'.*undefined, and the column is not nullable/)
    expect(() => batchFromRows(schema, [{ ...row, st: { a: 'x' } }])).toThrow(/Column 'st.a'/)
    expect(codeOf(() => fromSurface(types.timestampType, new Date(9e15 / 2), false, 'at'))).toBe('DATETIME_OVERFLOW')
  })
  test('an unsafe long does not become a number', () => {
    expect(codeOf(() => toSurface(types.longType, 2n ** 53n, 'id'))).toBe('LONG_NOT_SAFE')
    expect(toSurface(types.bigintType, 2n ** 53n, 'id')).toBe(2n ** 53n)
    expect(toSurface(types.longType, 2n ** 53n - 1n, 'id')).toBe(Number.MAX_SAFE_INTEGER)
  })
  test('a column called __proto__ is a property like any other', () => {
    const odd = types.structType([types.field('__proto__', types.stringType), types.field('constructor', types.stringType)])
    const [made] = rowsOf(
      batchFromRows(odd, [
        Object.fromEntries([
          ['__proto__', 'p'],
          ['constructor', 'c'],
        ]),
      ]),
    )
    expect(Object.keys(made ?? {})).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
  })
})

describe('schemas', () => {
  test('DDL is read, and written again the same', () => {
    const schema = parseDdl('id LONG NOT NULL, `odd name` STRING, at: TIMESTAMP, place STRUCT<lat: DOUBLE NOT NULL, `x``y` INT>, d date')
    expect(types.schemaDdl(schema)).toBe(
      'id BIGINT NOT NULL, `odd name` STRING, at TIMESTAMP, place STRUCT<lat: DOUBLE NOT NULL, `x``y`: INT>, d DATE',
    )
    expect(parseDdl(types.schemaDdl(schema))).toEqual(schema)
  })
  test.each([
    ['id LNG', /position 3.*there is no type LNG \(did you mean LONG\?\)/],
    ['id LONG, ID INT', /stands twice/],
    ['id', /expected a type/],
    ['', /expected a column name/],
    ['a ARRAY<INT>', /ARRAY is not supported yet/],
    ['a INT NOT', /NOT must be followed by NULL/],
    ['a STRUCT<b INT', /expected ',' or '>'/],
    ['a INT b INT', /expected ',' or the end/],
    ['a constructor', /there is no type constructor/],
  ])('%j is refused', (text, message) => {
    expect(() => parseDdl(text)).toThrow(message)
  })
  test('a type alone', () => {
    expect(parseType(' bigint ')).toBe(types.longType)
    expect(() => parseType('bigint x')).toThrow(/expected the end/)
  })
  test('Standard JSON Schema objects', () => {
    const schema = (json: Record<string, unknown>) => ({
      '~standard': { version: 1 as const, vendor: 'test', jsonSchema: { output: () => json } },
    })
    const object = {
      type: 'object',
      required: ['id', 'at', 'place'],
      properties: {
        id: { type: 'integer' },
        at: { type: 'string', format: 'date-time' },
        name: { type: 'string' },
        value: { anyOf: [{ type: 'number' }, { type: 'null' }] },
        place: { type: 'object', properties: { lat: { type: ['number', 'null'] } }, required: ['lat'] },
      },
    }
    expect(types.schemaDdl(schemaFromStandard(schema(object)))).toBe(
      'id BIGINT NOT NULL, at TIMESTAMP NOT NULL, name STRING, value DOUBLE, place STRUCT<lat: DOUBLE> NOT NULL',
    )
    expect(() => schemaFromStandard(schema({ type: 'object', properties: { a: { type: 'array' } } }))).toThrow(/'a' has the type 'array'/)
    expect(() => schemaFromStandard(schema({ type: 'string' }))).toThrow(/it is not an object/)
  })
})
