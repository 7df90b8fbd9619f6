/** Two runners of one query: at once, one asleep while the other takes over, one busy while the other takes over, and one on a copy of the checkpoint. */
import { execFileSync } from 'node:child_process'
import { hostname } from 'node:os'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CrashPoint } from '../../src/io/crash-point.ts'
import { isThorough, type QueryName, Scenario, type Victim } from './rig.ts'
import { buildVictim } from './victim-build.ts'

let victim = ''
beforeAll(async () => {
  victim = await buildVictim()
}, 240_000)

const hasEpochs =
  (count: number) =>
  ({ epochs }: Victim): boolean =>
    epochs.length >= count

test('of two that start at once exactly one runs, and the other says who does', { timeout: 240_000 }, async () => {
  for (const seed of [11, 12, 13])
    await Scenario.using({ victim, query: 'windows', seed }, async (scenario) => {
      scenario.feeder.add(5)
      const both = [scenario.start(), scenario.start()]
      await Promise.race(both.map((one) => one.until('its end', ({ failure }) => failure !== null)))
      const refused = both.find(({ failure }) => failure !== null)
      const running = both.find((one) => one !== refused)
      expect(refused?.failure).toMatchObject({ code: 'CHECKPOINT_IN_USE', details: { host: hostname(), pid: running?.child.pid } })
      await running?.until('its first epochs', hasEpochs(1))
      expect((await running?.kill('SIGTERM'))?.code).toBe(0)
      expect(await scenario.finish()).toEqual([])
    })
})

describe('a runner that sleeps while another takes over', () => {
  const sleeps: readonly (readonly [QueryName, CrashPoint])[] = [
    ['copy', 'runner.claimed'],
    ['copy', 'log.written'],
    ['windows', 'epoch.read'],
    ['wide', 'state.written'],
    ['copy', 'files.part-written'],
    ['copy', 'files.manifest-written'],
    ['copy', 'files.part-linked'],
    ['windows', 'sink.committed'],
    ['windows', 'commit.written'],
    ['copy', 'source.committed'],
    ...(isThorough
      ? ([
          ['windows', 'recovery.read'],
          ['copy', 'recovery.sealed'],
          ['copy', 'begin.written'],
          ['copy', 'files.fenced'],
          ['copy', 'files.manifest-linked'],
          ['copy', 'files.compacted'],
          ['wide', 'sink.before-commit'],
          ['sessions', 'commit.synced'],
        ] as const)
      : []),
  ]
  test.each(sleeps)('%s, asleep at %s', { timeout: 240_000 }, async (query, point) => {
    await Scenario.using({ victim, query, seed: 14, rowsPerFile: query === 'wide' ? 2000 : 50 }, async (scenario) => {
      scenario.feeder.add(point === 'files.compacted' ? 25 : 4)
      const sleeper = scenario.start(['--stop-at', `${point}:1`, '--files-max', '1'])
      await sleeper.until('its sleep', ({ said }) => said.some(({ kind }) => kind === 'stopping'))
      scenario.feeder.add(2)
      if (isThorough || point === 'epoch.read') {
        // Without a takeover it counts as alive.
        const refused = scenario.start()
        await refused.end('a refusal')
        expect(refused.failure).toMatchObject({ code: 'CHECKPOINT_IN_USE', details: { pid: sleeper.child.pid } })
      }
      expect(await scenario.finish(['--takeover'])).toEqual([])
      sleeper.child.kill('SIGCONT')
      await sleeper.end('being fenced')
      expect(sleeper.failure?.code, sleeper.text).toBe('QUERY_FENCED')
      expect(scenario.audit()).toEqual([])
      // What it wrote after its sleep is in nobody's way.
      const after = scenario.start(['--available-now'])
      expect((await after.end('a start after all')).code, after.text).toBe(0)
      expect(scenario.audit()).toEqual([])
    })
  })
})

test('busy runners are taken over one after another', { timeout: 240_000 }, async () => {
  await Scenario.using({ victim, query: 'windows', seed: 15, rowsPerFile: 50 }, async (scenario) => {
    scenario.feeder.add(10)
    scenario.feeder.start(15, 400)
    let before = scenario.start(['--files-max', '1'])
    for (let turn = 0; turn < 4; turn++) {
      await before.until('some epochs', hasEpochs(3))
      const next = scenario.start(['--files-max', '1', '--takeover'])
      await before.end('being fenced')
      expect(before.failure?.code, before.text).toBe('QUERY_FENCED')
      before = next
    }
    await before.kill()
    expect(await scenario.finish()).toEqual([])
  })
})

test('on a copy of the checkpoint the second runner never gets to write: the sink shuts it out, or it finds itself older than the output', {
  timeout: 60_000,
}, async () => {
  await Scenario.using({ victim, query: 'copy', seed: 16 }, async (scenario) => {
    scenario.feeder.add(6)
    const first = scenario.start(['--files-max', '1'])
    await first.until('some epochs', hasEpochs(4))
    await first.kill()
    const copy = `${scenario.checkpoint}-copy`
    execFileSync('cp', ['-r', scenario.checkpoint, copy])
    scenario.feeder.add(20)
    scenario.feeder.start(50, 200)
    const codes: (string | undefined)[] = []
    let original = scenario.start(['--files-max', '1'])
    await original.until('epochs of its own', hasEpochs(2))
    for (let turn = 0; turn < 4; turn++) {
      const second = scenario.start(['--checkpoint', copy])
      await second.end('a refusal')
      codes.push(second.failure?.code)
      // The copy's claim of the output may shut the original out as well: it has to be started again, and may find the copy's number taken once more.
      while (original.failure !== null || original.child.exitCode !== null) {
        expect(original.failure?.code, original.text).toBe('QUERY_FENCED')
        original = scenario.start(['--files-max', '1'])
        await original.until('its start or a refusal', ({ failure, epochs }) => failure !== null || epochs.length > 0)
        if (original.failure !== null) await original.exited
      }
    }
    expect(
      codes.every((code) => code === 'QUERY_FENCED' || code === 'CHECKPOINT_OLDER_THAN_OUTPUT'),
      String(codes),
    ).toBe(true)
    expect(codes).toContain('CHECKPOINT_OLDER_THAN_OUTPUT')
    await original.kill()
    for (let turn = 0; ; turn++) {
      scenario.feeder.stop()
      const last = scenario.start(['--files-max', '1000', '--available-now'])
      if ((await last.end('the last run')).code === 0) break
      expect(last.failure?.code, last.text).toBe('QUERY_FENCED')
      expect(turn).toBeLessThan(10)
    }
    expect(await scenario.finish()).toEqual([])
  })
})
