/**
 * A disk that says it synced what it did not, and then loses its power. What the next start can know of it, it says; what it cannot know is lost output, as
 * docs/checkpoints.md says: never a doubled row, and never a wrong state.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { isChosen, isFull, isSampled, noteCounts } from './budget.ts'
import { startedOn } from './damage.ts'
import { type Cut, Enumeration } from './enumeration.ts'
import { cut, type Machine, start, withInput } from './machine.ts'
import { scenarios, windowsComplete, windowsUpdated } from './scenarios.ts'

/** From which operations on the disk lies. */
const FROM = [1, 40, 75, 110]
const CLEAN = /^right$|^CHECKPOINT_DAMAGED$|^CHECKPOINT_OLDER_THAN_OUTPUT$|^OUTPUT_OLDER_THAN_CHECKPOINT$|^QUERY_FENCED$/
/** A runner's claim is gone and its files are there, or the name of a part is of another one. */
const SAID = /CHECKPOINT_FAILED.*EEXIST|SINK_FAILED.*another file has it/
/** Output that was published is not there any more, or, of a source that cannot be read again, what it had confirmed. */
const LOST = /too many none \(0\)|is cut off|by the manifest there are|was confirmed and is not there|of the files there are the rows/

describe.each(scenarios.filter(isChosen))('$name', (scenario) => {
  const counts = { found: 0, lost: 0, right: 0 }
  afterAll(() => noteCounts(`lying-${scenario.name}`, counts))

  test('a lying fsync, then a power cut', { timeout: isFull ? 3_600_000 : 120_000 }, async () => {
    const enumeration = await Enumeration.of(scenario)
    const origin = withInput(enumeration.phases[1] as Machine)
    const hasStateAlone = scenario === windowsUpdated || scenario === windowsComplete
    for (const liesFrom of FROM) {
      const machines: Machine[] = []
      await start(scenario, origin, { liesFrom, onOperation: (machine) => void machines.push(machine) })
      for (let at = liesFrom; at < machines.length; at++) {
        if (!isSampled(at, 53, liesFrom)) continue
        for (const how of [{ unsynced: 'lost' }, { unsynced: 'torn', subset: at }] satisfies readonly Cut[]) {
          const outcome = await startedOn(enumeration, withInput(cut(machines[at] as Machine, 1, how))).catch((error: unknown) =>
            String(error),
          )
          const where = `${scenario.name}, lies from ${liesFrom}, cut after ${at} ${JSON.stringify(how)}: ${outcome}`
          if (outcome === 'right') counts.right++
          else if (CLEAN.test(outcome) || SAID.test(outcome)) counts.found++
          else {
            counts.lost++
            expect(hasStateAlone, where).toBe(false)
            expect(outcome, where).toMatch(LOST)
          }
        }
      }
    }
    expect(counts.found).toBeGreaterThan(0)
  })
})
