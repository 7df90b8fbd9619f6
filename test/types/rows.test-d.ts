/** Rows follow through every operation: what the compiler must infer. This file is compiled, never run. */
import {
  avg,
  ceil,
  coalesce,
  col,
  count,
  countIf,
  type DataFrame,
  dateTrunc,
  first,
  floor,
  greatest,
  hash,
  iff,
  type LocalDate,
  lit,
  lower,
  max,
  min,
  nullif,
  type RowStream,
  round,
  StreamSession,
  sessionWindow,
  struct,
  substring,
  sum,
  type Timestamp,
  t,
  unixMillis,
  upper,
  type Window,
  when,
  window,
  windowTime,
  year,
} from '../../src/index.ts'
import { rowIs, typeIs } from './assertions.ts'

const session = StreamSession.builder.appName('StreamProcessing').getOrCreate()

// ── the lesson's program
const stream = session.readStream.format('socket').option('host', 'localhost').option('port', 9999).load()
rowIs<{ value: string }>()(stream, true)
const counts = stream.groupBy(window('timestamp', '1 minute')).agg(count('*').alias('count'))
rowIs<{ window: Window; count: number }>()(counts, true)
const query = counts.writeStream.outputMode('complete').format('console').start()
await query.awaitTermination()
for await (const row of counts.stream()) {
  const start: Date = row.window.start
  const n: number = row.count
  console.log(start, n)
}

// ── hidden columns: they can be named, are ordinary once selected, and end where a projection leaves them out
rowIs<{ timestamp: Timestamp }>()(stream.select('timestamp'), true)
rowIs<{ value: string }>()(stream.select('*'), true)
rowIs<{ value: string; timestamp: Timestamp }>()(stream.select('*', 'timestamp'), true)
rowIs<{ value: string }>()(
  stream.filter((r) => r.timestamp.gt(new Date(0))),
  true,
)
rowIs<{ value: string }>()(stream.withWatermark('timestamp', '10 seconds'), true)
const withTime = session.readStream.format('socket').option('includeTimestamp', true).option('host', 'h').option('port', 1).load()
rowIs<{ value: string; timestamp: Timestamp }>()(withTime, true)
rowIs<{ value: string; timestamp: Timestamp }>()(session.readStream.socket({ host: 'h', port: 1, includeTimestamp: true }), true)

// ── one row of every type
interface Order {
  id: number
  user: string
  price: number
  qty: number
  discount: number | null
  big: bigint
  at: Timestamp
  day: LocalDate
  raw: Uint8Array
  place: { city: string; zip: string | null }
  flag: boolean | null
}
declare const orders: DataFrame<Order>

// select: names, callbacks, columns by name, in any mixture
rowIs<{ id: number; user: string }>()(orders.select('id', 'user'), true)
rowIs<{ city: string; zip: string | null }>()(orders.select('place.city', 'place.zip'), true)
rowIs<{ total: number; name: string }>()(
  orders.select((r) => ({ total: r.price.mul(r.qty), name: r.user })),
  true,
)
rowIs<{ user: string; x: number | null }>()(
  orders.select('user', (r) => ({ x: r.discount })),
  true,
)
rowIs<{ user: string; total: number | null }>()(orders.select(col('user'), col('price').mul(col('discount')).add(1).alias('total')), true)

// nulls follow
rowIs<{
  less: number | null
  never: number
  city: string
  zip: string | null
  big: bigint
  ratio: number
  test: boolean | null
  safe: boolean
  known: boolean
}>()(
  orders.select((r) => ({
    less: r.price.sub(r.discount),
    never: r.price.mul(coalesce(r.discount, 0)),
    city: r.place.field('city'),
    zip: r.place.field('zip'),
    big: r.big.add(1n),
    ratio: r.big.div(2n),
    test: r.discount.gt(1),
    safe: r.discount.eqNullSafe(null),
    known: r.discount.isNull(),
  })),
  true,
)

