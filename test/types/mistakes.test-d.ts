/** What must not compile. A line that compiles although it is marked fails this file; messages.test.ts holds the words. */
import {
  avg,
  col,
  count,
  type DataFrame,
  first,
  interval,
  type LocalDate,
  max,
  StreamSession,
  sessionWindow,
  sum,
  type Timestamp,
  t,
  upper,
  when,
  window,
} from '../../src/index.ts'

const session = StreamSession.builder.getOrCreate()
const stream = session.readStream.format('socket').option('host', 'localhost').option('port', 9999).load()
const counts = stream.groupBy(window('timestamp', '1 minute')).agg(count('*').alias('count'))
interface Order {
  id: number
  user: string
  price: number
  qty: number
  discount: number | null
  big: bigint
  at: Timestamp
  day: LocalDate
  place: { city: string; zip: string | null }
  flag: boolean | null
}
declare const orders: DataFrame<Order>

// ── names
// @ts-expect-error misspelt in a window
stream.groupBy(window('timestmap', '1 minute'))
// @ts-expect-error misspelt key
stream.groupBy('valeu')
// @ts-expect-error misspelt in select
stream.select('valeu')
// @ts-expect-error misspelt in an aggregate
stream.groupBy('value').agg(max('timestmap'))
// @ts-expect-error misspelt in drop
stream.drop('valeu')
// @ts-expect-error misspelt in rename
stream.withColumnRenamed('valeu', 'x')
// @ts-expect-error misspelt field
orders.select('place.ctiy')
// @ts-expect-error misspelt in col
orders.filter(col('prize').gt(3))
// @ts-expect-error second operand misspelt
orders.select(col('price').mul(col('qyt')).alias('x'))
// @ts-expect-error hidden columns end at an aggregation
counts.select('timestamp')
// @ts-expect-error and at a projection
stream.select('value').select('timestamp')
// @ts-expect-error a dropped column is gone
orders.drop('user').select('user')
// @ts-expect-error a renamed column has its new name
orders.withColumnRenamed('user', 'who').groupBy('user')
// @ts-expect-error misspelt in a condition of when
orders.select(when(col('prize').gt(1), 1).otherwise(2).alias('x'))
// @ts-expect-error misspelt in a watermark
orders.withWatermark('att', '10 minutes')
orders.select((r) => ({
  // @ts-expect-error misspelt
  d: r.pirce,
}))
orders.select((r) => ({
  // @ts-expect-error misspelt struct field
  e: r.place.field('ctiy'),
}))

// ── types
// @ts-expect-error sum of a text
stream.groupBy('value').agg(sum('value').alias('s'))
// @ts-expect-error mean of a time
orders.groupBy('user').agg(avg('at').alias('m'))
// @ts-expect-error window over a text
stream.groupBy(window('value', '1 minute'))
// @ts-expect-error session over a date
orders.groupBy(sessionWindow('day', '1 minute'))
// @ts-expect-error a watermark over a text
orders.withWatermark('user', '10 minutes')
// @ts-expect-error upper of a number
orders.select(upper('price').alias('x'))
// @ts-expect-error operand types by name
orders.select(col('user').mul(col('qty')).alias('x'))
// @ts-expect-error a number is no condition
orders.filter((r) => r.price)
// @ts-expect-error a number is no condition, by name
orders.filter(col('price'))
// @ts-expect-error a condition over values where a column is expected
orders.filter((r) => r.price > 3)
orders.select((r) => ({
  // @ts-expect-error string operand
  a: r.price.mul(r.user),
}))
orders.select((r) => ({
  // @ts-expect-error no such method on texts
  b: r.user.mul(2),
}))
orders.select((r) => ({
  // @ts-expect-error bigint with number
  c: r.big.add(r.price),
}))
orders.select((r) => ({
  // @ts-expect-error a text against a number
  f: r.user.eq(3),
}))
orders.select((r) => ({
  // @ts-expect-error a time against a text
  f: r.at.gt('2026-01-01'),
}))
orders.select((r) => ({
  // @ts-expect-error no such type
  f: r.price.cast('decimal'),
}))
orders.select((r) => ({
  // @ts-expect-error and of a number
  f: r.flag.and(r.price),
}))
orders.groupBy('user').agg((r) => ({
  // @ts-expect-error sum of texts
  s: sum(r.user),
}))

