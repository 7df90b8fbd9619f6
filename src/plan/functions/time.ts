/** Dates and times. Whatever looks at a calendar works in the session's time zone. */
import { type DataType, dateType, intType, longType, stringType, timestampType, windowType } from '../../data/data-type.ts'
import type { FunctionSignature } from './signature.ts'
import { anyNull, mismatch, need, scalar } from './type-rules.ts'

type Example = readonly [string, string] | null
const strict = (
  name: string,
  usage: string,
  doc: string,
  takes: readonly DataType[],
  gives: DataType,
  example: Example,
  aliases: readonly string[] = [],
): FunctionSignature =>
  scalar('time', name, takes.length, takes.length, {
    usage,
    doc,
    takes,
    gives,
    aliases,
    examples: example === null ? [] : [{ call: example[0], result: example[1] }],
  })

const datePart = (name: string, doc: string, result: string, aliases: readonly string[] = []): FunctionSignature =>
  instantPart(name, doc, dateType, result, aliases)

/** A field of a date (a timestamp is cast to its day in the session's zone) or of a timestamp. */
function instantPart(name: string, doc: string, of: DataType, result: string, aliases: readonly string[] = []): FunctionSignature {
  const literal = of.kind === 'date' ? "DATE '2026-02-28'" : "TIMESTAMP '2026-02-28 03:04:05'"
  return scalar('time', name, 1, 1, {
    aliases,
    usage: `${name}(${of.kind === 'date' ? 'date' : 'timestamp'})`,
    doc,
    examples: [{ call: `${name}(${literal})`, result }],
    resolve: (args) => {
      need(name, args, 0, 'instant')
      return { parameterTypes: [of], type: intType, nullable: anyNull(args) }
    },
  })
}

const now = (name: string, doc: string, type: DataType, aliases: readonly string[] = []): FunctionSignature =>
  scalar('time', name, 0, 0, {
    aliases,
    usage: `${name}()`,
    doc,
    deterministic: false,
    resolve: () => ({ parameterTypes: [], type, nullable: false }),
  })

const UNITS = ['microsecond', 'millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']

