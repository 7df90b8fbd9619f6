/**
 * A checkpoint and an output folder of format 1, as the engine wrote them when the format was made: they stay readable for ever. A query goes on from them, and
 * gives what it would have given then.
 *
 * The files are made once for each format (MILLRACE_MAKE_FORMAT=1) and never again: a change that breaks this test breaks what users have on their disks.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { count, sum, t, window } from '../../src/index.ts'
import { SimulatedDisk, simulatedIo, testSession } from '../../src/testing/index.ts'

const golden = join(import.meta.dirname, 'checkpoint-1')
const MINUTES = 12
const USERS = 300

/** A minute of orders: enough users that state goes to a file of its own. */
function putOrders(disk: SimulatedDisk, minute: number): void {
  const lines = Array.from({ length: USERS }, (_, user) => {
    const at = new Date(Date.UTC(2026, 0, 1, 0, minute, user % 60)).toISOString()
    return JSON.stringify({ user: `user ${user} of some length`.repeat(4), at, price: user / 4 })
  })
  disk.put(`/in/${String(minute).padStart(2, '0')}.json`, new TextEncoder().encode(`${lines.join('\n')}\n`))
}

async function run(disk: SimulatedDisk, seed: number): Promise<void> {
  const { session } = testSession({ io: simulatedIo({ seed, disk }) })
  const query = session.readStream
    .json('/in', { schema: { user: t.string, at: t.timestamp, price: t.double }, maxFilesPerTrigger: 2 })
    .withWatermark('at', '2 minutes')
    .groupBy(window('at', '1 minute'), 'user')
    .agg(count('*').alias('orders'), sum('price').alias('total'))
    .writeStream.format('json')
    .option('path', '/out')
    .option('checkpointLocation', '/checkpoint')
    .trigger({ availableNow: true })
    .start()
  await query.awaitTermination()
  await session.stop()
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile())
}

async function make(): Promise<void> {
  const disk = new SimulatedDisk({ seed: 1 })
  for (let minute = 0; minute < MINUTES / 2; minute++) putOrders(disk, minute)
  await run(disk, 1)
  for (const { path } of disk.files().filter((file) => /^\/(checkpoint|out)\//.test(file.path))) {
    const target = join(golden, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, disk.contents(path))
  }
}

test('a query goes on from a checkpoint of format 1', async () => {
  if (process.env['MILLRACE_MAKE_FORMAT'] === '1') await make()
  const disk = new SimulatedDisk({ seed: 2 })
  for (let minute = 0; minute < MINUTES; minute++) putOrders(disk, minute)
  const names = filesBelow(golden)
  expect(names.filter((name) => name.startsWith('checkpoint/state/')).length).toBeGreaterThan(0)
  for (const name of names) disk.put(`/${name}`, new Uint8Array(readFileSync(join(golden, name))))
  await run(disk, 3)

  const rows = disk
    .files()
    .filter((file) => /^\/out\/part-/.test(file.path))
    .flatMap((file) => new TextDecoder().decode(disk.contents(file.path)).trim().split('\n'))
    .map((line) => JSON.parse(line) as { window: { start: string }; user: string; orders: number; total: number })
  // The last two minutes are open: the watermark is two minutes behind the last order.
  expect(rows).toHaveLength((MINUTES - 3) * USERS)
  expect(new Set(rows.map((row) => `${row.window.start} ${row.user}`)).size).toBe(rows.length)
  expect(rows.every((row) => row.orders === 1 && row.total * 4 === Number(row.user.split(' ')[1]))).toBe(true)
})