// functions on columns of the callback, and by name
rowIs<{
  up: string
  part: string
  whole: number
  same: bigint
  half: number
  least: number
  code: number
  year: number
  hour: Timestamp
  millis: number
  none: string | null
  best: number
  word: 'cheap' | 'dear'
  either: 'dear' | null
  pair: { a: number; b: string }
}>()(
  orders.select((r) => ({
    up: upper(r.user),
    part: substring(r.user, 1, 2),
    whole: floor(r.price),
    same: ceil(r.big),
    half: round(r.price, 1),
    least: coalesce(r.discount, r.price),
    code: hash(r.id, r.user),
    year: year(r.at),
    hour: dateTrunc('hour', r.at),
    millis: unixMillis(r.at),
    none: nullif(r.user, ''),
    best: greatest(r.price, r.discount),
    word: when(r.price.gt(10), 'dear').otherwise('cheap'),
    either: when(r.price.gt(10), 'dear'),
    pair: struct({ a: r.id, b: r.user }),
  })),
  true,
)
rowIs<{ up: string; z: string | null; d: number | null }>()(
  orders.select(lower('user').alias('up'), upper('place.zip').alias('z'), round('discount').alias('d')),
  true,
)
rowIs<{ x: number | null }>()(
  orders.select((r) => ({ x: iff(r.flag, r.price, lit(null)) })),
  true,
)

// casts
rowIs<{ a: string; b: number | null; c: bigint; d: number | null; e: LocalDate; f: Timestamp }>()(
  orders.select((r) => ({
    a: r.price.cast('string'),
    b: r.discount.cast('int'),
    c: r.id.cast('bigint'),
    d: r.user.tryCast('double'),
    e: r.at.cast('date'),
    f: r.at.plus('1 hour').minus({ minutes: 5 }),
  })),
  true,
)
rowIs<{ price: string }>()(orders.select(col('price').cast('string').alias('price')), true)

// withColumn(s), rename, drop
rowIs<{ id: number; total: number }>()(orders.withColumn('total', col('price').mul(col('qty'))).select('id', 'total'), true)
rowIs<{ user: number }>()(
  orders.select('user').withColumn('user', (r) => r.user.length()),
  true,
)
rowIs<{ user: string; id: string; n: number }>()(
  orders.select('id', 'user').withColumns((r) => ({ id: r.id.cast('string'), n: r.user.length() })),
  true,
)
rowIs<{ who: string; id: number }>()(orders.select('user', 'id').withColumnRenamed('user', 'who'), true)
rowIs<{ id: number }>()(orders.select('user', 'id').drop('user'), true)

// aggregates
rowIs<{
  who: string
  w: Window
  total: number
  less: number | null
  n: number
  mean: number
  last: Timestamp
  bigs: bigint
  yes: number
  one: string
}>()(
  orders
    .groupBy((r) => ({ who: r.user, w: window(r.at, '5 minutes') }))
    .agg((r) => ({
      total: sum(r.price.mul(r.qty)),
      less: sum(r.discount),
      n: count(),
      mean: sum(r.price).div(count()),
      last: max(r.at),
      bigs: sum(r.big),
      yes: countIf(r.flag),
      one: first(r.user),
    })),
  true,
)
rowIs<{ user: string; 'sum(price)': number; 'max(at)': Timestamp; 'avg(discount)': number | null }>()(
  orders.groupBy('user').agg(sum('price'), max('at'), avg('discount')),
  true,
)
rowIs<{ user: string; count: number }>()(orders.groupBy('user').count(), true)
rowIs<{ user: string; 'sum(price)': number; 'sum(big)': bigint }>()(orders.groupBy('user').sum('price', 'big'), true)
rowIs<{ user: string; 'avg(discount)': number | null }>()(orders.groupBy('user').avg('discount'), true)
rowIs<{ user: string; 'min(at)': Timestamp; 'min(user)': string }>()(orders.groupBy('user').min('at', 'user'), true)
rowIs<{ city: string; n: number }>()(orders.groupBy('place.city').agg(count('*').alias('n')), true)
rowIs<{ user: string; session_window: Window; n: number }>()(
  orders.groupBy('user', sessionWindow('at', '5 minutes')).agg(count().alias('n')),
  true,
)
// all rows together: one row even where none came
rowIs<{ total: number | null; n: number }>()(orders.agg(sum('price').alias('total'), count('*').alias('n')), true)
rowIs<{ total: number | null; n: number }>()(
  orders.agg((r) => ({ total: sum(r.price), n: count() })),
  true,
)
rowIs<{ total: number | null }>()(orders.groupBy().agg(sum(col('price').mul(col('qty'))).alias('total')), true)
// windows of windows
rowIs<{ window: Window; most: number }>()(
  orders.groupBy(window('at', '1 minute')).agg(count().alias('n')).groupBy(window('window', '1 hour')).agg(max('n').alias('most')),
  true,
)
rowIs<{ at: Timestamp }>()(
  counts.select((r) => ({ at: windowTime(r.window) })),
  true,
)
rowIs<{ start: Timestamp; n: number }>()(
  counts.select('window.start', (r) => ({ n: r.count })),
  true,
)

