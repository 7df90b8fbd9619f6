/**
 * What type-checking costs a user: the compiler's counts beside their budget, which test/types/cost.test.ts holds, and its times, which no test holds.
 *
 *     npm run bench -w bench -- types [--repeat 3]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { circumstances, printTable, root, spreadOf, writeResult } from './measure.ts'
import { type CheckCost, checkCost } from './types/check-cost.ts'
import { typePrograms } from './types/programs.ts'

const { values } = parseArgs({ options: { repeat: { type: 'string', default: '3' } } })
const repeat = Math.max(1, Number(values.repeat))
const budget = JSON.parse(readFileSync(join(root, 'bench/types/budget.json'), 'utf8')) as Record<string, Record<string, number>>

const rows = [['', 'types', 'of', 'instantiations', 'of', 'check s', 'total s', 'memory MiB']]
const programs: Record<string, unknown> = {}
for (const program of typePrograms) {
  const runs: CheckCost[] = []
  for (let turn = 0; turn < repeat; turn++) runs.push(await checkCost(root, program))
  const [{ types, instantiations }] = runs as [CheckCost]
  const check = spreadOf(runs.map((run) => run.checkSeconds))
  const total = spreadOf(runs.map((run) => run.totalSeconds))
  const memory = spreadOf(runs.map((run) => run.memoryMiB))
  const allowed = budget[program.name] ?? {}
  rows.push([
    `${program.name}: ${program.about}`,
    ...[types, allowed['types'], instantiations, allowed['instantiations']].map((value) => value?.toLocaleString('en') ?? 'none'),
    check.median.toFixed(2),
    total.median.toFixed(2),
    memory.median.toFixed(0),
  ])
  programs[program.name] = { types, instantiations, checkSeconds: check, totalSeconds: total, memoryMiB: memory }
}
printTable(rows)
const command = `npm run bench -w bench -- types --repeat ${repeat}`
console.log(`Written to ${writeResult('types', { name: 'types', command, ...circumstances(), repeat, programs })}`)
