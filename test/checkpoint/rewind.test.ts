/** Queries that are taken back to an epoch: what stays, what goes, who may, and what a crash in the middle leaves. */
import { describe, expect, test } from 'vitest'
import { inspectCheckpoint } from '../../src/engine/checkpoint/inspection.ts'
import { planRewind, rewind } from '../../src/engine/checkpoint/rewind.ts'
import { verifyCheckpoint } from '../../src/engine/checkpoint/verification.ts'
import { t } from '../../src/index.ts'
import { MemoryStream, type SimulatedDisk, type SimulatedIo, simulatedIo, testSession } from '../../src/testing/index.ts'
import { ORDERS, type RunOptions, runOrders, simulated, startOrders } from './orders.ts'

const location = '/cp'
const OTHER = [[{ user: 'ada', amount: 100 }]]

async function checkpoint(options: Partial<RunOptions> = {}): Promise<SimulatedIo> {
  const io = simulated()
  await runOrders({ io, location, ...options }, ORDERS)
  return simulated(io)
}

/** The rows of the file sink, in the order of their epochs. */
function published(io: SimulatedIo): unknown[] {
  const parts = io.disk.files().filter(({ path }) => path.startsWith('/out/part-'))
  const text = parts.map(({ path }) => Buffer.from(io.disk.contents(path)).toString()).join('')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('after a rewind', () => {
  test('the query goes on behind the epoch, with the state and the positions of then', async () => {
    const io = await checkpoint()
    expect(await rewind({ io, location, toEpoch: 2 })).toMatchObject({ lineage: 1, epochs: 2, outputRows: 2, inDoubt: null })
    expect(await inspectCheckpoint(io, location)).toMatchObject({
      lineage: 1,
      rewoundTo: 2,
      rewinds: [{ lineage: 1, toEpoch: 2, runnerEpoch: 2, atMs: io.clock.nowMs() }],
      rewindable: { from: expect.any(Number), to: 2 },
    })
    const next = simulated(io)
    const { query, session, add } = await startOrders({ io: next, location, sink: 'memory' }, ORDERS.slice(0, 2))
    await add(OTHER)
    expect(await session.table('orders').collect()).toEqual([{ user: 'ada', total: 104, n: 3 }])
    await query.stop()
    const told = await inspectCheckpoint(next, location)
    expect(told.epochs.slice(-2).map(({ epoch, sources }) => [epoch, sources['source-0']])).toEqual([
      [2, { start: { '0': 1 }, end: { '0': 3 } }],
      [3, { start: { '0': 3 }, end: { '0': 4 } }],
    ])
    expect(await verifyCheckpoint(next, location)).toMatchObject({ intact: true, checked: { stateRows: { 'aggregate-0': 2 } } })
  })

  test('it may be taken back again, further', async () => {
    const io = await checkpoint()
    await rewind({ io, location, toEpoch: 3 })
    expect(await rewind({ io, location, toEpoch: 1 })).toMatchObject({ lineage: 2, lastEpoch: 3 })
    await expect(rewind({ io, location, toEpoch: 2 })).rejects.toThrow(/Epoch 2 is not committed.*the last one is 1/)
    const next = simulated(io)
    await runOrders({ io: next, location }, OTHER, ORDERS.slice(0, 1))
    expect((await inspectCheckpoint(next, location)).rewinds.map((one) => one.toEpoch)).toEqual([3, 1])
    expect((await verifyCheckpoint(next, location)).findings).toEqual([])
  })

  test('the files of the epochs that went are taken away', async () => {
    const files = { sink: 'json' as const, sinkOptions: { path: '/out' }, copies: true }
    const io = await checkpoint(files)
    const plan = await planRewind({ io, location, toEpoch: 2 })
    expect(plan).toMatchObject({ sink: 'json', output: 'removed', outputRows: 2 })
    await rewind({ io, location, toEpoch: 2 })
    const next = simulated(io)
    await runOrders({ io: next, location, ...files }, OTHER, ORDERS.slice(0, 2))
    expect(published(next)).toEqual([...ORDERS.slice(0, 2).flat(), ...OTHER.flat()])
  })

  test('the epoch that was begun is forgotten too', async () => {
    const io = simulated()
    const { query, add } = await startOrders({ io, location })
    await add(ORDERS)
    io.disk.crashAfter(io.disk.operations + 2)
    await add(OTHER).catch(() => undefined)
    await query.stop()
    io.processes.end()
    const left = simulatedIo({ seed: 3, disk: io.disk.restart(), processes: io.processes.begin() })
    expect(await planRewind({ io: left, location, toEpoch: 4 })).toMatchObject({ inDoubt: 5, epochs: 0, outputRows: 0 })
    await rewind({ io: left, location, toEpoch: 4 })
    expect(await inspectCheckpoint(left, location)).toMatchObject({ inDoubt: null, lineage: 1, rewoundTo: 4 })
  })
})

test('a sink that is ahead of a journal that lost its end is brought back to it', async () => {
  const files = { sink: 'json' as const, sinkOptions: { path: '/out' }, copies: true }
  const io = await checkpoint(files)
  const journal = '/cp/journal/0000000001-000000'
  const whole = io.disk.contents(journal)
  // What a disk may lose that confirms what it does not do.
  io.disk.put(journal, whole.subarray(0, whole.length - 1500))
  const kept = (await inspectCheckpoint(io, location)).epochs.at(-1)?.epoch ?? -1
  expect(kept).toBeLessThan(3)
  await expect(runOrders({ io: simulated(io), location, ...files }, [], ORDERS)).rejects.toThrow('CHECKPOINT_OLDER_THAN_OUTPUT')
  expect(await rewind({ io: simulated(io), location, toEpoch: kept })).toMatchObject({ epochs: 0, output: 'removed' })
  const next = simulated(io)
  await runOrders({ io: next, location, ...files }, [], ORDERS)
  expect(published(next)).toEqual(ORDERS.flat())
  expect((await verifyCheckpoint(next, location)).intact).toBe(true)
})

test('it goes as far back as epochs are kept', async () => {
  const io = simulated()
  const many = Array.from({ length: 300 }, () => ORDERS[0] ?? [])
  await runOrders({ io, location, retained: 3 }, many)
  const { rewindable, epochs } = await inspectCheckpoint(io, location)
  expect(rewindable?.to).toBe(300)
  expect(rewindable?.from).toBeGreaterThan(100)
  expect(rewindable?.from).toBeLessThan(298)
  await expect(planRewind({ io, location, toEpoch: 5 })).rejects.toThrow(/Epoch 5 is not in the journal any more/)
  const first = epochs[0]?.epoch ?? 0
  if (first < (rewindable?.from ?? 0))
    await expect(planRewind({ io, location, toEpoch: first })).rejects.toThrow(/It can go back to the epochs/)
  await rewind({ io: simulated(io), location, toEpoch: rewindable?.from ?? 0 })
  await runOrders({ io: simulated(io), location }, OTHER, many.slice(0, rewindable?.from ?? 0))
  expect((await verifyCheckpoint(io, location)).intact).toBe(true)
})

describe('a rewind is refused', () => {
  test('while a runner lives, or may live', async () => {
    const io = simulated()
    const { query, add } = await startOrders({ io, location })
    await add(ORDERS)
    await expect(rewind({ io: { ...io, processes: io.processes.begin() }, location, toEpoch: 1 })).rejects.toThrow('CHECKPOINT_IN_USE')
    await query.stop()
    await rewind({ io: { ...io, processes: io.processes.begin() }, location, toEpoch: 1 })
  })

  test('unless it takes over, and then the query ends', async () => {
    const io = simulated()
    const { query, add } = await startOrders({ io, location })
    await add(ORDERS)
    await rewind({ io: { ...io, processes: io.processes.begin() }, location, toEpoch: 1, takeover: true })
    await add(OTHER).catch(() => undefined)
    await expect(query.awaitTermination()).rejects.toThrow('QUERY_FENCED')
    expect((await inspectCheckpoint(io, location)).epochs.at(-1)?.epoch).toBe(1)
  })

  test('to what is no committed epoch', async () => {
    const io = await checkpoint()
    await expect(planRewind({ io, location, toEpoch: 5 })).rejects.toThrow(/INVALID_ARGUMENT.*Epoch 5 is not committed: the last one is 4/)
    await expect(planRewind({ io, location, toEpoch: -1 })).rejects.toThrow(/begin a new checkpoint/)
    await expect(planRewind({ io, location, toEpoch: 1.5 })).rejects.toThrow('INVALID_ARGUMENT')
    await expect(rewind({ io, location, toEpoch: 1, lastEpoch: 3 })).rejects.toThrow(/gone on to epoch 4/)
    await expect(planRewind({ io, location: '/nothing', toEpoch: 1 })).rejects.toThrow('no checkpoint')
    // A rewind that was refused holds nothing.
    await runOrders({ io: simulated(io), location }, OTHER, ORDERS)
  })

  test('to an epoch whose state is gone or damaged', async () => {
    const many = Array.from({ length: 6000 }, (_, index) => ({ user: `user ${index}`, amount: index }))
    const io = simulated()
    await runOrders({ io, location }, [...ORDERS, many])
    const file = '/cp/state/0000000001-000000'
    const bytes = io.disk.contents(file)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
    io.disk.put(file, bytes)
    await expect(rewind({ io: simulated(io), location, toEpoch: 5 })).rejects.toThrow(/CHECKPOINT_DAMAGED.*state of epoch 5/)
    await io.disk.remove(file)
    await expect(planRewind({ io, location, toEpoch: 5 })).rejects.toThrow(
      /cannot go back to epoch 5: the state of aggregate-0 needs 'state\/0000000001-000000'/,
    )
    await rewind({ io: simulated(io), location, toEpoch: 4 })
    await runOrders({ io: simulated(io), location }, OTHER, ORDERS)
  })
})

test('a source that cannot be read again is read on from its log', async () => {
  const io = simulated()
  /** Its stream is a new one in each process, and has nothing of what was before. */
  const run = async (on: SimulatedIo, numbers: readonly number[]): Promise<unknown[]> => {
    const { session } = testSession({ io: on })
    const stream = new MemoryStream({ n: t.int }, { format: 'wire' })
    const provider = { ...stream.provider, describe: () => ({ ...stream.provider.describe({}, null), guarantee: 'transient' as const }) }
    const rows: unknown[] = []
    const query = session.readStream
      .source({ provider })
      .writeStream.option('checkpointLocation', location)
      .foreach((row) => void rows.push(row))
      .start()
    await query.processAllAvailable()
    for (const n of numbers) {
      stream.addData([{ n }])
      await query.processAllAvailable()
    }
    await query.stop()
    return rows
  }
  expect(await run(io, [1, 2, 3])).toHaveLength(3)
  const next = simulated(io)
  expect(await planRewind({ io: next, location, toEpoch: 1 })).toMatchObject({ sink: 'foreach', output: 'stays', outputRows: 2 })
  await rewind({ io: next, location, toEpoch: 1 })
  expect(await run(simulated(next), [])).toEqual([{ n: 2 }, { n: 3 }])
  expect(await verifyCheckpoint(next, location)).toMatchObject({ intact: true, checked: { sourceEntries: 3 } })
  await next.disk.removeFolder('/cp/sources/source-0')
  expect((await verifyCheckpoint(next, location)).findings.map((one) => one.what)).toEqual([
    'The log of source source-0 is missing, and the last epoch goes on from it.',
  ])
})

test('a crash at any moment leaves the checkpoint as it was, or rewound', async () => {
  const io = await checkpoint()
  const base = io.disk.restart()
  const seen = new Set<string>()
  for (let count = 0; ; count++) {
    const disk = base.restart()
    disk.crashAfter(count)
    const crashed = await rewind({ io: simulatedIo({ seed: 5, disk, processes: io.processes.begin() }), location, toEpoch: 2 }).then(
      () => false,
      () => true,
    )
    const cuts: readonly SimulatedDisk[] = [
      disk.restart(),
      disk.powerCut({ unsynced: 'lost' }),
      disk.powerCut({ unsynced: 'kept' }),
      ...disk.tornPoints().map((tornAt) => disk.powerCut({ unsynced: 'torn', tornAt })),
      ...[1, 2, 3].map((subset) => disk.powerCut({ unsynced: 'torn', subset })),
    ]
    for (const left of cuts) {
      // The process that was at it is dead.
      const after = simulatedIo({ seed: 6, startMs: io.clock.nowMs(), disk: left })
      const dead: SimulatedIo = { ...after, processes: Object.assign(io.processes.begin(), { stateOf: () => 'dead' as const }) }
      const { epochs, lineage } = await inspectCheckpoint(dead, location)
      const last = epochs.at(-1)?.epoch ?? -1
      seen.add(`${last} ${lineage}`)
      expect(crashed || last === 2).toBe(true)
      expect((await verifyCheckpoint(dead, location)).intact).toBe(true)
      await runOrders({ io: dead, location }, OTHER, last === 2 ? ORDERS.slice(0, 2) : ORDERS)
      expect((await inspectCheckpoint(dead, location)).epochs.at(-1)).toMatchObject({ epoch: last + 1, rows: { in: 1, out: 1 } })
    }
    if (!crashed) break
  }
  expect([...seen].sort()).toEqual(['2 1', '4 0'])
})

test('a rewind whose sync fails, a start on the same machine, and a loss of power at any moment of it', async () => {
  const files = { sink: 'json' as const, sinkOptions: { path: '/out' }, copies: true }
  const io = await checkpoint(files)
  const worldOn = (disk: SimulatedDisk): SimulatedIo => {
    const after = simulatedIo({ seed: 6, startMs: io.clock.nowMs(), disk })
    return { ...after, processes: Object.assign(io.processes.begin(), { stateOf: () => 'dead' as const }) }
  }
  const whole = io.disk.restart()
  await rewind({ io: worldOn(whole), location, toEpoch: 2 })
  const syncs = whole.trace.filter((line) => / sync(-folder)? /.test(line)).map((line) => Number(line.split(' ')[0]))
  expect(syncs.length).toBeGreaterThan(4)
  const seen = new Set<number>()
  for (const number of syncs) {
    const disk = io.disk.restart()
    disk.failOperation(number, 'EIO')
    await expect(rewind({ io: worldOn(disk), location, toEpoch: 2 })).rejects.toThrow(/CHECKPOINT_FAILED|EIO/)
    disk.heal()
    const last = (await inspectCheckpoint(worldOn(disk), location)).epochs.at(-1)?.epoch ?? -1
    seen.add(last)
    for (let count = number % 3; ; count += 3) {
      const started = disk.restart()
      started.crashAfter(count)
      const ended = await runOrders({ io: worldOn(started), location, ...files }, OTHER, ORDERS.slice(0, last)).then(
        () => true,
        () => false,
      )
      const after = worldOn(started.powerCut({ unsynced: 'lost' }))
      const { intact, findings } = await verifyCheckpoint(after, location)
      expect(intact, JSON.stringify(findings)).toBe(true)
      const left = (await inspectCheckpoint(after, location)).epochs.at(-1)?.epoch ?? -1
      await runOrders({ io: after, location, ...files }, OTHER, [
        ...ORDERS.slice(0, Math.min(left, 4)),
        ...(left > last && last === 2 ? OTHER : []),
      ])
      if (ended) break
    }
  }
  expect([...seen].sort()).toEqual([2, 4])
})
