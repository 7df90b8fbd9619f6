/** A runner sleeps before each of its changes to the disk, and wakes up when a newer one has done all. */
import { afterAll, describe, expect, test } from 'vitest'
import { isChosen, isFull, isSampled, noteCounts } from './budget.ts'
import { Enumeration } from './enumeration.ts'
import { type Machine, withInput } from './machine.ts'
import { copied, scenarios, spooled } from './scenarios.ts'
import { checkSleeper } from './takeover.ts'

describe.each(scenarios.filter((one) => one !== spooled && isChosen(one)))('$name', (scenario) => {
  const counts = { takeovers: 0 }
  afterAll(() => noteCounts(`takeover-${scenario.name}`, counts))

  test('a runner that sleeps and wakes up changes nothing', { timeout: isFull ? 3_600_000 : 120_000 }, async () => {
    const enumeration = await Enumeration.of(scenario)
    const machine = withInput(enumeration.phases[1] as Machine)
    for (let before = 1; ; before++) {
      if (!isSampled(before, 31, scenario.name.length)) continue
      if (!(await checkSleeper(enumeration, machine, { before }))) break
      await checkSleeper(enumeration, machine, { before, dies: 30 + ((before * 7) % 40) })
      counts.takeovers += 2
    }
    expect(counts.takeovers).toBeGreaterThan(2)
  })
})

test('one that is done before it would sleep changes nothing either', async () => {
  const enumeration = await Enumeration.of(copied)
  expect(await checkSleeper(enumeration, withInput(enumeration.phases[1] as Machine), { before: 10_000 })).toBe(false)
})
