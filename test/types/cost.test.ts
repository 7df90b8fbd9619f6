/**
 * Type-checking stays cheap: the compiler's counts for three programs are within their budget (bench/types/budget.json, about a tenth above what they were
 * when it was set). Counts and not times, so that a slow machine fails nothing. Raising a budget is a decision: `npm run bench -w bench -- types` shows what
 * it costs in seconds.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkCost } from '../../bench/types/check-cost.ts'
import { typePrograms } from '../../bench/types/programs.ts'
import { root } from '../program-runner.ts'

type Counts = { readonly types: number; readonly instantiations: number }
const budget = JSON.parse(readFileSync(join(root, 'bench/types/budget.json'), 'utf8')) as Readonly<Record<string, Counts>>

describe('type-checking stays within its budget', () => {
  test.each(typePrograms)('$name: $about', async (program) => {
    const allowed = budget[program.name]
    expect(allowed).toBeDefined()
    const { types, instantiations } = await checkCost(root, program)
    expect(types).toBeLessThanOrEqual(allowed?.types ?? 0)
    expect(instantiations).toBeLessThanOrEqual(allowed?.instantiations ?? 0)
  })
})

test('every budget belongs to a program', () => {
  expect(Object.keys(budget)).toEqual(typePrograms.map(({ name }) => name))
})
