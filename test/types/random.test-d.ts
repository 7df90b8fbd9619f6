/** What is drawn belongs to no row: it stands beside columns and beside aggregates. This file is compiled, never run. */
import { count, type DataFrame, max, rand, randn, uuid, when } from '../../src/index.ts'
import { rowIs } from './assertions.ts'

declare const orders: DataFrame<{ id: number; user: string }>

rowIs<{ id: number; chance: number }>()(orders.select('id', rand(42).alias('chance')), true)
rowIs<{ id: number; user: string; key: string }>()(orders.withColumn('key', uuid()), true)
rowIs<{ noisy: number; side: string | null }>()(
  orders.select((r) => ({ noisy: r.id.add(randn(7n)), side: when(rand().lt(0.5), r.user) })),
  true,
)
rowIs<{ id: number; user: string }>()(orders.filter(rand().lt(0.01)), true)
rowIs<{ bucket: number; n: number; x: number }>()(
  orders.groupBy(() => ({ bucket: rand().mul(10).cast('int') })).agg((r) => ({ n: count(), x: max(r.id).add(rand()) })),
  true,
)

// @ts-expect-error a seed is a number
rand('7')
// @ts-expect-error UUIDs have none
uuid(7)
// @ts-expect-error a text has no product
uuid().mul(2)
