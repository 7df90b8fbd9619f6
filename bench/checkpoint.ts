/**
 * What a checkpoint costs: syncs and time of small epochs beside those syncs alone, changed rows of state made durable in a second beside LMDB's puts, making a
 * million rows again, and the memory of a query that runs on. Each part is a process of its own, on the disk of the temporary folder.
 *
 *     npm run bench -w bench -- checkpoint [--repeat 5] [--seconds 20] [--name checkpoint]
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { EpochFigures } from './checkpoint/epochs.ts'
import type { StateFigures } from './checkpoint/state.ts'
import type { SteadyFigures } from './checkpoint/steady.ts'
import { circumstances, printTable, spreadOf, writeResult } from './measure.ts'

const EPOCHS = 500
const KEYS = [10_000, 100_000, 1_000_000] as const
const REPEAT = 5
const TARGETS = { syncsIdle: 2, syncsBusy: 1, wallToSyncs: 1.5, rowsPerSecond: 1_000_000, restoreSeconds: 3 }

const { values } = parseArgs({
  options: { repeat: { type: 'string', default: String(REPEAT) }, seconds: { type: 'string', default: '20' }, name: { type: 'string' } },
})
const repeat = Math.max(1, Number(values.repeat))
const seconds = Math.max(5, Number(values.seconds))
const program = join(dirname(fileURLToPath(import.meta.url)), 'checkpoint/part.js')

async function part<F>(...args: readonly string[]): Promise<F> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  try {
    const [name = '', ...rest] = args
    const { stdout } = await promisify(execFile)(process.execPath, [program, name, folder, ...rest], { maxBuffer: 1 << 24 })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as F
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const number = (value: number): string => Math.round(value).toLocaleString('en')
const loadBefore = loadavg()[0] ?? 0

const epochRows = [['epochs of 10 rows', 'syncs', 'wall ms', 'syncs alone ms', '÷', 'target']]
const epochs: Record<string, unknown> = {}
for (const kind of ['idle', 'busy'] as const)
  for (const query of ['select', 'count'] as const) {
    const runs: EpochFigures[] = []
    for (let turn = 0; turn < repeat; turn++) runs.push(await part<EpochFigures>(kind, query, String(EPOCHS)))
    const wall = spreadOf(runs.map((run) => spreadOf(run.epochMs).median))
    const alone = spreadOf(runs.map((run) => spreadOf(run.syncsAloneMs).median))
    const ratio = spreadOf(runs.map((run) => spreadOf(run.epochMs).median / spreadOf(run.syncsAloneMs).median))
    const syncs = spreadOf(runs.map((run) => run.syncsPerEpoch))
    const target = `≤ ${kind === 'idle' ? TARGETS.syncsIdle : TARGETS.syncsBusy}, ≤ ${TARGETS.wallToSyncs}`
    epochRows.push([
      `${kind}, ${query}`,
      syncs.median.toFixed(2),
      wall.median.toFixed(3),
      alone.median.toFixed(3),
      ratio.median.toFixed(2),
      target,
    ])
    epochs[`${kind} ${query}`] = { syncsPerEpoch: syncs, wallMs: wall, syncsAloneMs: alone, wallToSyncs: ratio }
    console.error(`${kind} ${query}: ${wall.median} ms an epoch`)
  }

const stateRows = [['changed keys', 'rows/s durable', 'with puts', 'LMDB puts/s', '÷ LMDB', 'restore s', 'bytes/row']]
const state: Record<string, unknown> = {}
for (const keys of KEYS) {
  const epochsOf = keys === 1_000_000 ? 4 : 11
  const runs: StateFigures[] = []
  for (let turn = 0; turn < Math.min(repeat, 3); turn++) runs.push(await part<StateFigures>('state', String(keys), String(epochsOf)))
  const commit = spreadOf(runs.flatMap((run) => run.commitSeconds.map((one) => keys / one)))
  const whole = spreadOf(runs.flatMap((run) => run.commitSeconds.map((one, epoch) => keys / (one + (run.putSeconds[epoch] ?? 0)))))
  const lmdb = spreadOf(runs.flatMap((run) => (run.lmdbSeconds ?? []).map((one) => keys / one)))
  const restore = spreadOf(runs.map((run) => run.restoreSeconds))
  if (runs.some((run) => run.restoredRows !== keys)) throw new Error(`Of ${keys} rows ${runs[0]?.restoredRows} were restored.`)
  stateRows.push([
    number(keys),
    number(commit.median),
    number(whole.median),
    number(lmdb.median),
    (whole.median / lmdb.median).toFixed(1),
    restore.median.toFixed(2),
    (runs[0]?.bytesPerRow ?? 0).toFixed(0),
  ])
  state[keys] = { rowsPerSecond: commit, rowsPerSecondWithPuts: whole, lmdbPutsPerSecond: lmdb, restoreSeconds: restore }
  console.error(`${keys} keys: ${number(commit.median)} rows/s`)
}

const steady = await part<SteadyFigures>('steady', String(seconds))
const load = { before: loadBefore, after: loadavg()[0] ?? 0 }

console.log(`Medians of ${repeat}; load average ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after`)
printTable(epochRows)
console.log(
  `\nState, encode + append + sync; targets: ≥ ${number(TARGETS.rowsPerSecond)} rows/s, 1,000,000 keys restored in ≤ ${TARGETS.restoreSeconds} s`,
)
printTable(stateRows)
const last = steady.rssMiB.at(-1) ?? 0
console.log(
  `\nMemory over ${steady.seconds} s, ${number(steady.rows)} rows in ${number(steady.epochs)} epochs: ${last.toFixed(0)} MiB at the end, slope ${steady.slopeMiBPerMinute.toFixed(2)} MiB/min`,
)
const isWhole = repeat >= REPEAT
const name = values.name ?? (isWhole ? 'checkpoint' : 'checkpoint-partial')
const command = `npm run bench -w bench -- checkpoint --repeat ${repeat} --seconds ${seconds}`
const rss = { ...steady, rssMiB: steady.rssMiB.filter((_, at) => at % Math.ceil(steady.rssMiB.length / 20) === 0).map(Math.round) }
console.log(
  `Written to ${writeResult(name, { name, command, isWhole, ...circumstances(), load, targets: TARGETS, epochs, state, steady: rss })}`,
)
