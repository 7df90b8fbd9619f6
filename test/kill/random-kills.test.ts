/**
 * Kills at random instants: while a process starts, recovers, runs or ends. `MILLRACE_KILLS` says how many (`npm run nightly` makes a thousand, by parts).
 * A failure names its seed; the instants are of the wall clock, so a seed brings back the ledger and the waits, not the very instruction.
 */
import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { SeededRandom } from '../../src/io/seeded-random.ts'
import { type QueryName, Scenario } from './rig.ts'
import { buildVictim } from './victim-build.ts'

const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 20)
const QUERIES: readonly QueryName[] = ['copy', 'windows', 'sessions', 'socket']
const ROUNDS = Math.max(QUERIES.length, Math.ceil(KILLS / 10))
/** Some kills are made before the process has started its query. */
const BEFORE_START = 0.25
const WAIT_MS_MAX = 400
const FILES_MAX = 400

test(`${KILLS} kills at random instants`, { timeout: 60_000 + KILLS * 5000 }, async () => {
  const victim = await buildVictim()
  let kills = 0
  for (let round = 0; round < ROUNDS; round++) {
    const seed = randomInt(2 ** 31)
    const query = QUERIES[round % QUERIES.length] as QueryName
    const share = Math.floor(((round + 1) * KILLS) / ROUNDS) - kills
    await Scenario.using({ victim, query, seed }, async (scenario) => {
      const random = new SeededRandom(seed)
      scenario.feeder.start(15, FILES_MAX)
      for (let kill = 0; kill < share; kill++) {
        const running = scenario.start(['--files-max', '1'])
        const wait = Math.floor(random.next() * WAIT_MS_MAX)
        if (random.next() >= BEFORE_START) await running.until('its start', ({ said }) => said.length > 0)
        await new Promise((resolve) => setTimeout(resolve, wait))
        const exit = await running.kill()
        expect({ ...exit, query, seed, text: exit.signal === null ? running.text : '' }).toEqual({
          code: null,
          signal: 'SIGKILL',
          query,
          seed,
          text: '',
        })
      }
      kills += share
      expect({ query, seed, wrong: await scenario.finish() }).toEqual({ query, seed, wrong: [] })
    })
  }
  expect(kills).toBe(KILLS)
})
