/**
 * What Kafka's record batches cost without network or engine: walked into lanes (as the engine does), decoded into an object a record (as clients in Node do),
 * checked, built, compressed and opened. Each job is a process of its own, in turn.
 *
 *     npm run bench -w bench -- kafka-protocol [--repeat 3] [--records 2000000] [--only walk] [--name kafka-protocol]
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { circumstances, printTable, type Run, runProgram, spreadOf, writeResult } from './measure.js'

const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: '3' },
    records: { type: 'string', default: '2000000' },
    only: { type: 'string', multiple: true },
    name: { type: 'string' },
  },
})
const [repeat, records] = [Number(values.repeat), Number(values.records)]
/** The compressions are slower: fewer records do. */
const jobs: readonly (readonly [job: string, records: number])[] = [
  ...['walk', 'walk-crc-native', 'walk-crc-tables', 'objects', 'build'].map((job) => [job, records] as const),
  ...['gzip', 'snappy', 'lz4', 'zstd'].flatMap((name) => [`walk ${name}`, `build ${name}`].map((job) => [job, records / 4] as const)),
]
const chosen = jobs.filter(([job]) => values.only === undefined || values.only.includes(job))
if (chosen.length === 0) throw new Error(`--only: there are ${jobs.map(([job]) => job).join(', ')}.`)

const program = join(dirname(fileURLToPath(import.meta.url)), 'kafka-protocol/program.js')
const runs = new Map<string, Run[]>()
for (let turn = 1; turn <= repeat; turn++)
  for (const [job, count] of chosen) {
    const run = await runProgram(program, [job, String(count)], count)
    runs.set(job, [...(runs.get(job) ?? []), run])
    console.error(`${turn}/${repeat} ${job}: ${((run.cpuSeconds / count) * 1e6).toFixed(3)} µs of CPU a record`)
  }

const results = chosen.map(([job, count]) => {
  const all = runs.get(job) ?? []
  const cpuMicros = spreadOf(all.map((run) => (run.cpuSeconds / count) * 1e6))
  const perSecond = spreadOf(all.map((run) => count / run.wallSeconds))
  const peakRssMiB = spreadOf(all.map((run) => run.peakRssBytes / 2 ** 20))
  return { job, records: count, cpuMicrosPerRecord: cpuMicros, recordsPerSecond: perSecond, peakRssMiB }
})
printTable([
  ['job', 'CPU µs a record', 'min–max', 'records/s', 'peak RSS MiB'],
  ...results.map(({ job, cpuMicrosPerRecord: cpu, recordsPerSecond, peakRssMiB }) => [
    job,
    cpu.median.toFixed(3),
    `${cpu.min.toFixed(3)}–${cpu.max.toFixed(3)}`,
    Math.round(recordsPerSecond.median).toLocaleString('en'),
    peakRssMiB.median.toFixed(0),
  ]),
])
if (values.only === undefined || values.name !== undefined)
  console.log(writeResult(values.name ?? 'kafka-protocol', { circumstances: circumstances(), repeat, results }))