export const timeFunctions: readonly FunctionSignature[] = [
  datePart('year', 'The year.', '2026'),
  datePart('quarter', 'The quarter, 1 to 4.', '1'),
  datePart('month', 'The month, 1 to 12.', '2'),
  datePart('dayofmonth', 'The day of the month.', '28', ['day']),
  datePart('dayofweek', 'The day of the week, 1 (Sunday) to 7.', '7'),
  datePart('dayofyear', 'The day of the year.', '59'),
  datePart('weekofyear', 'The ISO week of the year.', '9'),
  instantPart('hour', 'The hour, 0 to 23.', timestampType, '3'),
  instantPart('minute', 'The minute.', timestampType, '4'),
  instantPart('second', 'The second.', timestampType, '5'),
  strict(
    'date_add',
    'date_add(date, days)',
    'The date so many days later.',
    [dateType, intType],
    dateType,
    ["date_add(DATE '2026-02-28', 1)", '2026-03-01'],
    ['dateadd'],
  ),
  strict('date_sub', 'date_sub(date, days)', 'The date so many days earlier.', [dateType, intType], dateType, [
    "date_sub(DATE '2026-03-01', 1)",
    '2026-02-28',
  ]),
  strict(
    'datediff',
    'datediff(end, start)',
    'The days from the start to the end.',
    [dateType, dateType],
    intType,
    ["datediff(DATE '2026-03-01', DATE '2026-02-28')", '1'],
    ['date_diff'],
  ),
  strict(
    'date_trunc',
    'date_trunc(unit, timestamp)',
    `The timestamp cut down to a unit (${UNITS.join(', ')}) in the session's time zone; null for an unknown unit.`,
    [stringType, timestampType],
    timestampType,
    ["date_trunc('hour', TIMESTAMP '2026-02-28 03:04:05')", '2026-02-28 03:00:00'],
  ),
  scalar('time', 'timestampadd', 3, 3, {
    usage: 'timestampadd(unit, amount, timestamp)',
    doc: `The timestamp so many units later; units: ${UNITS.join(', ')}. Days and longer follow the calendar of the session's time zone.`,
    examples: [{ call: "timestampadd('MINUTE', 5, TIMESTAMP '2026-02-28 03:04:05')", result: '2026-02-28 03:09:05' }],
    resolve: (args) => {
      need('timestampadd', args, 0, 'string')
      const unit = args[0]?.constant
      if (typeof unit !== 'string' || !UNITS.includes(unit.toLowerCase()))
        throw mismatch('timestampadd', args, 0, `a constant among ${UNITS.join(', ')}`)
      need('timestampadd', args, 1, 'long')
      need('timestampadd', args, 2, 'timestamp')
      return { parameterTypes: [stringType, longType, timestampType], type: timestampType, nullable: anyNull(args) }
    },
  }),
  strict('to_timestamp', 'to_timestamp(text)', 'The text as a timestamp, as cast does it.', [stringType], timestampType, [
    "to_timestamp('2026-02-28 03:04:05')",
    '2026-02-28 03:04:05',
  ]),
  strict('to_date', 'to_date(text)', 'The text as a date, as cast does it.', [stringType], dateType, [
    "to_date('2026-02-28')",
    '2026-02-28',
  ]),
  strict('unix_seconds', 'unix_seconds(timestamp)', 'Whole seconds since 1970-01-01T00:00:00Z, rounded down.', [timestampType], longType, [
    "unix_seconds(TIMESTAMP '1970-01-01 00:00:01Z')",
    '1',
  ]),
  strict(
    'unix_millis',
    'unix_millis(timestamp)',
    'Whole milliseconds since 1970-01-01T00:00:00Z, rounded down.',
    [timestampType],
    longType,
    ["unix_millis(TIMESTAMP '1970-01-01 00:00:01Z')", '1000'],
  ),
  strict('unix_micros', 'unix_micros(timestamp)', 'Microseconds since 1970-01-01T00:00:00Z.', [timestampType], longType, [
    "unix_micros(TIMESTAMP '1970-01-01 00:00:01Z')",
    '1000000',
  ]),
  strict(
    'timestamp_millis',
    'timestamp_millis(n)',
    'The timestamp so many milliseconds after 1970-01-01T00:00:00Z.',
    [longType],
    timestampType,
    ['timestamp_millis(1230)', '1970-01-01 00:00:01.23'],
  ),
  strict(
    'timestamp_micros',
    'timestamp_micros(n)',
    'The timestamp so many microseconds after 1970-01-01T00:00:00Z.',
    [longType],
    timestampType,
    ['timestamp_micros(1230000)', '1970-01-01 00:00:01.23'],
  ),
  scalar('time', 'timestamp_seconds', 1, 1, {
    usage: 'timestamp_seconds(n)',
    doc: 'The timestamp so many seconds after 1970-01-01T00:00:00Z; a double may have a fraction.',
    examples: [{ call: 'timestamp_seconds(1.5)', result: '1970-01-01 00:00:01.5' }],
    resolve: (args) => {
      need('timestamp_seconds', args, 0, 'numeric')
      const type = args[0]?.type.kind === 'double' ? args[0].type : longType
      return { parameterTypes: [type], type: timestampType, nullable: anyNull(args) }
    },
  }),
  now('current_timestamp', 'The time at which the epoch began; the same in all rows of it, and on replay.', timestampType, ['now']),
  now('current_date', "The day on which the epoch began, in the session's time zone.", dateType, ['curdate']),
  scalar('time', 'window_time', 1, 1, {
    usage: 'window_time(window)',
    doc: 'The event time of a window: its end minus one microsecond.',
    resolve: (args) => {
      const type = args[0]?.type
      if (
        type?.kind !== 'struct' ||
        type.fields.length !== 2 ||
        type.fields.some((one, index) => one.name !== windowType.fields[index]?.name)
      )
        throw mismatch('window_time', args, 0, 'a window')
      return { parameterTypes: [type], type: timestampType, nullable: anyNull(args) }
    },
  }),
]
