/**
 * How much of the enumeration is tried: a part that fits into every run of the tests, or (MILLRACE_CRASH_FULL=1, in the nightly) all of it. What was tried is
 * counted into a file for each suite where MILLRACE_CRASH_COUNTS names a folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const isFull = process.env['MILLRACE_CRASH_FULL'] === '1'

/** MILLRACE_CRASH_SCENARIO names the one that is tried, so that each can be a run of its own. */
export const isChosen = ({ name }: { readonly name: string }): boolean => (process.env['MILLRACE_CRASH_SCENARIO'] ?? name) === name

/** Whether `index` is among those that are tried: each `every`th, beginning at another one for each `offset`; all of them in a full run. */
export const isSampled = (index: number, every: number, offset = 0): boolean => isFull || (index + offset) % every === 0

/** Notes how many were tried, by what they are. */
export function noteCounts(suite: string, counts: Readonly<Record<string, number>>): void {
  const folder = process.env['MILLRACE_CRASH_COUNTS']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${suite}.json`), `${JSON.stringify(counts)}\n`)
}