// filters, union, functions on rows
rowIs<Order>()(
  orders
    .filter((r) => r.price.gt(3).and(r.discount.isNotNull()))
    .where(col('price').gt(3).and(col('user').eq('x')))
    .filterRows((row) => row.price > 3 && row.place.city !== ''),
  true,
)
rowIs<Order>()(orders.union(orders.filter((r) => r.flag)), true)
rowIs<{ a: string; b: number | null }>()(
  orders.mapRows((row) => ({ a: row.user, b: row.id > 1 ? row.id : null }), { schema: { a: t.string, b: t.long.nullable() } }),
  true,
)
rowIs<{ word: string; count: number }>()(
  stream
    .flatMapRows((row) => row.value.split(' ').map((word) => ({ word })), { schema: { word: t.string } })
    .groupBy('word')
    .count(),
  true,
)

// schemas
rowIs<{ id: number | null; at: Timestamp | null }>()(session.readStream.schema('id LONG, at TIMESTAMP').json('/x'), true)
rowIs<{ id: number; at: Timestamp | null; place: { city: string; zip: string | null } | null }>()(
  session.readStream.json('/x', { schema: 'id LONG NOT NULL, at TIMESTAMP, place STRUCT<city: STRING NOT NULL, zip: STRING>' }),
  true,
)
rowIs<{ id: number; big: bigint; at: Timestamp; place: { city: string } | null }>()(
  session.readStream.json('/x', { schema: { id: t.long, big: t.bigint, at: t.timestamp, place: t.struct({ city: t.string }).nullable() } }),
  true,
)
rowIs<{ value: string }>()(session.readStream.text('/x'), true)
rowIs<{ file_name: string; value: string }>()(session.readStream.text('/x').select('_metadata.file_name', 'value'), true)
rowIs<{ timestamp: Timestamp; value: number }>()(session.readStream.format('rate').option('rowsPerSecond', 10).load(), true)
rowIs<{ x: number; s: string | null }>()(session.createDataFrame([{ x: 1, s: null }], { x: t.int, s: t.string.nullable() }), true)

// what cannot be known is untyped, and everything is accepted there
declare const dynamic: string
const loose = session.readStream.format('mystery').option('whatever', 1).load()
loose.select('a', 'b').groupBy('a').agg(sum('b').alias('b'))
loose.filter((r) => r.anything.gt(3))
loose.groupBy(window('ts', '1 minute')).count()
loose.groupBy((r) => ({ a: r.a })).agg((r) => ({ n: sum(r.b) }))
loose.withColumn('x', (r) => r.y.mul(2)).drop('z')
session.readStream.json('/x', { schema: dynamic }).select('whatever')
orders.select(col(dynamic))

// ── generic code over frames
function perUser(frame: DataFrame<{ user: string }>) {
  return frame.groupBy('user').count()
}
rowIs<{ user: string; count: number }>()(perUser(orders), true)
function named<Row extends { user: string }>(frame: DataFrame<Row>): DataFrame<Row> {
  return frame
}
rowIs<Order>()(named(orders), true)
typeIs<RowStream<{ user: string; count: number }>>()(perUser(orders).stream(), true)
typeIs<Promise<{ user: string; count: number }[]>>()(perUser(orders).collect(), true)
rowIs<{ user: string; least: string }>()(orders.groupBy('user').agg(min('user').alias('least')), true)

// ── triggers and modes
counts.writeStream
  .trigger({ processingTime: '10 seconds' })
  .trigger({ availableNow: true })
  .trigger({ realTime: '1 minute' })
  .trigger({ once: true })
counts.writeStream.foreachBatch(async (frame, epoch) => {
  const rows = await frame.collect()
  const first: number | undefined = rows[0]?.count
  console.log(first, epoch)
})

// ── formats of others
declare module '../../src/api/formats.ts' {
  interface FormatRegistry<Given> {
    mqtt: {
      options: { broker: string; topic: string }
      required: 'broker'
      row: { payload: Uint8Array; topic: Given extends { topic: infer T } ? T : string }
      meta: { receivedAt: Timestamp }
    }
  }
}
rowIs<{ payload: Uint8Array; topic: string }>()(session.readStream.format('mqtt').option('broker', 'b').load(), true)
rowIs<{ payload: Uint8Array; topic: 'home' }>()(
  session.readStream.format('mqtt').option('broker', 'b').option('topic', 'home').load(),
  true,
)
rowIs<{ receivedAt: Timestamp }>()(session.readStream.format('mqtt').option('broker', 'b').load().select('receivedAt'), true)
