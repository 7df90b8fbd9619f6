/** A quick part of the enumeration, which mutations.test.ts runs with each planted fault: it passes as it is, and fails with any of them. */
import { describe, expect, test } from 'vitest'
import { damagesOf, diskOf, kindOf, outcomeOf, startedOn } from './damage.ts'
import { Enumeration } from './enumeration.ts'
import { FailedSync, syncsOf, withFailure } from './failed-sync.ts'
import { type Machine, withInput } from './machine.ts'
import { composed } from './mixture.ts'
import { copied, spooled, windowsUpdated } from './scenarios.ts'
import { checkSleeper } from './takeover.ts'

describe.each([windowsUpdated, copied, spooled])('$name', (scenario) => {
  test('comes right after crashes', async () => {
    const enumeration = await Enumeration.of(scenario)
    const first = enumeration.base.indexOf(enumeration.phases[1] as Machine)
    const last = enumeration.base.indexOf(enumeration.phases[2] as Machine)
    for (let at = first; at < last; at++)
      await enumeration.checkOnce(enumeration.base, [{ at, cut: { unsynced: at % 3 === 0 ? 'kept' : 'lost' } }])
  })
})

test('what a sync that failed has dropped is made good before it is relied on', async () => {
  const enumeration = await Enumeration.of(copied)
  const machine = withInput(enumeration.phases[1] as Machine)
  for (const number of (await syncsOf(copied, machine)).slice(0, 50)) {
    const after = await FailedSync.after(enumeration, await withFailure(copied, machine, number), [number])
    // Before what a start went on from is merged with what came later, and after it.
    for (const share of [0.3, 1]) await after.cut(Math.floor((after.machines.length - 1) * share), { unsynced: 'lost' })
  }
})

test('damage to the journal is found, or does not matter', async () => {
  const enumeration = await Enumeration.of(windowsUpdated)
  const machine = withInput(enumeration.phases[2] as Machine)
  const found = new Set<string>()
  for (const damage of damagesOf(machine, enumeration.base, 6))
    if (['journal', 'state', 'sources'].includes(kindOf(damage.path))) found.add(await outcomeOf(enumeration, machine, damage))
  expect(found).toContain('CHECKPOINT_DAMAGED')
})

test('an output that another checkpoint has written is not taken for one’s own', async () => {
  const enumeration = await Enumeration.of(copied)
  const machine = await composed(enumeration)
  expect(diskOf(machine).files().length).toBeGreaterThan(5)
  expect(await startedOn(enumeration, machine)).toBe('CHECKPOINT_OLDER_THAN_OUTPUT')
})

test('a runner that was taken for dead changes nothing when it wakes up', async () => {
  const enumeration = await Enumeration.of(windowsUpdated)
  const machine = withInput(enumeration.phases[1] as Machine)
  for (let before = 30; before < 60; before++) await checkSleeper(enumeration, machine, { before, dies: before % 7 === 0 ? null : 45 })
})
