import { describe, expect, test } from 'vitest'
import { t } from '../../data/type-builder.ts'
import { describeSink } from '../../testing/sink-conformance.ts'
import { describeSource } from '../../testing/source-conformance.ts'
import { testSession } from '../../testing/test-session.ts'
import { consoleSinkTo } from '../console/console-sink.ts'
import { noopSink } from '../noop/noop-sink.ts'
import { MemorySink } from './memory-sink.ts'
import { MemoryStream } from './memory-stream.ts'

describeSource(
  'a memory stream',
  async () => {
    const stream = new MemoryStream({ id: t.int }, { partitions: ['a', 'b'] })
    let id = 0
    return {
      provider: stream.provider,
      options: {},
      add: async (count) => {
        for (let row = 0; row < count; row++) stream.addData([{ id }], { partition: id++ % 2 === 0 ? 'a' : 'b' })
      },
    }
  },
  { test },
)
describeSink(
  'the memory sink',
  async () => {
    const sink = new MemorySink()
    return {
      provider: sink.provider,
      options: {},
      visible: async () => sink.rows().map((row) => [row['id'] as number, row['name'] as string] as const),
    }
  },
  { test },
)
describeSink('the noop sink', async () => ({ provider: noopSink, options: {}, visible: null }), { test })
describeSink('the console sink', async () => ({ provider: consoleSinkTo(() => undefined), options: {}, visible: null }), { test })

describe('memory tables', () => {
  test('a query writes the table of its name; code reads it as rows and as columns', async () => {
    const { session } = testSession()
    const numbers = new MemoryStream({ n: t.int, s: t.string.nullable() })
    const query = session.readStream.source(numbers).writeStream.format('memory').queryName('Numbers').start()
    numbers.addData([{ n: 1, s: 'one' }])
    numbers.addData([{ n: 2, s: null }])
    await query.processAllAvailable()
    expect(await session.table('numbers').collect()).toEqual([
      { n: 1, s: 'one' },
      { n: 2, s: null },
    ])
    expect((await session.table('numbers').columnData())['n']).toMatchObject({ kind: 'int', values: Int32Array.of(1, 2) })
    expect(
      await session
        .table('numbers')
        .filter((r: { n: { gt(n: number): never } }) => r.n.gt(1))
        .count(),
    ).toBe(1)
    await session.stop()
  })

  test('complete mode replaces the table', async () => {
    const { session } = testSession()
    const words = new MemoryStream({ word: t.string })
    const query = session.readStream
      .source(words)
      .groupBy('word')
      .count()
      .writeStream.outputMode('complete')
      .format('memory')
      .queryName('counts')
      .start()
    words.addData([{ word: 'a' }, { word: 'b' }])
    await query.processAllAvailable()
    words.addData([{ word: 'a' }])
    await query.processAllAvailable()
    expect(await session.table('counts').collect()).toEqual([
      { word: 'a', count: 2 },
      { word: 'b', count: 1 },
    ])
    await session.stop()
  })

  test('without a name it does not start, and a table that nobody wrote is refused with the nearest name', async () => {
    const { session } = testSession()
    const numbers = new MemoryStream({ n: t.int })
    expect(() => session.readStream.source(numbers).writeStream.format('memory').start()).toThrow(/MISSING_OPTION.*query name/)
    const query = session.readStream.source(numbers).writeStream.format('memory').queryName('numbers').start()
    await query.processAllAvailable()
    expect(() => session.table('nunbers')).toThrow(/no memory table 'nunbers'.*Did you mean 'numbers'/)
    await session.stop()
  })

  test('a stream refuses rows of another shape', () => {
    const numbers = new MemoryStream({ n: t.int })
    expect(() => numbers.addData([{ n: 1.5 }])).toThrow(/ROW_TYPE_MISMATCH.*'n' is int.*1.5/)
  })
})
