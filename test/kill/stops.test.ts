/** A query that is asked to stop by a signal, as `millrace demo` and programs like it are. */
import { beforeAll, expect, test } from 'vitest'
import { historyOf } from '../../src/engine/checkpoint/history.ts'
import { scanLog } from '../../src/engine/checkpoint/segments.ts'
import { realIo } from '../../src/io/real.ts'
import { Scenario } from './rig.ts'
import { buildVictim } from './victim-build.ts'

let victim = ''
beforeAll(async () => {
  victim = await buildVictim()
}, 240_000)

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s while it waits: it ends in order, nothing is in doubt, and the next start has nothing to do again',
  { timeout: 240_000 },
  async (signal) => {
    await Scenario.using({ victim, query: 'windows', seed: 21, rowsPerFile: 50 }, async (scenario) => {
      scenario.feeder.add(10)
      const running = scenario.start()
      await running.until('all input', ({ epochs }) => epochs.reduce((sum, { rows = 0 }) => sum + rows, 0) === 500)
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect((await running.kill(signal)).code).toBe(0)
      expect(running.said.at(-1)?.kind).toBe('ended')
      const { inDoubt, epochs } = historyOf(await scanLog(realIo.disk, `${scenario.checkpoint}/journal`, 'journal'))
      expect(inDoubt).toBeNull()
      const again = scenario.start(['--available-now'])
      expect((await again.end('a start with nothing to do')).code).toBe(0)
      expect(again.epochs).toEqual([])
      expect(epochs.at(-1)?.commit.epoch).toBe(running.epochs.at(-1)?.epoch)
      expect(await scenario.finish()).toEqual([])
    })
  },
)

test('SIGTERM at any moment of a busy query: it ends in order, and others may start at once', { timeout: 240_000 }, async () => {
  await Scenario.using({ victim, query: 'copy', seed: 22 }, async (scenario) => {
    scenario.feeder.add(5)
    scenario.feeder.start(15, 300)
    for (let turn = 0; turn < 6; turn++) {
      const running = scenario.start(['--files-max', '1'])
      await running.until('its start', ({ said }) => said.length > 0)
      await new Promise((resolve) => setTimeout(resolve, 40 * turn))
      const exit = await running.kill('SIGTERM')
      expect(exit.code, running.text).toBe(0)
    }
    expect(await scenario.finish()).toEqual([])
  })
})
