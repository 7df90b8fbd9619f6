/** What people see: texts of frames, columns and queries, names of columns, and what a program from Spark or without types may write. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { col, count, first, last, sum, t, timestampadd } from '../../src/index.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'

const numbers = () => new MemoryStream({ n: t.int })

describe('what people see', () => {
  test('frames, columns and queries print what they are', async () => {
    const { session, printed } = testSession()
    const frame = session.readStream.source(
      new MemoryStream({ id: t.int, at: t.timestamp, big: t.bigint, place: t.struct({ city: t.string }) }),
    )
    expect(inspect(frame)).toBe('DataFrame[id: int, at: timestamp, big: bigint, place: struct<city:string>]')
    expect(`${col('id').mul(2)}`).toBe("Column<'(id * 2)'>")
    const query = frame.writeStream.format('noop').queryName('shown').start()
    expect(inspect(query)).toBe(`StreamingQuery[shown, ${query.id}, Initializing sources]`)
    await session.stop()
    frame.printSchema()
    // Spark's own text, with its empty line at the end.
    expect(printed.at(-1)).toBe(`root
 |-- id: integer (nullable = false)
 |-- at: timestamp (nullable = false)
 |-- big: long (nullable = false)
 |-- place: struct (nullable = false)
 |    |-- city: string (nullable = false)

`)
  })

  test('columns without an alias have the names of Spark 4.2', () => {
    const { session } = testSession()
    const frame = session.readStream.source(
      new MemoryStream({ id: t.int, user: t.string, at: t.timestamp, price: t.double, ok: t.boolean }),
    )
    const selected = [
      col('id').neq(1),
      col('id').negate(),
      col('id').between(1, 2),
      col('user').like('a%'),
      col('user').rlike('a'),
      timestampadd('minute', 3, 'at'),
      col('ok').not(),
      col('price').cast('string'),
    ]
    expect(frame.select(...(selected as never[])).columns).toEqual([
      '(NOT (id = 1))',
      'negative(id)',
      '((id >= 1) AND (id <= 2))',
      'user LIKE a%',
      'RLIKE(user, a)',
      'timestampadd(MINUTE, 3, at)',
      '(NOT ok)',
      'price',
    ])
    const aggregates = [count('*'), count('price'), first('price'), last('user', { ignoreNulls: true }), sum(col('price').mul(2))]
    expect(frame.agg(...(aggregates as never[])).columns).toEqual([
      'count(1)',
      'count(price)',
      'first(price)',
      'last(user)',
      'sum((price * 2))',
    ])
    // Without names: every number, the keys among them.
    expect(frame.groupBy('id').sum().columns).toEqual(['id', 'sum(id)', 'sum(price)'])
    expect(frame.groupBy('user').max().columns).toEqual(['user', 'max(id)', 'max(price)'])
  })

  test('modes are taken in any case, and what start does not know is refused', async () => {
    const { session } = testSession()
    const writer = session.readStream.source(numbers()).groupBy('n').count().writeStream.format('noop')
    await writer
      .outputMode('Complete' as never)
      .start()
      .stop()
    expect(() => writer.start('/tmp/out' as never)).toThrow(/INVALID_ARGUMENT\] start: .*the text '\/tmp\/out'.*option\('path'/)
    expect(() => writer.start({ signal: 3 as never })).toThrow(/INVALID_ARGUMENT\] start: .*the number 3/)
  })
})