// ── kinds and aliases
// @ts-expect-error no aggregate
orders.groupBy('user').agg((r) => ({ p: r.price }))
// @ts-expect-error an aggregate in a projection
orders.select((r) => ({ p: sum(r.price) }))
// @ts-expect-error an aggregate in a projection, by name
orders.select(sum('price').alias('p'))
// @ts-expect-error an aggregate in a condition
orders.filter((r) => sum(r.price).gt(3))
// @ts-expect-error an aggregate and a row in one
orders.groupBy('user').agg((r) => ({ p: sum(r.price).add(r.price) }))
// @ts-expect-error an aggregate as a key
orders.groupBy((r) => ({ k: max(r.price) }))
// @ts-expect-error an aggregate of an aggregate
orders.groupBy('user').agg((r) => ({ p: sum(max(r.price)) }))
// @ts-expect-error needs an alias
orders.select(col('price').mul(2))
// @ts-expect-error a callback that returns values
orders.select(() => ({ x: 1 + 1 }))
// @ts-expect-error a callback that returns no object
orders.select((r) => r.price)

// ── intervals
window('timestamp', '90 seconds', '1 minute')
window('timestamp', { minutes: 5 })
window('timestamp', interval(String(session)))
// @ts-expect-error
window('timestamp', '1 minut')
// @ts-expect-error a month is not a fixed length
window('timestamp', '1 month')
// @ts-expect-error no number
window('timestamp', 'one minute')
// @ts-expect-error no such part
window('timestamp', { minute: 5 })
// @ts-expect-error
orders.withWatermark('at', '10')
// @ts-expect-error
sessionWindow('at', '5 mins')
orders.select((r) => ({
  // @ts-expect-error
  x: r.at.plus('1 monat'),
}))

// ── options, schemas, formats
// @ts-expect-error a required option is missing
session.readStream.format('socket').option('host', 'x').load()
// @ts-expect-error misspelt option
session.readStream.format('socket').option('hots', 'x')
// @ts-expect-error wrong type of an option
session.readStream.format('rate').option('rowsPerSecond', 'many')
// @ts-expect-error no port
session.readStream.socket({ host: 'x' })
// @ts-expect-error not a type name
session.readStream.schema('id LNG, timestamp TIMESTAMP')
// @ts-expect-error not a type name, in the shorthand
session.readStream.json('/x', { schema: 'id LONG, at TIMESTMP' })
// @ts-expect-error a value where a type stands
session.readStream.json('/x', { schema: { id: 'long' } })
// @ts-expect-error JSON without a schema must infer one
session.readStream.json('/x').select('a')

// ── writing
// @ts-expect-error
counts.writeStream.trigger({ processingTime: '10 second s' })
// @ts-expect-error one of them
counts.writeStream.trigger({ availableNow: true, once: true })
// @ts-expect-error
counts.writeStream.outputMode('complet')
// @ts-expect-error a row that does not fit the schema
orders.mapRows((row) => ({ a: row.user }), { schema: { a: t.long } })
// @ts-expect-error a function on rows sees values
orders.filterRows((row) => row.user > 3)
// @ts-expect-error missing columns
orders.union(counts)
// @ts-expect-error no such option
orders.groupBy('user').agg(first('price', { ignoreNull: true }))
function wants(frame: DataFrame<{ nothing: string }>): void {
  console.log(frame)
}
// @ts-expect-error the frame has no such column
wants(orders)
