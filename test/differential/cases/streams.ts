/** Streaming queries over files, one file an epoch: what comes out in all, under Spark's own policy of watermarks. */
import type { StreamCase, StreamGroup, StreamInput } from './case.ts'
import { beyondJson, corruptSchema, goodAndBad, jsonSchema } from './json-lines.ts'

const group = (name: string, cases: readonly StreamCase[], zone = 'UTC'): StreamGroup => ({ kind: 'streams', name, zone, cases })
const schema = 'k STRING, v INT, at TIMESTAMP'
/** `a 5 12:00:10` and so on: key, value, time of 2026-01-01. */
const line = (text: string): string => {
  const [key, value, time] = text.split(' ')
  return JSON.stringify({
    k: key === '-' ? null : key,
    v: value === '-' ? null : Number(value),
    at: time === '-' ? null : `2026-01-01T${time}Z`,
  })
}
const files = (...texts: readonly string[]): string[][] => texts.map((text) => (text === '' ? [] : text.split(', ').map(line)))
const input = (lines: readonly (readonly string[])[], more: Partial<StreamInput> = {}): StreamInput => ({ schema, files: lines, ...more })

const ordinary = files(
  'a 1 12:00:05, a 2 12:00:10, b 3 12:00:50',
  'a 4 12:01:10, - 5 12:01:20, b - 12:01:30, c 6 -',
  'a 7 12:00:30, a 8 12:02:40, b 9 12:03:00',
  'a 10 12:01:59, b 11 12:05:00',
  'a 12 12:04:10, a 13 12:30:00, b 14 11:00:00',
  'c 15 12:20:00, c 16 12:31:00',
)
const late = files('a 1 12:00:00', 'a 2 12:10:00', 'a 3 12:00:30, b 4 12:00:40', 'a 5 12:09:59', 'a 6 12:20:00', 'b 7 12:09:00')
const keys: readonly (readonly [string, readonly string[]])[] = [
  ['tumbling', ["window(at, '1 minute')"]],
  ['tumbling by key', ["window(at, '1 minute')", 'k']],
  ['sliding', ["window(at, '2 minutes', '1 minute')"]],
  ['sliding by key', ['k', "window(at, '5 minutes', '2 minutes')"]],
  ['offset', ["window(at, '10 minutes', '10 minutes', '3 minutes')"]],
  ['session', ["session_window(at, '1 minute')"]],
  ['session by key', ['k', "session_window(at, '90 seconds')"]],
]
const select = ['count(*)', 'sum(v)', 'max(at)']
const delays = ['0 seconds', '10 seconds', '2 minutes', '1 hour']

