/**
 * Every parser of texts and bytes against damaged input, for a share of the time that MILLRACE_FUZZ_SECONDS gives in all (10; 60 in CI). A parser may refuse
 * with a MillraceError or null, must come back in time, and what it accepts must be in range and survive being written and read again. A failure prints its seed.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SchemaInference } from '../../src/connectors/files/infer-schema.ts'
import { RecordCutter } from '../../src/connectors/lines/record-cutter.ts'
import { formatDate, formatTimestamp, parseDate, parseTimestamp } from '../../src/data/calendar.ts'
import { simpleString } from '../../src/data/data-type.ts'
import { DATE_MAX, DATE_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../src/data/datum.ts'
import { parseDdl, parseType } from '../../src/data/ddl-parser.ts'
import { formatDouble, parseDouble } from '../../src/data/double-text.ts'
import { timeZone, tryTimeZone } from '../../src/data/time-zone.ts'
import { decoderFor } from '../../src/engine/decode/decoder.ts'
import { MillraceError } from '../../src/error.ts'
import type { ParseMode } from '../../src/plan/contracts/source.ts'
import { nameParts } from '../../src/plan/expressions/expression.ts'
import { intervalMicros } from '../../src/plan/interval.ts'

const seconds = Number(process.env['MILLRACE_FUZZ_SECONDS'] ?? (process.env['CI'] === undefined ? 10 : 60))
const seed = Number(process.env['MILLRACE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Null for a refusal; anything else that is thrown fails the test. */
function refused<T>(run: () => T): T | null {
  try {
    return run()
  } catch (error) {
    if (error instanceof MillraceError && error.code !== 'INTERNAL_ERROR') return null
    throw error
  }
}

/** Texts near a grammar: its own pieces in any order, with damage, or anything. */
const near = (...pieces: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join('')) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 10 }))
        .map(([parts]) => parts.join('')),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...pieces), fc.nat(20_000))
        .map(([piece, times]) => piece.repeat(Math.ceil(times / (piece.length + 1)))),
    },
  )
const digits = ['0', '1', '9', '12', '007', '2026', '99999999999999999999']
const zones = ['UTC', 'America/New_York', 'Asia/Kolkata', '+18:00', '-18:00'].map(timeZone)
const bytes = (pieces: readonly string[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => new Uint8Array(Buffer.from(parts.join('')))),
    fc.uint8Array({ maxLength: 60 }),
    fc
      .tuple(
        fc.array(fc.constantFrom(...pieces), { maxLength: 25 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      )
      .map(([parts, changes]) => {
        const made = new Uint8Array(Buffer.from(parts.join('')))
        for (const [at, value] of changes) if (made.length > 0) made[at % made.length] = value
        return made
      }),
  )
const jsonPieces = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"i"',
  '"s"',
  '"st"',
  '"t"',
  '"x"',
  '"_c"',
  '1',
  '-0',
  '1e5',
  '"\\ud83d"',
  '"\\n"',
  'true',
  'null',
  ' ',
  '\\',
  '"',
  '9223372036854775808',
  '"2026-01-01T00:00:00Z"',
  'é',
  '['.repeat(20_000),
  '{"st":'.repeat(20_000),
  ']'.repeat(20_000),
]

/** fast-check's properties differ in what they draw. */
interface Target {
  check(parameters: { readonly seed: number; readonly numRuns: number }): void
}
function target<T extends [unknown, ...unknown[]]>(
  ...parts: [...arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }, predicate: (...args: T) => void]
): Target {
  return { check: (parameters) => fc.assert(fc.property(...parts), parameters) }
}
const declared = parseDdl('i INT, s STRING, st STRUCT<i: BIGINT, s: STRING>, t TIMESTAMP, x BINARY, _c STRING')

