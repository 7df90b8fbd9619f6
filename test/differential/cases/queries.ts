/** Aggregates by key and by window, over whole tables. */
import type { QueryCase, QueryGroup } from './case.ts'

const group = (name: string, cases: readonly QueryCase[], zone = 'UTC'): QueryGroup => ({ kind: 'queries', name, zone, cases })

const columns = ['i', 'l', 'd', 's', 'b', 't', 'dt', 'x']
const ofAny = ['count', 'min', 'max', 'first', 'last']
const every = [
  'count(*)',
  ...columns.flatMap((column) => ofAny.map((name) => `${name}(${column})`)),
  ...['i', 'l', 'd'].flatMap((column) => [`sum(${column})`, `avg(${column})`]),
]
const some = ['count(*) AS n', 'sum(i)', 'avg(d)', 'min(s)', 'max(t)']
const each = (id: string, table: string, groupBy: readonly string[], select: readonly string[]): QueryCase[] =>
  select.map((one) => ({ id: `${id}: ${one}`, table, groupBy, select: [one] }))

const aggregates = group('aggregates', [
  ...each('of all', 'events', [], every),
  ...each('by k', 'events', ['k'], every),
  ...each(
    'of none',
    'empty',
    [],
    ['count(*)', 'count(i)', 'sum(i)', 'sum(d)', 'avg(i)', 'min(k)', 'max(t)', 'first(i)', 'last(d)', 'count_if(i > 1)'],
  ),
  ...each('of none by k', 'empty', ['k'], ['count(*)', 'sum(i)']),
  ...each(
    'by k',
    'events',
    ['k'],
    [
      'count_if(b)',
      'count(i, s)',
      'first(i, TRUE)',
      'last(i, TRUE)',
      'first(s, FALSE)',
      'any_value(k)',
      'mean(i)',
      'sum(i * 2)',
      'sum(i) * 2',
      'sum(i) / count(*)',
      'max(t) = min(t)',
      'coalesce(sum(i), 0)',
      'avg(CASE WHEN b THEN d END)',
      "min(named_struct('i', i, 's', s))",
      "max(named_struct('b', b))",
      "count(named_struct('i', i))",
      'sum(d + i)',
      'max(length(s))',
      'if(count(*) > 2, max(i), min(i))',
    ],
  ),
  ...each('over and under', 'big', ['k'], ['sum(d)', 'avg(d)', 'avg(l)', 'min(l)', 'max(l)', 'count(l)']),
  ...each('over', 'big', [], ['sum(l)', 'sum(d)', 'avg(l)', 'sum(l / 2)']),
  { id: 'overflow of the sum of one key', table: 'big', where: "k = 'over'", groupBy: ['k'], select: ['sum(l)'] },
  { id: 'underflow of the sum of one key', table: 'big', where: "k = 'under'", groupBy: ['k'], select: ['sum(l)'] },
  ...[
    ['d'],
    ['d + 0.0D'],
    ['-d'],
    ['isnan(d)'],
    ['d = 0.0D'],
    ['d * 2'],
    ['n % 2'],
    ["named_struct('d', d)"],
    ['if(d = 0, d, NULL)'],
    ['CAST(d AS STRING)'],
    ['d', 'n'],
  ].map((groupBy) => ({ id: `by ${groupBy.join(', ')} of zeros`, table: 'zeros', groupBy, select: ['count(*)', 'sum(n)'] })),
  { id: 'by a struct', table: 'zeros', groupBy: ["named_struct('d', d, 'n', n % 2)"], select: ['count(*)'] },
  { id: 'by text', table: 'events', groupBy: ['s'], select: some.slice(0, 3) },
  { id: 'by binary', table: 'events', groupBy: ['x'], select: some },
  { id: 'by date', table: 'events', groupBy: ['dt'], select: some },
  { id: 'by boolean and int', table: 'events', groupBy: ['b', 'i % 2'], select: some },
  { id: 'by expression', table: 'events', groupBy: ['upper(s)', 'i > 2'], select: some },
  { id: 'key in the aggregates', table: 'events', groupBy: ['k'], select: ['concat(k, max(s))', 'count(k)'] },
  { id: 'where first', table: 'events', where: 'b AND i > 1', groupBy: ['k'], select: some },
  { id: 'where with null', table: 'events', where: 'd > 0', groupBy: [], select: some },
  { id: 'where none', table: 'events', where: 'FALSE', groupBy: ['k'], select: some },
  { id: 'having', table: 'events', groupBy: ['k'], select: ['count(*) AS n', 'sum(i) AS s'], afterwards: ['k', 'n * 2', 's IS NULL'] },
  { id: 'case of names', table: 'events', groupBy: ['K'], select: ['Count(*)', 'SUM(I)'] },
  { id: 'division by zero', table: 'events', groupBy: ['k'], select: ['1 / (sum(i) - sum(i))'] },
  { id: 'cast that fails', table: 'events', groupBy: ['k'], select: ['max(CAST(s AS INT))'] },
  { id: 'a column that is no key', table: 'events', groupBy: ['k'], select: ['i'] },
  { id: 'an aggregate of an aggregate', table: 'events', groupBy: ['k'], select: ['sum(count(*))'] },
  { id: 'sum of texts that are no numbers', table: 'events', groupBy: ['k'], select: ['sum(b)'] },
  { id: 'an aggregate as a key', table: 'events', groupBy: ['max(i)'], select: ['count(*)'] },
  { id: 'an aggregate in where', table: 'events', where: 'sum(i) > 1', groupBy: ['k'], select: ['count(*)'] },
])

