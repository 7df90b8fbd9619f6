/** A crash after every operation of the disk, and while it recovers, and while that recovers: the output is that of a run without crashes, every time. */
import { afterAll, describe, expect, test } from 'vitest'
import { isChosen, isFull, isSampled, noteCounts } from './budget.ts'
import { type Crash, type Cut, Enumeration, parseReplay } from './enumeration.ts'
import type { Machine } from './machine.ts'
import { copied, drawn, scenarios, sessionsAppended, spooled, windowsAppended, windowsComplete, windowsUpdated } from './scenarios.ts'

const SUBSETS = 8
const TIMEOUT_MS = isFull ? 60 * 60_000 : 120_000
const replay = process.env['MILLRACE_CRASH']

/** In a part run a scenario tries `cuts` of the cuts after each operation, and goes deeper at each `deeper`th. */
const shares = [
  { scenario: windowsAppended, cuts: 2, deeper: 131 },
  { scenario: windowsUpdated, cuts: 1, deeper: 127 },
  { scenario: windowsComplete, cuts: 1, deeper: 149 },
  { scenario: sessionsAppended, cuts: 1, deeper: 251 },
  { scenario: copied, cuts: 1, deeper: 191 },
  { scenario: drawn, cuts: 1, deeper: 193 },
  { scenario: spooled, cuts: 1, deeper: 223 },
] as const

/** Some of which are the same, and tried once, where little is not synced. */
function cutsAfter(enumeration: Enumeration, machines: readonly Machine[], at: number): readonly Cut[] {
  const torn = enumeration.tornCuts(machines, at)
  const subsets = Array.from({ length: SUBSETS }, (_, subset): readonly Cut[] => [
    { unsynced: 'torn', subset: 100 * at + subset },
    { unsynced: 'torn', subset: 100 * at + subset, entries: subset % 2 === 0 ? 'kept' : 'lost', lengths: 'kept', gaps: 'noise' },
  ]).flat()
  return ['restart', { unsynced: 'lost' }, { unsynced: 'kept' }, ...torn, ...subsets]
}
/** Those of a part run: lost, kept, and one other, in turns. */
function someCuts(enumeration: Enumeration, at: number, count: number): readonly Cut[] {
  const others = cutsAfter(enumeration, enumeration.base, at).filter((_, index) => index !== 1 && index !== 2)
  const chosen: readonly Cut[] = [{ unsynced: 'lost' }, { unsynced: 'kept' }, others[at % others.length] ?? 'restart']
  return Array.from({ length: count }, (_, index) => chosen[(at + index) % chosen.length] as Cut)
}

describe.each(replay === undefined ? shares.filter(({ scenario }) => isChosen(scenario)) : [])(
  '$scenario.name',
  ({ scenario, cuts, deeper }) => {
    const counts = { levelOne: 0, levelTwo: 0, levelThree: 0 }
    afterAll(() => noteCounts(`crash-${scenario.name}`, counts))

    test('a crash after each operation', { timeout: TIMEOUT_MS }, async () => {
      const enumeration = await Enumeration.of(scenario)
      for (let at = 0; at < enumeration.base.length; at++) {
        const tried = isFull ? cutsAfter(enumeration, enumeration.base, at) : someCuts(enumeration, at, cuts)
        for (const cut of tried) await enumeration.checkOnce(enumeration.base, [{ at, cut }])
      }
      counts.levelOne = enumeration.tried
      expect(enumeration.tried).toBeGreaterThan(enumeration.base.length / 4)
    })

    test('crashes of what recovers, three deep', { timeout: TIMEOUT_MS }, async () => {
      const enumeration = await Enumeration.of(scenario)
      for (let at = 0; at < enumeration.base.length; at++) {
        if (at % (isFull ? 24 : deeper) !== 0) continue
        await descend(enumeration, [{ at, cut: at % 2 === 0 ? { unsynced: 'lost' } : { unsynced: 'torn', subset: at } }])
      }
      expect(counts.levelThree).toBeGreaterThan(0)

      async function descend(one: Enumeration, first: readonly Crash[]): Promise<void> {
        const recovery = await one.checkOnce(one.base, first)
        if (recovery === null) return
        for (let at = 0; at < recovery.machines.length; at++) {
          if (!isSampled(at, 23, first[0]?.at)) continue
          const second = [...first, { at, cut: turn(at) }]
          const again = await one.checkOnce(recovery.machines, second)
          if (again === null) continue
          counts.levelTwo++
          const third = (at * 7 + (first[0]?.at ?? 0)) % again.machines.length
          if ((await one.checkOnce(again.machines, [...second, { at: third, cut: turn(third) }])) !== null) counts.levelThree++
        }
      }
    })
  },
)

const turn = (at: number): Cut => (['restart', { unsynced: 'lost' }, { unsynced: 'torn', subset: at }] as const)[at % 3] as Cut

test.each(replay === undefined ? [] : [replay])('replay of %s', { timeout: TIMEOUT_MS }, async (text) => {
  const { scenario, crashes } = parseReplay(text)
  const found = scenarios.find(({ name }) => name === scenario)
  if (found === undefined) throw new Error(`there is no scenario '${scenario}': there are ${scenarios.map(({ name }) => name).join(', ')}`)
  await (await Enumeration.of(found)).check(crashes)
})
