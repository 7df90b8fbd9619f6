/**
 * A sync that fails, a start on the same machine, and a loss of power. What the sync dropped is read by the next start as if it were on the disk, and no later
 * sync writes it: so what a start relies on it has to write, or name, again. Each sync of a start fails in turn, and then also one of the start after that; the
 * power goes at any later moment. The output is that of a run without failures, every time.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { isChosen, isFull, isSampled, noteCounts } from './budget.ts'
import { Enumeration, SEED } from './enumeration.ts'
import { FailedSync, syncsOf, withFailure } from './failed-sync.ts'
import { type Machine, newMachine, withInput } from './machine.ts'
import { scenarios } from './scenarios.ts'

/** The power goes after each so many operations, beginning at another one for each sync; and at the end. */
const CUT_EVERY = isFull ? 7 : 89
/** The failures of two syncs are tried for those of the second start that make good the first. */
const RENEWING = 12

describe.each(scenarios.filter(isChosen))('$name', (scenario) => {
  const counts = { failedSyncs: 0, cutsAfterFailedSyncs: 0 }
  afterAll(() => noteCounts(`failed-sync-${scenario.name}`, counts))

  test.each([
    ['the first start', (_: Enumeration) => newMachine(SEED)],
    ['a later start', (enumeration: Enumeration) => enumeration.phases[1] as Machine],
  ])('each sync of %s fails', { timeout: isFull ? 3_600_000 : 120_000 }, async (_, originOf) => {
    const enumeration = await Enumeration.of(scenario)
    const origin = withInput(originOf(enumeration))
    const syncs = await syncsOf(scenario, origin)
    expect(syncs.length).toBeGreaterThan(20)
    for (const [index, number] of syncs.entries()) {
      if (!isSampled(index, 13, scenario.name.length)) continue
      counts.failedSyncs++
      const left = await withFailure(scenario, origin, number)
      const once = await FailedSync.after(enumeration, left, [number])
      const end = once.machines.length - 1
      for (let at = 0; at <= end; at++) {
        if (at !== end && (at + index) % CUT_EVERY !== 0) continue
        if ((await once.cut(at, { unsynced: 'lost' })) !== null) counts.cutsAfterFailedSyncs++
        if ((await once.cut(at, { unsynced: 'torn', subset: at + index })) !== null) counts.cutsAfterFailedSyncs++
      }
      const second = (await syncsOf(scenario, left)).slice(0, RENEWING)[(index * 7) % RENEWING] as number
      const twice = await FailedSync.after(enumeration, await withFailure(scenario, left, second), [number, second])
      await twice.cut(twice.machines.length - 1, { unsynced: 'lost' })
    }
    expect(counts.cutsAfterFailedSyncs).toBeGreaterThan(counts.failedSyncs)
  })
})
