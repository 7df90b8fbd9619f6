/** What is drawn with a seed, on one partition. Without one there is nothing to compare but types. */
import type { ExpressionGroup, QueryGroup } from './case.ts'

const rows: ExpressionGroup = {
  kind: 'expressions',
  name: 'random',
  zone: 'UTC',
  table: 'numbers',
  cases: [
    ...['42', '0', '-1', '2147483647', '-9223372036854775808L', '9223372036854775807L', '4294967296', 'NULL'].flatMap((seed) =>
      ['rand', 'randn'].map((name) => `${name}(${seed})`),
    ),
    'random(7)',
    'rand(42) + rand(42)',
    'rand(42) - randn(42)',
    'rand(5) * d',
    'rand(1) < 0.5D',
    'rand(42) BETWEEN 0.25D AND 0.75D',
    'CAST(rand(3) * 1000 AS INT)',
    "named_struct('a', rand(1), 'b', rand(2)).b",
    'isnan(randn(9))',
    'length(uuid())',
    'rand() >= 0 AND randn() IS NOT NULL',
    "uuid() RLIKE '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'",
    // Where Spark does not ask for the value.
    'CASE WHEN i > 0 THEN rand(42) END',
    'coalesce(d, rand(42))',
    'd * rand(42)',
    'i > 0 AND rand(42) < 0.5D',
    // What is refused.
    'rand(i)',
    'rand(1.5D)',
    "randn('7')",
    'rand(TRUE)',
    'rand(1, 2)',
    'randn(1, 2)',
  ],
}

const queries: QueryGroup = {
  kind: 'queries',
  name: 'random-queries',
  zone: 'UTC',
  cases: [
    { id: 'rows that a draw keeps', table: 'events', where: 'rand(42) < 0.5D', groupBy: ['k'], select: ['count(*)', 'max(i)'] },
    { id: 'a draw and a condition', table: 'events', where: 'rand(42) < 0.5D AND i > 1', groupBy: [], select: ['count(*)', 'max(i)'] },
    { id: 'a draw as a key', table: 'events', groupBy: ['rand(42) < 0.5D'], select: ['count(*)', 'sum(i)'] },
    { id: 'a draw as a key and beside it', table: 'events', groupBy: ['rand(42)'], select: ['rand(42) * 2', 'max(i)'] },
    { id: 'beside aggregates', table: 'events', groupBy: [], select: ['count(*) + rand(42)', 'rand(7)'] },
    {
      id: 'a window of drawn times',
      table: 'events',
      groupBy: ["window(timestamp_seconds(rand(42) * 1000), '1 minute')"],
      select: ['count(*)'],
    },
    {
      id: 'sessions of drawn times',
      table: 'events',
      groupBy: ["session_window(timestamp_seconds(rand(42) * 1000), '20 seconds')"],
      select: ['count(*)'],
    },
    { id: 'refused: an aggregate of a draw', table: 'events', groupBy: ['k'], select: ['sum(rand(1))'] },
    { id: 'refused: a condition of an aggregate', table: 'events', groupBy: [], select: ['count_if(rand(1) < 0.5D)'] },
    { id: 'refused: an aggregate of UUIDs', table: 'events', groupBy: [], select: ['first(uuid())'] },
  ],
}

export const randomGroups = [rows, queries]
