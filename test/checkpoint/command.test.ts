/** `millrace checkpoint` as people and scripts run it: the built command on checkpoints in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { execute, root } from '../program-runner.ts'
import { ORDERS, realIo, runOrders, startOrders } from './orders.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-command-'))
const location = join(folder, 'queries', 'orders')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(() => runOrders({ io: realIo, location, sink: 'json', sinkOptions: { path: join(folder, 'out') }, copies: true }, ORDERS))

const millrace = (...args: readonly string[]) => execute(join(root, 'dist/cli/main.js'), { args: ['checkpoint', ...args], cwd: folder })
const json = async (...args: readonly string[]): Promise<unknown> => JSON.parse((await millrace(...args, '--json')).output)

test('list', async () => {
  const { code, output } = await millrace('list', 'queries')
  expect([code, output.split('\n').length]).toEqual([0, 3])
  expect(output).toMatch(/^location +state +last epoch +at +sink +size +query$/m)
  expect(output).toMatch(new RegExp(`^${location}  stopped +4  20\\d\\d-.*Z  json .* KiB  [0-9a-f-]{36}$`, 'm'))
  expect(await json('list', 'queries')).toMatchObject([{ location, state: 'stopped', lastEpoch: 4, sink: 'json' }])
  expect((await millrace('list', 'out')).output).toMatch(/^There is no checkpoint in /)
})

test('inspect', async () => {
  const { code, output } = await millrace('inspect', 'queries/orders', '--epochs', '2')
  expect(code).toBe(0)
  expect(output).toMatch(new RegExp(`^checkpoint  ${location}$`, 'm'))
  expect(output).toMatch(/^runners +1: process \d+ on .*, since .*Z, ended in order$/m)
  expect(output).toMatch(/^program +append into json, time zone UTC, watermark policy partitionMin$/m)
  expect(output).toMatch(/^ {2}source +source-0: orders orders$/m)
  expect(output).toMatch(/^epochs: 0 to 4 are in the journal$/m)
  expect(output).toMatch(/^ {4}4 {2}20.*Z +1 +1 +0 +0 .*source-0 \{"0":4\} → \{"0":5\}$/m)
  expect(output).not.toMatch(/^ {4}2 {2}20/m)
  expect(await json('inspect', 'queries/orders', '--epochs', '1')).toMatchObject({ lineage: 0, epochs: [{ epoch: 4 }], inDoubt: null })
})

describe('verify', () => {
  test('of what is intact', async () => {
    const { code, output } = await millrace('verify', location)
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^${location} is intact\\.\n {2}1 segment of the journal with \\d+ blocks, 5 epochs`)),
    ])
    expect(await json('verify', location)).toMatchObject({ intact: true, findings: [], checked: { epochs: 5 } })
  })

  test('exits with 1 where something is damaged', async () => {
    const other = join(folder, 'damaged')
    await runOrders({ io: realIo, location: other }, ORDERS)
    const journal = join(other, 'journal', '0000000001-000000')
    const bytes = readFileSync(journal)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
    writeFileSync(journal, bytes)
    const { code, output } = await millrace('verify', other)
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/is DAMAGED\..*^damage: .*0000000001-000000\n {2}.*block \d+, at byte \d+, is bad/ms),
    ])
    expect((await millrace('inspect', other)).output).toMatch(/^\[CHECKPOINT_DAMAGED\]/)
    expect(await json('list', other)).toMatchObject([{ state: 'unreadable', problem: expect.stringMatching('CHECKPOINT_DAMAGED') }])
  })
})

describe('rewind', () => {
  test('says what it would do, and does nothing without --yes where it cannot ask', async () => {
    const { code, output } = await millrace('rewind', location, '--to', '2')
    expect(code).toBe(1)
    expect(output).toMatch(
      /back to +epoch 2, of 20.*given up +2 epochs \(3 to 4\).*published +2 rows in the json sink.*has read them.*lineage +1\n/s,
    )
    expect(output).toContain('Say --yes to do this')
    expect(output).toContain('Nothing was done.\n')
    expect(await json('inspect', location)).toMatchObject({ lineage: 0, runners: [{ runnerEpoch: 1 }] })
  })

  test('is refused while the query runs', async () => {
    const other = join(folder, 'running')
    const { query, add } = await startOrders({ io: realIo, location: other })
    await add(ORDERS)
    const { code, output } = await millrace('rewind', other, '--to', '1', '--yes')
    expect([code, output]).toEqual([1, expect.stringMatching(/\[CHECKPOINT_IN_USE\] .*used by process/)])
    expect((await millrace('inspect', other)).output).toMatch(/^runners .*, runs$/m)
    await query.stop()
  })

  test('takes the query back with --yes', async () => {
    const { code, output } = await millrace('rewind', location, '--to', '2', '--yes')
    expect([code, output]).toEqual([0, expect.stringMatching(/Done\. The next start of the query begins epoch 3\.\n$/)])
    expect(await json('inspect', location)).toMatchObject({ lineage: 1, rewoundTo: 2, rewinds: [{ toEpoch: 2 }] })
    expect((await millrace('verify', location)).code).toBe(0)
  })

  test('says what is wrong', async () => {
    expect(await millrace('rewind', location, '--to', '9', '--yes')).toMatchObject({
      code: 1,
      output: expect.stringMatching('Epoch 9 is not committed'),
    })
    expect((await millrace('rewind', location, '--to', 'x')).output).toMatch(/whole number/)
    expect((await millrace('rewind', join(folder, 'nothing'), '--to', '1')).output).toMatch(/There is no checkpoint/)
  })
})