const targets: Readonly<Record<string, Target>> = {
  intervals: target(near(...digits, ' ', '-', '+', '.', 'second', 'seconds', 'minute', 'week', 'month', 'interval ', 'µs'), (text) => {
    const micros = refused(() => intervalMicros(text))
    if (micros === null) return
    expect(micros).toBe(BigInt.asIntN(64, micros))
  }),
  'dates and timestamps': target(
    near(...digits, '-', ':', '.', 'T', ' ', '02', '28', 'Z', '+', 'UTC', 'America/New_York', '+02:00', '\t', '\u0000'),
    fc.constantFrom(...zones),
    (text, zone) => {
      const date = parseDate(text)
      if (date !== null) {
        expect(date >= DATE_MIN && date <= DATE_MAX).toBe(true)
        expect(parseDate(formatDate(date))).toBe(date)
      }
      const time = parseTimestamp(text, zone)
      if (time === null) return
      expect(time >= TIMESTAMP_MIN && time <= TIMESTAMP_MAX).toBe(true)
      // What is written in UTC names one instant; in a zone an hour may come twice, and an end of the calendar may lie outside of it.
      expect(parseTimestamp(formatTimestamp(time, timeZone('UTC')), timeZone('UTC'))).toBe(time)
    },
  ),
  zones: target(near('+', '-', ':', 'UTC', 'GMT', 'Z', '/', 'Europe', 'Berlin', '1', '18', '00', 'America/New_York'), (name) => {
    const zone = tryTimeZone(name)
    if (zone === null) return
    for (const at of [TIMESTAMP_MIN, 0n, TIMESTAMP_MAX]) expect(Math.abs(Number(zone.offsetMicros(at)))).toBeLessThanOrEqual(18 * 3600e6)
  }),
  doubles: target(near(...digits, '.', 'e', 'E', '-', '+', 'd', 'f', 'NaN', 'inf', 'Infinity', ' '), (text) => {
    const value = parseDouble(text)
    if (value !== null) expect(parseDouble(formatDouble(value))).toBe(value)
  }),
  schemas: target(
    near('a', 'b', ' ', ',', ':', 'INT', 'BIGINT', 'STRUCT<', '>', 'NOT NULL', '`', '`` `', 'STRING', 'ARRAY<', 'DECIMAL(', ')', '10'),
    (text) => {
      const schema = refused(() => parseDdl(text))
      if (schema === null) return
      const again = schema.fields.map((one) => `\`${one.name.replaceAll('`', '``')}\` ${simpleString(one.type)}`).join(', ')
      if (schema.fields.every((one) => one.type.kind !== 'struct'))
        expect(parseDdl(again).fields.map((one) => one.name)).toEqual(schema.fields.map((one) => one.name))
    },
  ),
  names: target(near('a', '.', '`', '``', ' ', '*', 'é'), (text) => {
    const parts = refused(() => nameParts(text))
    if (parts !== null) expect(nameParts(parts.map((one) => `\`${one.replaceAll('`', '``')}\``).join('.'))).toEqual(parts)
  }),
  'JSON records': target(
    fc.array(bytes(jsonPieces), { maxLength: 4 }),
    fc.constantFrom<ParseMode>('PERMISSIVE', 'DROPMALFORMED', 'FAILFAST'),
    (records, mode) => {
      const decoder = decoderFor({ format: 'json', schema: declared, declared, mode, corruptRecordColumn: '_c' }, 'UTC')
      const ends = Int32Array.from(records, (_, index) => records.slice(0, index + 1).reduce((sum, one) => sum + one.length, 0))
      const starts = Int32Array.from(ends, (end, index) => end - (records[index]?.length ?? 0))
      const decoded = refused(() => decoder.decode({ bytes: Buffer.concat(records), starts, ends, origin: 'fuzz' }))
      if (decoded === null) expect(mode).toBe('FAILFAST')
      for (const column of decoded?.columns ?? []) expect(column.length).toBe(decoded?.kept?.length ?? records.length)
    },
  ),
  'inference of schemas': target(fc.array(near(...jsonPieces), { maxLength: 4 }), (records) => {
    const inference = new SchemaInference()
    for (const record of records) inference.add(record)
    for (const one of inference.result().fields) expect(parseType(simpleString(one.type)).kind).toBe(one.type.kind)
  }),
  'cutting of lines': target(
    fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 }),
    fc.option(fc.uint8Array({ minLength: 1, maxLength: 3 })),
    (chunks, separator) => {
      const cutter = new RecordCutter({ separator, maxRecordBytes: 40, origin: 'fuzz' })
      let total = 0
      const cut = refused(() => {
        for (const chunk of [...chunks, null]) {
          const slices = chunk === null ? cutter.end() : cutter.push(chunk)
          for (const [index, start] of (slices?.starts ?? new Int32Array()).entries()) total += (slices?.ends[index] ?? 0) - start
        }
      })
      if (cut !== null) expect(total).toBeLessThanOrEqual(chunks.reduce((sum, one) => sum + one.length, 0))
    },
  ),
}
// decoder.fuzz.test.ts and kafka.fuzz.test.ts have the rest.
const share = (seconds * 1000 * 4) / 6 / Object.keys(targets).length

test.each(Object.keys(targets))(
  `%s, seed ${seed}`,
  (name) => {
    const started = Date.now()
    let runs = 0
    // Each round is a run of its own, so that its seed alone replays it.
    while (Date.now() - started < share) targets[name]?.check({ seed: seed + runs++, numRuns: 200 })
    expect(runs).toBeGreaterThan(0)
  },
  share + 60_000,
)
