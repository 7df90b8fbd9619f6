/**
 * What the engine costs beside programs by hand and beside DuckDB, over one file of JSON events, in turn, each run in a process of its own. File reading and
 * line splitting are included, and every program has to account for all records.
 *
 *     npm run bench -w bench -- engine [--repeat 3] [--records 2000000] [--only exercise1] [--only trickle] [--name engine]
 *
 * And how long a single row takes (engine/trickle.ts), which is measured in time and not in CPU.
 *
 * DuckDB comes from the npm registry into .cache/duckdb at the first run; where it cannot be had the bench goes on without it, and says so.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeEvents } from './engine/events.ts'
import { type Job, jobs } from './engine/jobs.ts'
import { circumstances, printTable, type Run, root, runProgram, type Spread, spreadOf, writeResult } from './measure.ts'

const DUCKDB_VERSION = '1.5.6-r.1'
const TRICKLE_ROWS = 2000
const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: '3' },
    records: { type: 'string', default: '2000000' },
    only: { type: 'string', multiple: true },
    name: { type: 'string' },
  },
})
const [repeat, records] = [Number(values.repeat), Number(values.records)]
const withTrickle = values.only === undefined || values.only.includes('trickle')
const chosen = (Object.keys(jobs) as Job[]).filter((job) => values.only === undefined || values.only.includes(job))
if (chosen.length === 0 && !withTrickle) throw new Error(`--only: there are ${[...Object.keys(jobs), 'trickle'].join(', ')}.`)

const folder = dirname(fileURLToPath(import.meta.url))
const duckdb = duckdbPackage()
const programs = ['millrace', 'by hand', ...(duckdb === null ? [] : ['DuckDB, 1 thread', 'DuckDB, 2 threads'])]
const notInDuckDb: readonly Job[] = ['sessions', 'stateless']

mkdirSync(join(root, '.cache/bench-data'), { recursive: true })
const file = join(root, `.cache/bench-data/events-${records}.ndjson`)
await writeEvents(file, records)

const runs = new Map<string, Run[]>()
for (let turn = 1; turn <= repeat; turn++)
  for (const job of chosen)
    for (const program of programs) {
      if (program.startsWith('DuckDB') && notInDuckDb.includes(job)) continue
      const run = await runProgram(...commandOf(program, job), records)
      runs.set(`${job} ${program}`, [...(runs.get(`${job} ${program}`) ?? []), run])
      console.error(`${turn}/${repeat} ${job}, ${program}: ${((run.cpuSeconds / records) * 1e6).toFixed(3)} µs of CPU a record`)
    }
const trickle = withTrickle ? await measureTrickle() : null
report()

function commandOf(program: string, job: Job): [string, string[]] {
  if (program === 'millrace') return [join(folder, 'engine/millrace.js'), [job, file]]
  if (program === 'by hand') return [join(folder, 'engine/by-hand.js'), [job, file]]
  return [join(folder, 'engine/duckdb.js'), [job, file, duckdb as string, program.includes('2') ? '2' : '1']]
}

/** Milliseconds, each the middle of as many processes as there are turns. */
async function measureTrickle(): Promise<Readonly<Record<'medianMs' | 'p95Ms' | 'p99Ms', Spread>>> {
  const found: Record<'medianMs' | 'p95Ms' | 'p99Ms', number[]> = { medianMs: [], p95Ms: [], p99Ms: [] }
  for (let turn = 0; turn < repeat; turn++) {
    const run = await runProgram<Readonly<Record<'counted' | keyof typeof found, number>>>(
      join(folder, 'engine/trickle.js'),
      [String(TRICKLE_ROWS)],
      TRICKLE_ROWS,
    )
    for (const key of Object.keys(found) as (keyof typeof found)[]) found[key].push(run[key])
  }
  return { medianMs: spreadOf(found.medianMs), p95Ms: spreadOf(found.p95Ms), p99Ms: spreadOf(found.p99Ms) }
}

function report(): void {
  const cpu = (run: Run): number => (run.cpuSeconds / records) * 1e6
  const rows = [['', 'CPU µs/record', 'min–max', 'records/s', 'peak RSS MiB', 'CPU ÷ Millrace']]
  const cases: Record<string, Record<string, unknown>> = {}
  for (const job of chosen) {
    const ours = runs.get(`${job} millrace`) ?? []
    cases[job] = {}
    for (const program of programs) {
      const own = runs.get(`${job} ${program}`)
      if (own === undefined) continue
      const figures = {
        cpuMicrosPerRecord: spreadOf(own.map(cpu)),
        recordsPerSecond: spreadOf(own.map((run) => records / run.wallSeconds)),
        peakRssMiB: spreadOf(own.map((run) => run.peakRssBytes / 2 ** 20)),
        cpuToMillrace: spreadOf(own.map((run, turn) => cpu(run) / cpu(ours[turn] as Run))),
      }
      cases[job][program] = figures
      rows.push(cells(`${job}, ${program}`, figures))
    }
  }
  console.log(`Medians of ${repeat}, ${records} records a run`)
  if (chosen.length > 0) printTable(rows)
  if (trickle !== null)
    printTable([
      ['single rows, ms', 'median', 'p95', 'p99'],
      ['trickle, millrace', ...[trickle.medianMs, trickle.p95Ms, trickle.p99Ms].map(({ median }) => median.toFixed(2))],
    ])
  const isWhole = repeat >= 3 && records === 2_000_000 && withTrickle && chosen.length === Object.keys(jobs).length
  const command = `npm run bench -w bench -- engine --repeat ${repeat} --records ${records}`
  const name = values.name ?? (isWhole ? 'engine' : 'engine-partial')
  console.log(`Written to ${writeResult(name, { name, command, isWhole, ...circumstances(), records, repeat, jobs, cases, trickle })}`)
}

function cells(
  name: string,
  figures: Readonly<Record<'cpuMicrosPerRecord' | 'recordsPerSecond' | 'peakRssMiB' | 'cpuToMillrace', Spread>>,
): string[] {
  const { cpuMicrosPerRecord, recordsPerSecond, peakRssMiB, cpuToMillrace } = figures
  return [
    name,
    cpuMicrosPerRecord.median.toFixed(3),
    `${cpuMicrosPerRecord.min.toFixed(3)}–${cpuMicrosPerRecord.max.toFixed(3)}`,
    Math.round(recordsPerSecond.median).toLocaleString('en'),
    peakRssMiB.median.toFixed(0),
    cpuToMillrace.median.toFixed(2),
  ]
}

/** The package's entry, or null where the machine cannot have it. */
function duckdbPackage(): string | null {
  const aside = join(root, '.cache/duckdb')
  const entry = join(aside, 'node_modules/@duckdb/node-api/lib/index.js')
  try {
    if (!existsSync(entry)) {
      mkdirSync(aside, { recursive: true })
      const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
      execFileSync('npm', ['install', '--prefix', aside, ...options, `@duckdb/node-api@${DUCKDB_VERSION}`], { stdio: 'inherit' })
    }
    return entry
  } catch (error) {
    console.error(`DuckDB is left out: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}
