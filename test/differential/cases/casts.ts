/** Casts between all types, and time: calendar, zones, units. */
import type { ExpressionGroup } from './case.ts'

const types = ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'STRING', 'BINARY', 'TIMESTAMP', 'DATE']
const group = (name: string, table: string, cases: readonly string[], zone = 'UTC'): ExpressionGroup => ({
  kind: 'expressions',
  name,
  zone,
  table,
  cases,
})
const both = (column: string, to: readonly string[]): string[] =>
  to.flatMap((type) => [`CAST(${column} AS ${type})`, `TRY_CAST(${column} AS ${type})`])

const units = ['MICROSECOND', 'MILLISECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR']
const ofTimes = [
  ...['year', 'quarter', 'month', 'dayofmonth', 'day', 'dayofweek', 'dayofyear', 'weekofyear'].flatMap((name) => [
    `${name}(d)`,
    `${name}(t)`,
  ]),
  ...['hour', 'minute', 'second', 'unix_seconds', 'unix_millis', 'unix_micros'].flatMap((name) => [`${name}(t)`, `${name}(u)`]),
  ...['date_add', 'date_sub'].flatMap((name) => [`${name}(d, n)`, `${name}(d, -1)`, `${name}(t, 1)`]),
  "datediff(d, DATE '2026-01-01')",
  'datediff(t, u)',
  'datediff(d, t)',
  ...units.flatMap((unit) => [`date_trunc('${unit}', t)`, `timestampadd(${unit}, n, t)`]),
  "date_trunc('mon', t)",
  "date_trunc('nothing', t)",
  'date_trunc(NULL, t)',
  "date_trunc('hour', d)",
  'timestampadd(MONTH, 1, u)',
  'timestampadd(YEAR, -1, t)',
  'timestampadd(DAY, 30000, t)',
  'timestampadd(HOUR, 1, u)',
  'CAST(t AS DATE)',
  'CAST(d AS TIMESTAMP)',
  'CAST(t AS STRING)',
  'CAST(u AS STRING)',
  'CAST(d AS STRING)',
  'CAST(t AS BIGINT)',
  'CAST(u AS BIGINT)',
  'CAST(t AS DOUBLE)',
  'CAST(u AS DOUBLE)',
  'CAST(t AS INT)',
  'CAST(t AS BOOLEAN)',
  'TRY_CAST(t AS INT)',
  't = u',
  't < u',
  't <=> u',
  't >= u',
  't = d',
  'd < t',
  "d = DATE '2026-02-28'",
  'greatest(t, u)',
  'least(t, u)',
  'coalesce(t, u)',
  't IS NULL',
  "t BETWEEN u AND TIMESTAMP '2026-12-31 00:00:00Z'",
  'hash(t)',
  'hash(d)',
  'hash(t, d)',
  "d IN (DATE '2026-02-28', DATE '2024-02-29')",
  "named_struct('t', t, 'd', d)",
  'CAST(CAST(t AS STRING) AS TIMESTAMP) = t',
  'if(t > u, t, u)',
  "concat(CAST(d AS STRING), '!')",
]
const far = ['timestamp_seconds(l)', 'timestamp_millis(l)', 'timestamp_micros(l)', 'CAST(l AS TIMESTAMP)', 'CAST(l AS DATE)']

export const castGroups: readonly ExpressionGroup[] = [
  group('cast-of-texts', 'numerals', both('s', ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'STRING', 'BINARY'])),
  group('cast-of-date-texts', 'dateTexts', [...both('s', ['TIMESTAMP', 'DATE']), 'to_timestamp(s)', 'to_date(s)']),
  group('cast-of-date-texts-new-york', 'dateTexts', ['TRY_CAST(s AS TIMESTAMP)', 'TRY_CAST(s AS DATE)'], 'America/New_York'),
  group('cast-of-doubles', 'casts', [...both('d', ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'STRING', 'TIMESTAMP']), 'timestamp_seconds(d)']),
  group('cast-of-longs', 'longs', [
    ...both(
      'l',
      types.filter((one) => !['BINARY', 'DATE', 'TIMESTAMP'].includes(one)),
    ),
    ...far.slice(0, 4),
  ]),
  group(
    'cast-of-numbers',
    'numbers',
    ['i', 'l'].flatMap((column) => both(column, ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'STRING'])),
  ),
  group('cast-refused', 'casts', [
    'CAST(d AS DATE)',
    'CAST(d AS BINARY)',
    'TRY_CAST(d AS BINARY)',
    "CAST(named_struct('a', d) AS STRUCT<a: INT>)",
    "CAST(named_struct('a', d) AS STRUCT<b: STRING>)",
  ]),
  group('times', 'times', ofTimes),
  group('times-new-york', 'times', ofTimes, 'America/New_York'),
  group(
    'times-kolkata',
    'times',
    ofTimes.filter((one) => /date_trunc|hour\(|minute\(|CAST\(t AS STRING|CAST\(t AS DATE|day|timestampadd\((DAY|MONTH)/.test(one)),
    'Asia/Kolkata',
  ),
]