const windows: readonly string[] = [
  "window(t, '1 minute')",
  "window(t, '7 minutes')",
  "window(t, '1 hour')",
  "window(t, '1 day')",
  "window(t, '1 week')",
  "window(t, '10 seconds 500 milliseconds')",
  "window(t, '3 microseconds')",
  "window(t, '10 minutes', '5 minutes')",
  "window(t, '10 minutes', '3 minutes')",
  "window(t, '1 minute', '7 seconds')",
  "window(t, '1 hour', '1 hour')",
  "window(t, '1 hour', '1 hour', '15 minutes')",
  "window(t, '10 minutes', '5 minutes', '2 minutes')",
  "window(t, '1 hour', '30 minutes', '-5 minutes')",
  "window(t, '1 day', '1 day', '5 hours')",
  "window(t, '7 seconds', '7 seconds', '3 seconds')",
]
const sessions: readonly string[] = [
  "session_window(t, '1 minute')",
  "session_window(t, '30 seconds')",
  "session_window(t, '5 minutes')",
  "session_window(t, '1 day')",
  "session_window(t, '1 microsecond')",
]
const refused: readonly string[] = [
  "window(t, '1 minut')",
  "window(t, '0 seconds')",
  "window(t, '-1 minute')",
  "window(t, '1 minute', '2 minutes')",
  "window(t, '1 minute', '1 minute', '1 minute')",
  "window(t, '1 month')",
  "window(s, '1 minute')",
  "window(i, '1 minute')",
  "session_window(s, '1 minute')",
]
const windowed = (zone: string): QueryCase[] => [
  ...windows.map((one) => ({ id: `${one} in ${zone}`, table: 'events', groupBy: [one], select: ['count(*)', 'sum(i)', 'max(s)'] })),
  ...sessions.map((one) => ({ id: `${one} in ${zone}`, table: 'events', groupBy: [one], select: ['count(*)', 'sum(i)'] })),
]
const ofWindows = group('windows', [
  ...windowed('UTC'),
  ...windows
    .slice(0, 8)
    .map((one) => ({ id: `${one} by k`, table: 'events', groupBy: ['k', one], select: ['count(*)', 'avg(d)', 'first(i)'] })),
  ...sessions.map((one) => ({
    id: `${one} by k`,
    table: 'events',
    groupBy: [one, 'k'],
    select: ['count(*)', 'sum(i)', 'min(t)', 'max(t)'],
  })),
  {
    id: 'a window by name',
    table: 'events',
    groupBy: ["window(t, '1 minute') AS w", 'b'],
    select: ['count(*) AS n'],
    afterwards: ['w.start', 'w.end', 'n', 'window_time(w)'],
  },
  { id: 'only the start', table: 'events', groupBy: ["window(t, '5 minutes').start AS s"], select: ['count(*)'] },
  { id: 'a window over a filter', table: 'events', where: 'i > 1', groupBy: ["window(t, '1 minute')"], select: ['count(*)'] },
  { id: 'a window of none', table: 'empty', groupBy: ["window(t, '1 minute')"], select: ['count(*)'] },
  { id: 'a session of none', table: 'empty', groupBy: ["session_window(t, '1 minute')"], select: ['count(*)'] },
  {
    id: 'a session by a null key',
    table: 'events',
    where: 'k IS NULL',
    groupBy: ['k', "session_window(t, '1 minute')"],
    select: ['count(*)'],
  },
  { id: 'first and last of sessions', table: 'events', groupBy: ["session_window(t, '5 minutes')"], select: ['first(i)', 'last(i)'] },
  ...refused.map((one) => ({ id: `refused: ${one}`, table: 'events', groupBy: [one], select: ['count(*)'] })),
])

export const queryGroups: readonly QueryGroup[] = [
  aggregates,
  ofWindows,
  group('windows-new-york', windowed('New York').slice(0, 12), 'America/New_York'),
]