const append: StreamCase[] = keys.flatMap(([name, groupBy]) =>
  delays.flatMap((delay) =>
    [ordinary, late].map((lines, index) => ({
      id: `append ${name}, delay ${delay}, ${index === 0 ? 'ordinary' : 'late'}`,
      mode: 'append' as const,
      inputs: [input(lines, { watermark: ['at', delay] })],
      groupBy,
      select,
    })),
  ),
)
const others: StreamCase[] = keys.flatMap(([name, groupBy]) =>
  (['update', 'complete'] as const)
    .filter((mode) => mode === 'complete' || !name.includes('session'))
    .flatMap((mode) => [
      { id: `${mode} ${name}`, mode, inputs: [input(ordinary)], groupBy, select },
      {
        id: `${mode} ${name} with a watermark`,
        mode,
        inputs: [input(late, { watermark: ['at', '10 seconds'] as const })],
        groupBy,
        select,
      },
    ]),
)
const second = files('x 100 12:00:00', 'x 101 12:00:20', 'x 102 12:02:00', 'x 103 12:50:00', 'x 104 12:51:00, x 105 12:01:00')
const unions: StreamCase[] = [
  {
    id: 'union, a watermark each',
    mode: 'append',
    inputs: [input(ordinary, { watermark: ['at', '10 seconds'] }), input(second, { watermark: ['at', '5 minutes'] })],
    groupBy: ["window(at, '1 minute')", 'k'],
    select,
  },
  {
    id: 'union, one watermark above',
    mode: 'append',
    inputs: [input(ordinary), input(second)],
    watermark: ['at', '10 seconds'],
    groupBy: ["window(at, '1 minute')"],
    select,
  },
  { id: 'union, complete', mode: 'complete', inputs: [input(ordinary), input(second)], groupBy: ['k'], select },
  { id: 'union of rows', mode: 'append', inputs: [input(ordinary), input(late)], groupBy: null, select: ['k', 'v', 'at'] },
  {
    id: 'union, nullable columns',
    mode: 'append',
    inputs: [input(ordinary), input(late)],
    where: 'v IS NOT NULL',
    groupBy: null,
    select: ['concat(k, CAST(v AS STRING))', 'v * 2'],
  },
]
const plain: StreamCase[] = [
  { id: 'rows', mode: 'append', inputs: [input(ordinary)], groupBy: null, select: ['k', 'v', 'at'] },
  {
    id: 'rows under a watermark',
    mode: 'append',
    inputs: [input(late, { watermark: ['at', '1 minute'] })],
    groupBy: null,
    select: ['k', 'v'],
  },
  { id: 'windows of rows', mode: 'append', inputs: [input(ordinary)], groupBy: null, select: ["window(at, '1 minute')", 'k'] },
  {
    id: 'sliding windows of rows',
    mode: 'append',
    inputs: [input(ordinary)],
    groupBy: null,
    select: ["window(at, '2 minutes', '1 minute')", 'v'],
  },
  { id: 'rows in update', mode: 'update', inputs: [input(ordinary)], groupBy: null, select: ['k', 'v'] },
  {
    id: 'filter',
    mode: 'append',
    inputs: [input(ordinary)],
    where: "v > 3 AND k <> 'b'",
    groupBy: null,
    select: ['upper(k)', 'v / 2', "date_trunc('minute', at)"],
  },
  { id: 'update by key', mode: 'update', inputs: [input(ordinary)], groupBy: ['k'], select: [...select, 'avg(v)', 'min(v)', 'first(v)'] },
  {
    id: 'complete by key',
    mode: 'complete',
    inputs: [input(ordinary)],
    groupBy: ['k'],
    select: [...select, 'avg(v)', 'min(v)', 'last(v)'],
  },
  { id: 'complete of all', mode: 'complete', inputs: [input(ordinary)], groupBy: [], select },
  { id: 'update of all', mode: 'update', inputs: [input(files('', 'a 1 12:00:00'))], groupBy: [], select },
  { id: 'update of a filter that keeps nothing', mode: 'update', inputs: [input(ordinary)], where: 'v > 1000', groupBy: [], select },
  { id: 'complete, group by expression', mode: 'complete', inputs: [input(ordinary)], groupBy: ['v % 2', 'k IS NULL'], select },
  {
    id: 'append by event time itself',
    mode: 'append',
    inputs: [input(late, { watermark: ['at', '1 minute'] })],
    groupBy: ['at', 'k'],
    select: ['count(*)'],
  },
  {
    id: 'late rows of a filter',
    mode: 'append',
    inputs: [input(late, { watermark: ['at', '10 seconds'] })],
    where: 'v <> 6',
    groupBy: ["window(at, '1 minute')"],
    select,
  },
  {
    id: 'first and last',
    mode: 'append',
    inputs: [input(ordinary, { watermark: ['at', '10 seconds'] })],
    groupBy: ["window(at, '1 minute')", 'k'],
    select: ['first(v)', 'last(v)', 'avg(v)'],
  },
  { id: 'overflow in an epoch', mode: 'update', inputs: [input(files('a 2147483647 12:00:00'))], groupBy: null, select: ['v + 1'] },
  { id: 'refused: append without a watermark', mode: 'append', inputs: [input(ordinary)], groupBy: ['k'], select },
  { id: 'refused: complete without aggregates', mode: 'complete', inputs: [input(ordinary)], groupBy: null, select: ['k'] },
  {
    id: 'refused: sessions in update',
    mode: 'update',
    inputs: [input(ordinary, { watermark: ['at', '1 minute'] })],
    groupBy: ["session_window(at, '1 minute')"],
    select,
  },
  {
    id: 'refused: append by a key without event time',
    mode: 'append',
    inputs: [input(ordinary, { watermark: ['at', '1 minute'] })],
    groupBy: ['k'],
    select,
  },
  {
    id: 'refused: a watermark of a text',
    mode: 'append',
    inputs: [input(ordinary, { watermark: ['k', '1 minute'] })],
    groupBy: null,
    select: ['k'],
  },
  {
    id: 'refused: a negative delay',
    mode: 'append',
    inputs: [input(ordinary, { watermark: ['at', '-1 minute'] })],
    groupBy: null,
    select: ['k'],
  },
]
const columns = ['i', 'l', 'd', 's', 'b', 't', 'dt', 'st', 'x']
const json = (
  id: string,
  lines: readonly string[],
  options: Readonly<Record<string, string>>,
  withCorrupt: boolean,
  some: readonly string[] = columns,
): StreamCase => ({
  id,
  mode: 'append',
  inputs: [{ schema: withCorrupt ? corruptSchema : jsonSchema, files: [lines], options }],
  groupBy: null,
  select: [...some, ...(withCorrupt ? ['_corrupt_record'] : [])],
})
/** A line to a case, so that each answer stands for itself. */
const ofLines = (mode: string, lines: readonly string[]): StreamCase[] =>
  lines.map((one) => json(`${mode}: ${one}`, [one], { mode }, mode === 'PERMISSIVE'))
export const jsonGroups: readonly StreamGroup[] = [
  group('json-permissive', ofLines('PERMISSIVE', goodAndBad)),
  group('json-beyond', ofLines('PERMISSIVE', beyondJson)),
  group('json-modes', [
    json('all lines, DROPMALFORMED', goodAndBad, { mode: 'DROPMALFORMED' }, false),
    json('all lines, PERMISSIVE without a corrupt column', goodAndBad, { mode: 'PERMISSIVE' }, false),
    json('FAILFAST, a good line', ['{"i":1}'], { mode: 'FAILFAST' }, false),
    json('FAILFAST, a bad line', ['{"i":1}', '{"i":'], { mode: 'FAILFAST' }, false),
    json('FAILFAST, a wrong type', ['{"i":"x"}'], { mode: 'FAILFAST' }, false),
    json('another corrupt column', ['{"i":1}', '{'], { columnNameOfCorruptRecord: 's' }, false),
    json('empty lines', ['', '{"i":1}', '  ', ''], {}, true),
  ]),
]
export const streamGroups: readonly StreamGroup[] = [
  group('streams-append', append),
  group('streams-other-modes', others),
  group('streams-plain', [...plain, ...unions]),
  group(
    'streams-new-york',
    append.filter((_, index) => index % 8 === 3),
    'America/New_York',
  ),
]
