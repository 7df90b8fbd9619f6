import { describe, expect, test } from 'vitest'
import {
  binaryType,
  booleanType,
  dateType,
  doubleType,
  field,
  intType,
  stringType,
  structType,
  timestampType,
} from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { timeZone } from '../../data/time-zone.ts'
import { batchFromDatums } from '../../data/vector-builder.ts'
import { realIo } from '../../io/real.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import { consoleSinkTo } from './console-sink.ts'
import { tableText } from './table-text.ts'

const schema = structType([
  field('id', intType),
  field('s', stringType),
  field('n', stringType),
  field('st', structType([field('a', intType), field('b', intType), field('c', binaryType)])),
  field('b', binaryType),
  field('d', doubleType),
  field('ts', timestampType),
  field('dt', dateType),
  field('bo', booleanType),
])
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const NEW_YEAR = 1_767_225_600_000_000n
const rows: Datum[][] = [
  [1, 'a\nb\tc', null, [1, null, ascii('ab')], ascii('abc'), 1.5, NEW_YEAR + 120_000n, 20454, true],
  [22222, '日本語テキスト', 'x', [1, 2, null], ascii(''), Number.NaN, NEW_YEAR, null, false],
  [3, 'a very long text that is cut somewhere', 'é', null, null, 1e10, null, null, null],
]
const table = (count: number, truncate: number): string => tableText(schema, rows.slice(0, count), { truncate, zone: timeZone('UTC') })

describe('tables as Spark 4.2 draws them', () => {
  test('cells are cut to 20 characters and stand right', () => {
    expect(table(3, 20)).toBe(`+-----+--------------------+----+------------------+----------+------+--------------------+----------+-----+
|   id|                   s|   n|                st|         b|     d|                  ts|        dt|   bo|
+-----+--------------------+----+------------------+----------+------+--------------------+----------+-----+
|    1|             a\\nb\\tc|NULL|{1, NULL, [61 62]}|[61 62 63]|   1.5|2026-01-01 00:00:...|2026-01-01| true|
|22222|      日本語テキスト|   x|      {1, 2, NULL}|        []|   NaN| 2026-01-01 00:00:00|      NULL|false|
|    3|a very long text ...|   é|              NULL|      NULL|1.0E10|                NULL|      NULL| NULL|
+-----+--------------------+----+------------------+----------+------+--------------------+----------+-----+
`)
  })
  test('not cut, they stand left', () => {
    expect(table(1, 0)).toBe(`+---+-------+----+------------------+----------+---+----------------------+----------+----+
|id |s      |n   |st                |b         |d  |ts                    |dt        |bo  |
+---+-------+----+------------------+----------+---+----------------------+----------+----+
|1  |a\\nb\\tc|NULL|{1, NULL, [61 62]}|[61 62 63]|1.5|2026-01-01 00:00:00.12|2026-01-01|true|
+---+-------+----+------------------+----------+---+----------------------+----------+----+
`)
  })
  test('cut to 3, nothing marks the cut', () => {
    expect(table(3, 3)).toBe(`+---+------+---+---+---+---+---+---+---+
| id|     s|  n| st|  b|  d| ts| dt| bo|
+---+------+---+---+---+---+---+---+---+
|  1|   a\\n|NUL|{1,|[61|1.5|202|202|tru|
|222|日本語|  x|{1,| []|NaN|202|NUL|fal|
|  3|   a v|  é|NUL|NUL|1.0|NUL|NUL|NUL|
+---+------+---+---+---+---+---+---+---+
`)
  })
})

const ids = structType([field('id', intType)])

async function printed(options: Options, epochs: readonly (readonly number[])[]): Promise<string> {
  let text = ''
  const provider = consoleSinkTo((part) => {
    text += part
  })
  provider.check?.(options, ids, 'append', null)
  const sink = await provider.open({
    options,
    schema: ids,
    mode: 'append',
    queryId: 'q',
    queryName: null,
    timeZone: 'UTC',
    io: realIo,
    signal: new AbortController().signal,
  })
  for (const [epoch, values] of epochs.entries()) {
    const info = { epoch, batchTimeMs: 0, lineage: 0 }
    await sink.begin(info)
    for (const value of values) await sink.write(batchFromDatums(ids, [[value]]))
    await sink.commit(info, { epoch, lineage: 0, beginChecksum: 0 })
  }
  await sink.close()
  return text
}

describe('the console sink', () => {
  test('an epoch is a table, also an empty one', async () => {
    expect(await printed({}, [[], [1, 2]])).toBe(`-------------------------------------------
Batch: 0
-------------------------------------------
+---+
| id|
+---+
+---+

-------------------------------------------
Batch: 1
-------------------------------------------
+---+
| id|
+---+
|  1|
|  2|
+---+

`)
  })
  test('says when there is more than it shows, and when there is just as much it does not', async () => {
    expect(await printed({ numRows: '1' }, [[0, 1, 2]])).toMatch(/\|\s+0\|\n\+---\+\nonly showing top 1 row\n$/)
    expect(await printed({ numRows: '2' }, [[0, 1, 2]])).toMatch(/only showing top 2 rows\n$/)
    expect(await printed({ numRows: '3' }, [[0, 1, 2]])).toMatch(/\|\s+2\|\n\+---\+\n\n$/)
  })
  test('refuses what it cannot do', async () => {
    await expect(printed({ truncate: 'maybe' }, [])).rejects.toThrow(/INVALID_OPTION.*truncate.*maybe/)
    await expect(printed({ numrow: '3' }, [])).rejects.toThrow(/Did you mean 'numRows'/)
  })
})
