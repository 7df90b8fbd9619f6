/** A checkpoint and an output that is not of its time: removed, restored from an older copy, or another one on purpose. */
import { expect, test } from 'vitest'
import { rewind } from '../../src/engine/checkpoint/rewind.ts'
import type { SimulatedIo } from '../../src/testing/index.ts'
import { ORDERS, type RunOptions, runOrders, simulated } from './orders.ts'

const location = '/cp'
const FILES = { sink: 'json' as const, sinkOptions: { path: '/out' }, copies: true }
const MORE = [[{ user: 'dee', amount: 9 }]]

const run = (io: SimulatedIo, orders = ORDERS, before: typeof ORDERS = [], options: Partial<RunOptions> = FILES): Promise<void> =>
  runOrders({ io, location, ...options }, orders, before)
const outputOf = ({ disk }: SimulatedIo): ReadonlyMap<string, Uint8Array> =>
  new Map(
    disk
      .files()
      .filter(({ path }) => path.startsWith('/out/'))
      .map(({ path }) => [path, disk.contents(path)]),
  )

test('an output that was removed is missed, each time, until the query writes elsewhere', async () => {
  const io = simulated()
  await run(io)
  await io.disk.removeFolder('/out')
  for (let attempt = 0; attempt < 3; attempt++)
    await expect(run(simulated(io), [], ORDERS)).rejects.toThrow(
      /OUTPUT_OLDER_THAN_CHECKPOINT.*'\/out' has nothing of what the checkpoint has committed to it, up to epoch 4/,
    )
  const elsewhere = simulated(io)
  await run(elsewhere, MORE, ORDERS, { ...FILES, sinkOptions: { path: '/elsewhere' } })
  expect(elsewhere.disk.files().filter(({ path }) => path.startsWith('/elsewhere/part-')).length).toBe(1)
  // From now on that one is what is missed, and not the first.
  await run(simulated(io), [], [...ORDERS, ...MORE])
})

test('an output from an older copy is missed; a rewind to its last epoch writes what it lacks', async () => {
  const io = simulated()
  await run(io, ORDERS.slice(0, 2))
  const copy = outputOf(io)
  await run(simulated(io), ORDERS.slice(2), ORDERS.slice(0, 2))
  const whole = [...outputOf(io)].filter(([path]) => path.includes('part-')).map(([, bytes]) => Buffer.from(bytes).toString())
  await io.disk.removeFolder('/out')
  for (const [path, bytes] of copy) io.disk.put(path, bytes)
  await expect(run(simulated(io), [], ORDERS)).rejects.toThrow(/OUTPUT_OLDER_THAN_CHECKPOINT.*ends with epoch 2.*epoch 4.*rewind/)
  await rewind({ io: simulated(io), location, toEpoch: 2 })
  await run(simulated(io), ORDERS.slice(2), ORDERS.slice(0, 2))
  expect([...outputOf(io)].filter(([path]) => path.includes('part-')).map(([, bytes]) => Buffer.from(bytes).toString())).toEqual(whole)
})

test('where nothing was committed to an output, it may go', async () => {
  const io = simulated()
  await run(io, [])
  await io.disk.removeFolder('/out')
  await run(simulated(io))
  expect([...outputOf(io).keys()].filter((path) => path.includes('part-')).length).toBe(4)
})

test('a table in memory begins empty in a new process, and that is no loss', async () => {
  const io = simulated()
  await run(io, ORDERS, [], { sink: 'memory' })
  await run(simulated(io), MORE, ORDERS, { sink: 'memory' })
})

test('what another sink had is not asked of this one', async () => {
  const io = simulated()
  await run(io, ORDERS, [], { ...FILES, sink: 'memory', sinkOptions: {} })
  await run(simulated(io), MORE, ORDERS)
  expect([...outputOf(io).keys()].filter((path) => path.includes('part-')).length).toBe(1)
})
