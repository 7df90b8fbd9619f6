/** What is told of a checkpoint that a real query left, or writes at this moment. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { listCheckpoints } from '../../src/engine/checkpoint/checkpoint-list.ts'
import { inspectCheckpoint } from '../../src/engine/checkpoint/inspection.ts'
import { ORDERS, realIo, runOrders, simulated, startOrders } from './orders.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-inspection-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  ['the simulated disk', () => ({ io: simulated(), location: '/cp' })],
  ['the real disk', () => ({ io: realIo, location: join(folder, 'cp') })],
] as const)('a checkpoint on %s', (_, place) => {
  test('is told in full', async () => {
    const { io, location } = place()
    await runOrders({ io, location }, ORDERS.slice(0, 2))
    await runOrders({ io, location }, ORDERS.slice(2), ORDERS.slice(0, 2))
    const told = await inspectCheckpoint(io, location)
    expect(told).toMatchObject({
      location,
      query: { format: 1 },
      lineage: 0,
      rewoundTo: null,
      rewinds: [],
      inDoubt: null,
      strays: [],
      tornTails: [],
    })
    expect(told.runners.map(({ runnerEpoch, state, holds, claim }) => [runnerEpoch, state, holds, claim?.identity.pid])).toEqual([
      [1, 'released', false, io.processes.self.pid],
      [2, 'released', false, io.processes.self.pid],
    ])
    expect(told.program).toMatchObject({
      outputMode: 'update',
      sink: 'noop',
      sources: [{ format: 'orders', place: 'orders' }],
      operators: [{ id: 'aggregate-0', keys: ['user string'], values: ['sum(bigint) bigint', 'count(int) bigint'] }],
    })
    expect(
      told.epochs.map(({ epoch, rows, sources }) => [
        epoch,
        rows.in,
        rows.out,
        ...Object.values(sources).map((one) => [one.start['0'], one.end['0']]),
      ]),
    ).toEqual([
      [0, 0, 0, [0, 0]],
      [1, 1, 1, [0, 1]],
      [2, 2, 2, [1, 3]],
      [3, 1, 1, [3, 4]],
      [4, 1, 1, [4, 5]],
    ])
    expect(told.epochs[2]?.state).toEqual([{ operator: 'aggregate-0', bytes: expect.any(Number), file: null, baseEpoch: 0 }])
    expect(told.rewindable).toEqual({ from: 0, to: 4 })
    expect(told.files.map(({ part, files }) => [part, files])).toEqual([
      ['journal', 2],
      ['runners', 4],
      ['sources/source-0', 1],
      ['query', 1],
    ])
  })

  test('is looked at beside the query that writes it', async () => {
    const { io, location } = place()
    const running = `${location}-running`
    const { query, add } = await startOrders({ io, location: running })
    for (const [index, orders] of ORDERS.entries()) {
      await add([orders])
      const told = await inspectCheckpoint(io, running)
      expect(told.epochs.at(-1)?.epoch).toBe(index + 1)
      expect(told.runners).toMatchObject([{ state: 'alive', holds: true }])
    }
    const writing = add(Array.from({ length: 30 }, () => ORDERS[1] ?? []))
    for (let last = 0; last < 20; ) {
      last = Math.max(last, (await inspectCheckpoint(io, running)).epochs.at(-1)?.epoch ?? 0)
      // A simulated disk answers at once, and would leave the query no turn.
      await io.clock.yieldNow()
    }
    await writing
    await query.stop()
  })

  test('is found below a folder', async () => {
    const { io, location } = place()
    await runOrders({ io, location: `${location}-all/deep/one` }, ORDERS)
    await runOrders({ io, location: `${location}-all/two` }, [])
    const found = await listCheckpoints(io, `${location}-all`)
    expect(found.map(({ location: at, lastEpoch, state, sink }) => [at.slice(`${location}-all/`.length), lastEpoch, state, sink])).toEqual([
      ['deep/one', 4, 'stopped', 'noop'],
      ['two', 0, 'stopped', 'noop'],
    ])
    expect(await listCheckpoints(io, `${location}-all/deep/one`)).toHaveLength(1)
    await expect(listCheckpoints(io, `${location}-nothing`)).rejects.toThrow('INVALID_ARGUMENT')
  })
})

test('looking changes nothing', async () => {
  const io = simulated()
  await runOrders({ io, location: '/cp' }, ORDERS)
  const before = io.disk.operations
  await inspectCheckpoint(io, '/cp')
  expect(io.disk.operations).toBe(before)
})

test('an epoch that was begun, a torn tail and a stray are told', async () => {
  const io = simulated()
  const { query, add } = await startOrders({ io, location: '/cp' })
  await add(ORDERS)
  // The machine goes off after the next begin is durable, and before its commit.
  io.disk.crashAfter(io.disk.operations + 2)
  await add([ORDERS[0] ?? []]).catch(() => undefined)
  await query.stop()
  const left = simulated()
  for (const { path } of io.disk.files()) left.disk.put(path, io.disk.contents(path))
  const journal = '/cp/journal/0000000001-000000'
  left.disk.put(journal, Buffer.concat([left.disk.contents(journal), Buffer.from('MRB1 torn')]))
  left.disk.put('/cp/journal/0000000002-000000', new Uint8Array())
  const told = await inspectCheckpoint(left, '/cp')
  expect(told.inDoubt).toMatchObject({
    epoch: 5,
    noData: false,
    closed: false,
    sources: { 'source-0': { start: { '0': 5 }, end: { '0': 6 } } },
  })
  expect(told.tornTails).toEqual([{ path: journal, bytes: 9 }])
  expect(told.strays).toEqual(['/cp/journal/0000000002-000000'])
})

test('where there is no checkpoint, that is said', async () => {
  const io = simulated()
  await io.disk.makeFolder('/empty')
  await expect(inspectCheckpoint(io, '/empty')).rejects.toThrow(/INVALID_ARGUMENT.*no checkpoint in '\/empty'.*checkpointLocation/)
  await expect(inspectCheckpoint(io, '/nothing')).rejects.toThrow('INVALID_ARGUMENT')
})
