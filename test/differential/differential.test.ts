/**
 * Our answers beside those of real Spark 4.2, which golden/ keeps (remake.py makes them). Where we differ on purpose, known-differences.ts says so, and why; a
 * difference that is gone must leave it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../program-runner.ts'
import { caseKey, cases } from './cases/all.ts'
import type { Answers, CaseGroup } from './cases/case.ts'
import { type Answer, runGroup, Tables } from './engine.ts'
import { type Difference, knownDifferences, rules } from './known-differences.ts'

const here = import.meta.dirname
const goldenOf = (group: CaseGroup): Answers => JSON.parse(readFileSync(join(here, 'golden', `${group.name}.json`), 'utf8')) as Answers
const needed = new Set<string>()
const tables = new Tables()
beforeAll(async () => {
  for (const [name, table] of Object.entries(cases.tables)) await tables.add(name, table)
})

test('the cases that Spark answered are these', async () => {
  await expect(`${JSON.stringify(cases, null, 1)}\n`).toMatchFileSnapshot('golden/cases.json')
})

/** A case of many rows differs row by row. */
function differences(key: string, ours: Answer, spark: Answer): Difference[] {
  if (typeof ours === 'string' || typeof spark === 'string' || ours.length !== spark.length)
    return JSON.stringify(ours) === JSON.stringify(spark) ? [] : [{ at: key, millrace: JSON.stringify(ours), spark: JSON.stringify(spark) }]
  return ours.flatMap((one, index) => (one === spark[index] ? [] : [{ at: `${key} #${index}`, millrace: one, spark: spark[index] ?? '' }]))
}

describe.each(cases.groups.map((group) => [group.name, group] as const))('%s', (name, group) => {
  test(`${group.cases.length} cases answer as Spark does`, async () => {
    const golden = goldenOf(group)
    const answers = await runGroup(group, tables)
    expect([...answers.keys()]).toEqual(group.cases.map(caseKey))
    const found = [...answers].flatMap(([key, answer]) => differences(key, answer, golden[key] ?? 'Spark was not asked'))
    const known = knownDifferences(name)
    for (const rule of known) if (found.some((one) => rule.holds(one))) needed.add(rule.why)
    expect(found.filter((one) => !known.some((rule) => rule.holds(one)))).toEqual([])
  }, 120_000)
})

test('every known difference is still one, and the documentation says it', () => {
  const page = readFileSync(join(root, 'docs/differences-from-spark.md'), 'utf8')
  const reasons = [...new Set(rules.map((rule) => rule.why))]
  expect(reasons.filter((why) => !needed.has(why))).toEqual([])
  expect(reasons.filter((why) => !page.includes(why))).toEqual([])
})
