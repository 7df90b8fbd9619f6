/** What verification finds in a checkpoint that a real query left, and in what damage makes of it. */
import { describe, expect, test } from 'vitest'
import { verifyCheckpoint } from '../../src/engine/checkpoint/verification.ts'
import { avg, count, first, max, min, sessionWindow, t } from '../../src/index.ts'
import { MemoryStream, type SimulatedIo, simulatedIo, testSession } from '../../src/testing/index.ts'
import { ORDERS, runOrders, simulated, startOrders } from './orders.ts'

/** More than rides in the journal. */
const MANY = Array.from({ length: 6000 }, (_, index) => ({ user: `user ${index}`, amount: index }))

/** Two runs of the query, with state in the journal and in a file. */
async function checkpoint(): Promise<SimulatedIo> {
  const io = simulated()
  const first = [...ORDERS.slice(0, 2), MANY]
  await runOrders({ io, location: '/cp' }, first)
  const second = simulated(io)
  await runOrders({ io: second, location: '/cp' }, ORDERS.slice(2), first)
  return second
}
const verify = (io: SimulatedIo) => verifyCheckpoint(io, '/cp')
const damaged = async (change: (io: SimulatedIo) => void | Promise<void>) => {
  const io = await checkpoint()
  await change(io)
  const { intact, findings } = await verify(io)
  return { intact, findings, damage: findings.filter((one) => one.severity === 'damage') }
}

test('a whole checkpoint is intact, and looking changes nothing', async () => {
  const io = await checkpoint()
  const before = io.disk.operations
  expect(await verify(io)).toEqual({
    location: '/cp',
    findings: [],
    intact: true,
    checked: {
      journalSegments: 2,
      journalBlocks: expect.any(Number),
      epochs: 6,
      stateParts: 5,
      stateRows: { 'aggregate-0': 6003 },
      sourceLogs: 1,
      sourceEntries: 0,
    },
    rewindable: { from: 0, to: 5 },
  })
  expect(io.disk.operations).toBe(before)
})

test('a checkpoint is checked beside the query that writes it, and found intact', async () => {
  const io = simulated()
  const { query, add } = await startOrders({ io, location: '/cp', retained: 3 })
  const writing = add(Array.from({ length: 150 }, () => ORDERS[1] ?? []))
  let checks = 0
  let done = false
  void writing.then(() => {
    done = true
  })
  for (; !done; checks++) {
    const { findings } = await verify(io)
    expect(findings.filter((one) => one.severity !== 'note')).toEqual([])
    await io.clock.yieldNow()
  }
  expect(checks).toBeGreaterThan(5)
  await query.stop()
})

describe('damage is found:', () => {
  test.each([
    ['query', /missing/],
    ['runners/0000000002', /runner 2 is missing/],
    ['journal/0000000001-000000', /needs epoch \d/],
    ['state/0000000001-000000', /missing or too short/],
  ])('%s is gone', async (file, what) => {
    const { intact, damage } = await damaged((io) => io.disk.remove(`/cp/${file}`))
    expect(intact).toBe(false)
    expect(damage.map((one) => one.what).join('\n')).toMatch(what)
  })

  test('bits of any file are turned', async () => {
    const base = await checkpoint()
    const files = base.disk.files().filter(({ path, sizeBytes }) => sizeBytes > 0 && !path.includes('/sources/'))
    expect(files.length).toBe(6)
    const found = new Set<string>()
    for (const { path, sizeBytes } of files) {
      const step = Math.max(1, Math.floor(sizeBytes / 16))
      for (let at = 0; at < sizeBytes; at += step) {
        const bytes = base.disk.contents(path)
        bytes[at] = (bytes[at] as number) ^ 1
        const io = simulated(base)
        const disk = base.disk.restart()
        disk.put(path, bytes)
        const { findings } = await verifyCheckpoint({ ...io, disk }, '/cp')
        const severities = new Set(findings.map((one) => one.severity))
        for (const severity of severities) found.add(`${path} ${severity}`)
        // The last block of the newest segment is taken for one that was cut off; the header of a state file is not needed.
        const isTail = path === '/cp/journal/0000000002-000000'
        const isHeader = path.startsWith('/cp/state/') && at < 150
        const isOldClaim = path === '/cp/runners/0000000001'
        const mayBe = isTail ? 'note' : isOldClaim ? 'warning' : 'damage'
        if (!isHeader) expect(severities.has('damage') || severities.has(mayBe), `byte ${at} of ${path}`).toBe(true)
      }
    }
    expect([...found].filter((one) => one.endsWith('damage')).length).toBe(5)
  })

  test('files are cut, changed for others, and doubled', async () => {
    const cut = await damaged((io) =>
      io.disk.put('/cp/state/0000000001-000000', io.disk.contents('/cp/state/0000000001-000000').subarray(0, 5000)),
    )
    expect(cut.damage[0]).toMatchObject({
      path: '/cp/state/0000000001-000000',
      what: expect.stringMatching(/too short: the state of aggregate-0 in epoch 3/),
    })
    const sealed = await damaged((io) =>
      io.disk.put('/cp/journal/0000000001-000000', io.disk.contents('/cp/journal/0000000001-000000').subarray(0, 3000)),
    )
    expect(sealed.damage[0]?.what).toMatch(/goes on from its first \d+ bytes/)
    const swapped = await damaged((io) => io.disk.put('/cp/journal/0000000001-000000', io.disk.contents('/cp/journal/0000000002-000000')))
    expect(swapped.intact).toBe(false)
    const foreign = await damaged(async (io) => {
      const other = simulatedIo({ seed: 99 })
      await runOrders({ io: other, location: '/cp', copies: true }, [])
      io.disk.put('/cp/query', other.disk.contents('/cp/query'))
    })
    expect(foreign.damage[0]?.what).toMatch(/The segment is of query \S+, and the checkpoint of/)
  })
})

test('what crashes leave is noted, and is no damage', async () => {
  const { intact, findings } = await damaged((io) => {
    io.disk.put('/cp/.query-x', new Uint8Array())
    io.disk.put('/cp/runners/.0000000003-x', new Uint8Array())
    io.disk.put('/cp/journal/0000000003-000000', new Uint8Array(7))
    io.disk.put('/cp/state/0000000002-000000', new Uint8Array(100))
  })
  expect(intact).toBe(true)
  expect(findings.map(({ severity, path }) => [severity, path]).sort()).toEqual([
    ['note', '/cp/.query-x'],
    ['note', '/cp/journal/0000000003-000000'],
    ['note', '/cp/runners/.0000000003-x'],
    ['note', '/cp/state/0000000002-000000'],
  ])
})

test('state of every kind is made again without the program', async () => {
  const io = simulated()
  const { session } = testSession({ io })
  const stream = new MemoryStream({ user: t.string, place: t.struct({ x: t.int, y: t.double }), amount: t.int, at: t.timestamp })
  const query = session.readStream
    .source(stream)
    .withWatermark('at', '1 hour')
    .groupBy(sessionWindow('at', '1 minute'), 'user', 'place')
    .agg(avg('amount').alias('a'), min('user').alias('b'), first('place').alias('c'), max('at').alias('d'), count('*').alias('e'))
    .writeStream.format('noop')
    .option('checkpointLocation', '/cp')
    .start()
  for (const second of [0, 30, 600])
    stream.addData([{ user: 'ada', place: { x: 1, y: second }, amount: 1, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)) }])
  await query.processAllAvailable()
  await query.stop()
  expect(await verify(io)).toMatchObject({ intact: true, findings: [], checked: { stateRows: { 'aggregate-0': 3 } } })
})
