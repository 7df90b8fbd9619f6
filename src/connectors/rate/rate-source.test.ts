import { describe, expect, test } from 'vitest'
import { datumRows } from '../../data/vector-builder.ts'
import type { Io } from '../../io/io.ts'
import { ManualClock } from '../../io/manual-clock.ts'
import { realIo } from '../../io/real.ts'
import type { Source } from '../../plan/contracts/source.ts'
import { describeSource } from '../../testing/source-conformance.ts'
import { rateSource } from './rate-source.ts'

const START = Date.UTC(2026, 0, 1)
const ioWith = (clock: ManualClock): Io => ({ ...realIo, clock })

describeSource(
  'the rate source',
  async () => {
    const clock = new ManualClock(START)
    return {
      provider: rateSource,
      options: { rowsPerSecond: '1000', numPartitions: '2' },
      io: ioWith(clock),
      add: (count) => clock.advance(count),
    }
  },
  { test },
)

async function rowsAfter(ms: number, options: Record<string, string>): Promise<unknown[][]> {
  const clock = new ManualClock(START)
  const description = rateSource.describe(options, null)
  const source: Source = await rateSource.open({
    options,
    queryId: 'q',
    description,
    supplied: description.schema,
    io: ioWith(clock),
    signal: new AbortController().signal,
    log: null,
    report: () => undefined,
  })
  const start = await source.initialOffset()
  await clock.advance(ms)
  const { end } = await source.latestOffset(start, { maxBytes: 1e9 })
  const rows: unknown[][] = []
  for await (const part of source.read(start, end)) if (part.kind === 'columns') rows.push(...datumRows(part.batch))
  return rows
}

describe('the rate source', () => {
  test('rows come evenly, each at its time', async () => {
    const rows = await rowsAfter(1000, { rowsPerSecond: '4' })
    expect(rows.map((row) => row[1])).toEqual([0n, 1n, 2n, 3n])
    expect(rows.map((row) => Number(row[0]) / 1000 - START)).toEqual([250, 500, 750, 1000])
  })
  test('a ramp grows from nothing to the rate', async () => {
    expect((await rowsAfter(1000, { rowsPerSecond: '100', rampUpTime: '2s' })).length).toBe(25)
    expect((await rowsAfter(3000, { rowsPerSecond: '100', rampUpTime: '2 seconds' })).length).toBe(200)
  })
  test('wrong options are refused', () => {
    expect(() => rateSource.describe({ rowsPerSecond: '0' }, null)).toThrow(/INVALID_OPTION.*rowsPerSecond.*at least 1/)
    expect(() => rateSource.describe({ rampUpTime: 'soon' }, null)).toThrow(/INVALID_INTERVAL/)
  })
})
