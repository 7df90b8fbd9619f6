/** A small query with a checkpoint, for tests that look at what it leaves: orders are summed by user, one epoch for each list of them. */
import { count, sum, t } from '../../src/index.ts'
import { type Io, MemoryStream, realIo, type SimulatedIo, simulatedIo, testSession } from '../../src/testing/index.ts'

export interface Order {
  readonly user: string
  readonly amount: number
}
/** What runs of the query have read so far, one list an epoch. It is the outside world: it stays when the process ends. */
export type Orders = readonly (readonly Order[])[]

export const ORDERS: Orders = [
  [{ user: 'ada', amount: 1 }],
  [
    { user: 'bob', amount: 2 },
    { user: 'ada', amount: 3 },
  ],
  [{ user: 'cy', amount: 4 }],
  [{ user: 'ada', amount: 5 }],
]

export interface RunOptions {
  readonly io: Io
  readonly location: string
  readonly sink?: 'noop' | 'memory' | 'json'
  readonly sinkOptions?: Readonly<Record<string, string>>
  /** A stateless copy of the orders in place of their sums. */
  readonly copies?: boolean
  readonly takeover?: boolean
  readonly retained?: number
}

/** Starts the query on `before`, which it has read already, and gives it each list of `orders` as an epoch. It goes on until it is stopped. */
export async function startOrders(
  { io, location, sink = 'noop', sinkOptions = {}, copies = false, takeover = false, retained }: RunOptions,
  before: Orders = [],
) {
  const { session } = testSession({ io })
  if (retained !== undefined) session.conf.set('millrace.checkpoint.epochsRetained', String(retained))
  const stream = new MemoryStream({ user: t.string, amount: t.int }, { format: 'orders' })
  stream.addData(before.flat())
  const orders = session.readStream.source(stream)
  const sums = orders.groupBy('user').agg(sum('amount').alias('total'), count('*').alias('n'))
  const writer = copies ? orders.writeStream : sums.writeStream.outputMode('update')
  const query = writer
    .format(sink)
    .queryName('orders')
    .options({ checkpointLocation: location, takeover, ...sinkOptions })
    .start()
  await query.processAllAvailable()
  return {
    query,
    session,
    async add(orders: Orders): Promise<void> {
      for (const epoch of orders) {
        stream.addData(epoch)
        await query.processAllAvailable()
      }
    },
  }
}

/** Runs the query over `orders` and stops it. Epoch 0 is empty, as of every new query; list i is epoch i + 1. */
export async function runOrders(options: RunOptions, orders: Orders, before: Orders = []): Promise<void> {
  const { query, add } = await startOrders(options, before)
  await add(orders)
  await query.stop()
}

/** A world of its own, or the real one. */
export const simulated = (from?: SimulatedIo): SimulatedIo =>
  from === undefined
    ? simulatedIo({ seed: 1 })
    : simulatedIo({ seed: 2, startMs: from.clock.nowMs() + 60_000, disk: from.disk, processes: from.processes.begin() })
export { realIo }
