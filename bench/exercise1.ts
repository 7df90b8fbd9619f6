/**
 * Exercise 1's query beside a program without an engine that gives the same answer. Three inputs: lines of a TCP server in another process, JSON files by
 * minute of event time, and the same files by minute and key. Every run is a process of its own, engine and naive program in turn, and must account for all
 * records.
 *
 *     npm run bench -w bench -- exercise1 [--repeat 5] [--records 1000000] [--only lines] [--name exercise1]
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeRecords } from './exercise1/records.ts'
import { circumstances, printTable, type Run, runProgram, type Spread, spreadOf, writeResult } from './measure.ts'

const RECORDS = 1_000_000
const REPEAT = 5
const inputs = ['lines', 'json', 'json-keyed'] as const
const programs = ['engine', 'naive'] as const

const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: String(REPEAT) },
    records: { type: 'string', default: String(RECORDS) },
    only: { type: 'string', multiple: true, default: [...inputs] },
    name: { type: 'string' },
  },
})
const repeat = count('repeat', values.repeat)
const records = count('records', values.records)
const chosen = inputs.filter((input) => values.only.includes(input))
if (chosen.length === 0) throw new Error(`--only: there are ${inputs.join(', ')}.`)
const isWhole = repeat >= REPEAT && records === RECORDS && chosen.length === inputs.length

const folder = dirname(fileURLToPath(import.meta.url))
const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
const { server, port } = await startServer()
try {
  await writeRecords(data, records)
  const runs = new Map<string, Run[]>()
  for (let turn = 1; turn <= repeat; turn++)
    for (const input of chosen)
      for (const program of programs) {
        const from = input === 'lines' ? String(port) : data
        const run = await runProgram(join(folder, `exercise1/${program}.js`), [input, from, String(records)], records)
        runs.set(`${input} ${program}`, [...(runs.get(`${input} ${program}`) ?? []), run])
        console.error(`${turn}/${repeat} ${input} ${program}: ${run.wallSeconds.toFixed(2)} s`)
      }
  report(runs)
} finally {
  server.kill()
  rmSync(data, { recursive: true, force: true })
}

function report(runs: ReadonlyMap<string, readonly Run[]>): void {
  const rows = [['', 'wall s', 'min–max', 'records/s', 'CPU s / 10⁶', 'peak RSS MiB', 'wall ÷ naive', 'CPU ÷ naive']]
  const cases: Record<string, unknown> = {}
  for (const input of chosen) {
    const [engine, naive] = programs.map((program) => runs.get(`${input} ${program}`) ?? []) as [readonly Run[], readonly Run[]]
    const ratio = (of: (run: Run) => number): Spread => spreadOf(engine.map((run, turn) => of(run) / of(naive[turn] as Run)))
    const ratios = { wallToNaive: ratio((run) => run.wallSeconds), cpuToNaive: ratio((run) => run.cpuSeconds) }
    const [engineFigures, naiveFigures] = [figuresOf(engine), figuresOf(naive)]
    rows.push(cells(`${input} engine`, engineFigures, ratios.wallToNaive.median.toFixed(2), ratios.cpuToNaive.median.toFixed(2)))
    rows.push(cells(`${input} naive`, naiveFigures, '1', '1'))
    cases[input] = { engine: engineFigures, naive: naiveFigures, ...ratios }
  }
  console.log(`Medians of ${repeat}, ${records} records a run`)
  printTable(rows)
  const name = values.name ?? (isWhole ? 'exercise1' : 'exercise1-partial')
  const command = `npm run bench -w bench -- exercise1 --repeat ${repeat} --records ${records}`
  console.log(`Written to ${writeResult(name, { name, command, isWhole, ...circumstances(), records, repeat, cases })}`)
}

type Figures = ReturnType<typeof figuresOf>

function figuresOf(runs: readonly Run[]) {
  return {
    wallSeconds: spreadOf(runs.map((run) => run.wallSeconds)),
    recordsPerSecond: spreadOf(runs.map((run) => records / run.wallSeconds)),
    cpuSecondsPerMillion: spreadOf(runs.map((run) => (run.cpuSeconds / records) * 1e6)),
    peakRssMiB: spreadOf(runs.map((run) => run.peakRssBytes / 2 ** 20)),
  }
}

function cells(name: string, figures: Figures, wallRatio: string, cpuRatio: string): string[] {
  const { wallSeconds, recordsPerSecond, cpuSecondsPerMillion, peakRssMiB } = figures
  return [
    name,
    wallSeconds.median.toFixed(2),
    `${wallSeconds.min.toFixed(2)}–${wallSeconds.max.toFixed(2)}`,
    Math.round(recordsPerSecond.median).toLocaleString('en'),
    cpuSecondsPerMillion.median.toFixed(2),
    peakRssMiB.median.toFixed(0),
    wallRatio,
    cpuRatio,
  ]
}

/** The server stands in another process, so that its work is nobody's CPU time here. */
function startServer(): Promise<{ server: ChildProcess; port: number }> {
  return new Promise((resolve, reject) => {
    const server = fork(join(folder, 'exercise1/line-server.js'), [String(records)])
    server.once('message', (port) => resolve({ server, port: port as number }))
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`The line server ended with ${code}.`)))
  })
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1, and is '${text}'.`)
  return value
}
