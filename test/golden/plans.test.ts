/** Plans as texts, before and after the rules. A change of a file here is a change of what runs: look at it. UPDATE with `npx vitest run test/golden -u`. */
import { expect, test } from 'vitest'
import {
  avg,
  coalesce,
  col,
  count,
  type DataFrame,
  first,
  lit,
  max,
  rand,
  sessionWindow,
  sum,
  t,
  uuid,
  when,
  window,
} from '../../src/index.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'

const { session } = testSession()
const orders = new MemoryStream(
  {
    id: t.long,
    user: t.string,
    at: t.timestamp,
    price: t.double,
    qty: t.int,
    place: t.struct({ city: t.string, zip: t.string.nullable() }),
  },
  { format: 'orders' },
)
const df = session.readStream.source(orders)
const socket = session.readStream.socket({ host: 'localhost', port: 9999 })
const files = session.readStream.json('/data/in', { schema: 'id LONG, at TIMESTAMP, user STRING, place STRUCT<city: STRING, zip: STRING>' })

const plans: Readonly<Record<string, DataFrame<object>>> = {
  'exercise 1': socket.groupBy(window('timestamp', '1 minute')).agg(count('*').alias('count')),
  'hidden column in a filter': socket.filter((r) => r.timestamp.gt(new Date(0))),
  'hidden column in select': socket.select('value', 'timestamp'),
  'nothing but a count': df.agg(count().alias('n')),
  'columns that nothing uses': df.select('id', 'user').select('id'),
  'filters sink and join': df
    .select('id', 'price')
    .filter((r) => r.price.gt(1))
    .filter((r) => r.id.lt(9)),
  'a filter on what is computed stays': df.select((r) => ({ total: r.price.mul(r.qty) })).filter((r) => r.total.gt(10)),
  'a filter never passes a watermark': df
    .withWatermark('at', '10 seconds')
    .filter((r) => r.price.gt(1))
    .select('id'),
  'projects become one': df
    .withColumn('total', (r) => r.price.mul(r.qty))
    .withColumnRenamed('total', 'sum')
    .drop('at')
    .select('id', 'sum'),
  'computed once': df.withColumn('x', (r) => r.price.mul(r.qty)).select((r) => ({ a: r.x.add(1), b: r.x.add(2) })),
  'fields of structs': files.select('place.city', (r) => ({ zip: coalesce(r.place.field('zip'), lit('none')) })),
  'computed keys': df.groupBy((r) => ({ city: r.place.field('city'), big: r.price.gt(100) })).agg(sum('qty').alias('n')),
  'computed on aggregates': df
    .groupBy('user')
    .agg((r) => ({ mean: sum(r.price).div(count()), twice: max(r.qty).mul(2), again: max(r.qty) })),
  'sliding windows with a watermark': df
    .withWatermark('at', '1 minute')
    .groupBy(window('at', '10 minutes', '5 minutes', '1 minute'), 'user')
    .agg(avg('price').alias('mean'), first('id').alias('first')),
  'sessions between keys': df.withWatermark('at', '10 seconds').groupBy('user', sessionWindow('at', '30 seconds'), 'qty').count(),
  'a window of a window': df
    .withWatermark('at', '0 seconds')
    .groupBy(window('at', '1 minute'))
    .agg(count().alias('n'))
    .groupBy(window('window', '1 hour'))
    .agg(max('n').alias('most')),
  'union widens': df
    .select('qty')
    .union(df.select((r) => ({ qty: r.id })) as never)
    .filter(col('qty').gt(3) as never),
  'row functions are opaque': df
    .filter((r) => r.qty.gt(0))
    .mapRows((row) => ({ n: row.qty }), { schema: { n: t.int } })
    .filterRows((row) => row.n > 1)
    .select('n'),
  'a filter never passes a draw': df
    .select((r) => ({ id: r.id, chance: rand(42), price: r.price }))
    .filter((r) => r.price.gt(1))
    .filter((r) => r.chance.lt(0.5))
    .select('id'),
  'draws of a filter and of keys': df
    .filter(rand().lt(0.1))
    .groupBy(() => ({ bucket: rand(7).mul(10).cast('int') }))
    .agg(count().alias('n')),
  'draws that nothing uses go': df.select((r) => ({ id: r.id, a: uuid(), b: rand() })).select('id', 'b'),
  choices: df.select(when(col('price').gt(10), 'dear').when(col('price').gt(5), 'fair').otherwise('cheap').alias('word')),
}

test.each(Object.keys(plans))('%s', async (name) => {
  await expect((plans[name] as DataFrame<object>).explain('extended')).toMatchFileSnapshot(`plans/${name.replaceAll(' ', '-')}.txt`)
})
