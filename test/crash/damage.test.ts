/**
 * Damage to the files of a checkpoint and of an output: the right output, or an error that names what is wrong, never a wrong output. Published parts are the
 * exception: the engine does not read again what it has given to others, so only the size of those of the last epoch is looked at.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { isChosen, isFull, isSampled, noteCounts } from './budget.ts'
import { damagesOf, diskOf, kindOf, outcomeOf, startedOn } from './damage.ts'
import { Enumeration } from './enumeration.ts'
import { type Machine, withInput } from './machine.ts'
import { composed, mixture } from './mixture.ts'
import { CHECKPOINT, copied, scenarios, windowsAppended, windowsUpdated } from './scenarios.ts'

const TIMEOUT_MS = isFull ? 60 * 60_000 : 120_000

describe.each(scenarios.filter(isChosen))('$name', (scenario) => {
  const counts: Record<string, number> = {}
  afterAll(() => noteCounts(`damage-${scenario.name}`, counts))

  test('each kind of damage to each kind of file', { timeout: TIMEOUT_MS }, async () => {
    const enumeration = await Enumeration.of(scenario)
    const { base, phases } = enumeration
    const end = base.indexOf(phases[2] as Machine)
    // Between two starts, and in the middle of epochs.
    for (const at of [end, ...[0.45, 0.62, 0.8].map((share) => Math.floor(base.length * share))]) {
      const machine = withInput(base[at] as Machine)
      for (const [index, damage] of damagesOf(machine, base.slice(0, at), isFull ? 40 : 5).entries()) {
        const kind = kindOf(damage.path)
        if (kind === 'part' || !isSampled(index, 31, at)) continue
        const outcome = await outcomeOf(enumeration, machine, damage).catch((error: unknown) => {
          if (isNewestSpool(machine, damage.path) && /was confirmed and is not there/.test(String(error))) return 'lost'
          throw error
        })
        counts[`${kind}: ${outcome}`] = (counts[`${kind}: ${outcome}`] ?? 0) + 1
      }
    }
    expect(Object.keys(counts).some((one) => one.endsWith('CHECKPOINT_DAMAGED'))).toBe(true)
  })
})

/**
 * What a source that cannot be read again gave last, and no epoch has begun with, stands in the newest segment of its spool alone. Damage to its end looks like
 * a write that was torn.
 */
function isNewestSpool(machine: Machine, path: string): boolean {
  const folder = `${CHECKPOINT}/sources/source-1/`
  const segments = diskOf(machine)
    .files()
    .filter((file) => file.path.startsWith(folder))
  return segments.at(-1)?.path === path
}

test('an old copy of the whole checkpoint is found by the output', { timeout: TIMEOUT_MS }, async () => {
  for (const scenario of [copied, windowsUpdated, windowsAppended]) {
    const enumeration = await Enumeration.of(scenario)
    const now = withInput(enumeration.base.at(-1) as Machine)
    const found = new Set<string>()
    // Before it the checkpoint is that of no query, and the output another one's.
    for (let at = enumeration.base.indexOf(enumeration.phases[1] as Machine); at < enumeration.base.length; at++)
      if (isSampled(at, 29)) found.add(await startedOn(enumeration, mixture(enumeration.base[at] as Machine, now)))
    expect(found).toContain('CHECKPOINT_OLDER_THAN_OUTPUT')
  }
})

test('an epoch of another run with the same number is not taken for the one in doubt', async () => {
  const enumeration = await Enumeration.of(copied)
  expect(await startedOn(enumeration, await composed(enumeration))).toBe('CHECKPOINT_OLDER_THAN_OUTPUT')
})

test('a query file or all of the journal that is gone is missed', async () => {
  const enumeration = await Enumeration.of(windowsUpdated)
  const machine = withInput(enumeration.phases[2] as Machine)
  const without = async (gone: (path: string) => boolean): Promise<string> => {
    const disk = diskOf(machine)
    for (const { path } of disk.files()) if (gone(path)) await disk.remove(path)
    return startedOn(enumeration, { ...machine, disk: disk.snapshot() })
  }
  expect(await without((path) => path === `${CHECKPOINT}/query`)).toBe('CHECKPOINT_DAMAGED')
  expect(await without((path) => path.startsWith(`${CHECKPOINT}/journal/`))).toBe('CHECKPOINT_OLDER_THAN_OUTPUT')
  const segments = diskOf(machine)
    .files()
    .filter(({ path }) => path.startsWith(`${CHECKPOINT}/journal/`))
  for (const { path } of segments) {
    const outcome = await without((one) => one === path)
    expect(['right', 'CHECKPOINT_DAMAGED', 'CHECKPOINT_OLDER_THAN_OUTPUT']).toContain(outcome)
  }
})
