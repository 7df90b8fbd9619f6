/**
 * The suites with their full numbers: `npm run nightly [-- --stage <name>] [--again] [--quick]`. What they gave is written to docs/internals/reliability.json.
 *
 * It can be interrupted: each run is kept in .nightly/state.json under the commit (and a digest of what differs from it), and is not made again unless
 * --again says so. A failure is kept like a pass, so that a flaky test cannot be run until it is green. --quick has small numbers, to try the runner itself;
 * it says so in what it writes, which is .nightly/reliability-quick.json.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, '.nightly')
const stateFile = join(folder, 'state.json')
const testResults = join(folder, 'vitest.json')
/** What suites count beside their tests, a file each. */
const countsFolder = join(folder, 'counts')
/** What scripts/install-spark.sh brings. */
const sparkPython = join(root, '.cache/spark/bin/python')
const RUN_TIMEOUT_MS = 60 * 60_000

const { values } = parseArgs({
  options: { again: { type: 'boolean' }, quick: { type: 'boolean' }, stage: { type: 'string', multiple: true } },
})
const quick = values.quick === true
const full = { factor: 20, seeds: 20, millions: 10, fuzzSeconds: 3600, bench: '' }
const { factor, seeds, millions, fuzzSeconds, bench } = quick
  ? { factor: 2, seeds: 2, millions: 1, fuzzSeconds: 60, bench: ' --repeat 1 --records 100000' }
  : full
/** Resumable in parts; MILLRACE_KILLS says how many in all. */
const KILLS_A_RUN = 50
const kafkaRestarts = quick ? 2 : 50
const kills = Number(process.env.MILLRACE_KILLS ?? (quick ? 10 : 1000))
const versions = { main: process.version }
const workspace = describeWorkspace()
const state = existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : {}
const key = quick ? `${workspace.key}-quick` : workspace.key
state[key] ??= { seeds: [], stages: {} }
const done = state[key]
if (values.again) for (const name of values.stage ?? Object.keys(done.stages)) delete done.stages[name]
// New seeds for each commit, and kept as long as their stage, so that one that was interrupted goes on with the same.
if (done.stages['property-seeds'] === undefined) done.seeds = Array.from({ length: seeds }, () => String(randomInt(2 ** 31)))
const stages = [
  {
    name: 'property-runs',
    about: `property suites with ${factor} times their runs`,
    command: `MILLRACE_TEST_RUNS=${factor} vitest run test/property --testTimeout=1500000`,
    runs: ['1'],
  },
  {
    name: 'property-seeds',
    about: `property suites with ${seeds} random seeds`,
    command: 'MILLRACE_TEST_SEED=$RUN vitest run test/property',
    runs: done.seeds,
  },
  {
    name: 'decoder-fuzz',
    about: 'the generated JSON decoder beside the interpreter, over millions of damaged records',
    command: `MILLRACE_FUZZ_SECONDS=${fuzzSeconds} vitest run test/fuzz/decoder.fuzz.test.ts`,
    runs: ['1'],
  },
  ...[22, 24].map((major) => ({
    name: `node-${major}`,
    about: `unit and property suites on Node ${major}`,
    command: `npm run --silent test:node${major}`,
    runs: ['1'],
  })),
  ...[
    [
      'crash-enumeration',
      'a crash after each operation of the disk, three deep; every fault, failed sync, damage, lie and takeover',
      'crash faults failed-sync damage lying takeover',
    ],
    ['crash-mutations', 'planted faults, each of which the enumeration has to find', 'mutations'],
  ].map(([name, about, suites]) => ({
    name,
    about,
    command: `MILLRACE_CRASH_FULL=1 MILLRACE_CRASH_SCENARIO=$RUN vitest run ${suites
      .split(' ')
      .map((suite) => `test/crash/${suite}.test.ts`)
      .join(' ')}`,
    runs: name === 'crash-mutations' ? ['all'] : crashScenarios(),
  })),
  {
    name: 'million',
    about: `a million lines of a socket, ${millions} times`,
    command: 'vitest run test/queries/million.test.ts',
    runs: numbered(millions),
  },
  ...(existsSync(join(root, 'test/differential/remake.py'))
    ? [
        {
          name: 'differential',
          about: 'all differential cases remade in Spark, against the golden files',
          command: '$MILLRACE_SPARK_PYTHON test/differential/remake.py --sample 100000',
          runs: ['1'],
        },
      ]
    : []),
  {
    name: 'kafka-faults',
    about: `a Kafka broker stopped and started ${kafkaRestarts} times under load, and three brokers whose leaders move`,
    command: `MILLRACE_KAFKA_RESTARTS=${kafkaRestarts} MILLRACE_KAFKA_LEADERS=1 vitest run test/kafka/broker-faults.test.ts`,
    runs: ['1'],
  },
  {
    name: 'kill',
    about: `${kills.toLocaleString('en')} kills of real queries at random instants, ${Math.min(kills, KILLS_A_RUN)} a run; each run is one test`,
    command: `MILLRACE_KILLS=${Math.min(kills, KILLS_A_RUN)} vitest run test/kill/random-kills.test.ts`,
    runs: numbered(Math.ceil(kills / KILLS_A_RUN)),
  },
  {
    name: 'kill-points',
    about: 'a kill at each crash point, runners asleep and taken over, full disks and the like, with the combinations that CI leaves out',
    command: `MILLRACE_KILLS=${KILLS_A_RUN} vitest run test/kill/crash-points.test.ts test/kill/runners.test.ts test/kill/system-faults.test.ts`,
    runs: ['1'],
  },
  {
    name: 'bench-exercise1',
    about: "Exercise 1's query against a program by hand; every run must count all records",
    command: `npm run --silent bench -w bench -- exercise1${bench}`,
    runs: ['1'],
  },
  {
    name: 'bench-checkpoint',
    about: 'what a checkpoint costs, and the memory of a query that runs for ten minutes',
    command: `npm run --silent bench -w bench -- checkpoint${quick ? ' --repeat 1 --seconds 10' : ' --seconds 600'}`,
    runs: ['1'],
  },
]

const chosen = values.stage ?? stages.map(({ name }) => name)
const unknown = chosen.filter((name) => !stages.some((stage) => stage.name === name))
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(', ')}. There are: ${stages.map(({ name }) => name).join(', ')}.`)
  process.exit(1)
}
for (const stage of stages.filter(({ name }) => chosen.includes(name))) runStage(stage)
const report = writeReport()
for (const { name, passed, failed, runs, seconds } of report.stages)
  console.log(`${name}: ${passed} passed, ${failed} failed in ${runs} ${runs === 1 ? 'run' : 'runs'}, ${seconds} s`)
process.exit(report.stages.some(({ failed }) => failed > 0) ? 1 : 0)

function runStage({ name, about, command, runs }) {
  done.stages[name] ??= {}
  const finished = done.stages[name]
  for (const run of runs.filter((one) => finished[one] === undefined)) {
    console.log(`\n=== ${name}: ${about} (${runs.indexOf(run) + 1} of ${runs.length})`)
    const result = oneRun(command, run)
    if (describeWorkspace().key !== workspace.key) throw new Error('The working tree changed during the run, so it says nothing of either.')
    finished[run] = result
    mkdirSync(folder, { recursive: true })
    writeFileSync(stateFile, `${JSON.stringify(state, null, 2)}\n`)
    writeReport()
  }
}

/** A run of tests counts its tests; any other run is one thing that passes or fails. */
function oneRun(command, run) {
  rmSync(testResults, { force: true })
  rmSync(countsFolder, { recursive: true, force: true })
  const from = performance.now()
  const { status } = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: 'inherit',
    timeout: RUN_TIMEOUT_MS,
    env: {
      ...process.env,
      RUN: run,
      MILLRACE_SPARK_PYTHON: process.env.MILLRACE_SPARK_PYTHON ?? (existsSync(sparkPython) ? sparkPython : 'python3'),
      MILLRACE_TEST_RESULTS: testResults,
      MILLRACE_CRASH_COUNTS: countsFolder,
      PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    },
  })
  const seconds = Math.round((performance.now() - from) / 100) / 10
  const tests = existsSync(testResults) ? JSON.parse(readFileSync(testResults, 'utf8')) : null
  const passed = tests === null ? Number(status === 0) : tests.numPassedTests
  // A skipped test is none that passed, and a run that ended badly failed somewhere, whatever it counted.
  const failed = tests === null ? 0 : tests.numFailedTests + tests.numPendingTests
  const counts = readCounts()
  return { passed, failed: status === 0 ? failed : Math.max(1, failed), seconds, date: new Date().toISOString(), ...(counts && { counts }) }
}

/** By what was counted, summed over the suites; null where nothing was. */
function readCounts() {
  if (!existsSync(countsFolder)) return null
  const files = readdirSync(countsFolder).map((name) => JSON.parse(readFileSync(join(countsFolder, name), 'utf8')))
  return sumOf(files)
}

function sumOf(counts) {
  const sums = {}
  for (const [name, count] of counts.flatMap((one) => Object.entries(one))) sums[name] = (sums[name] ?? 0) + count
  return sums
}

/** The names in test/crash/scenarios.ts: each is a run of its own. */
function crashScenarios() {
  const text = readFileSync(join(root, 'test/crash/scenarios.ts'), 'utf8')
  return [...text.matchAll(/^ {2}name: '([^']+)'|: Scenario = \{ name: '([^']+)'/gm)].map((match) => match[1] ?? match[2])
}

/** What is known of this commit so far, also from earlier calls; a stage that has not made all its runs says so. */
function writeReport() {
  for (const major of [22, 24]) {
    const binary = join(root, `.cache/node-${major}/node_modules/node-${process.platform}-${process.arch}/bin/node`)
    if (existsSync(binary)) versions[`node${major}`] = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim()
  }
  const report = {
    quick,
    commit: workspace.commit,
    uncommittedChanges: workspace.key !== workspace.commit,
    date: new Date().toISOString(),
    node: versions,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    stages: stages.filter(({ name }) => done.stages[name] !== undefined).map(summary),
  }
  const file = quick ? '.nightly/reliability-quick.json' : 'docs/internals/reliability.json'
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), `${JSON.stringify(report, null, 2)}\n`)
  if (!quick) execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', file], { cwd: root, stdio: 'ignore' })
  return report
}

function summary({ name, about, command, runs }) {
  const finished = Object.entries(done.stages[name])
  const sum = (of) => finished.reduce((total, [, run]) => total + of(run), 0)
  return {
    name,
    about,
    command,
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    runs: finished.length,
    runsWanted: runs.length,
    failedRuns: finished.filter(([, { failed }]) => failed > 0).map(([run]) => run),
    seconds: Math.round(sum(({ seconds }) => seconds)),
    ...(finished.some(([, { counts }]) => counts) && { counts: sumOf(finished.map(([, { counts }]) => counts ?? {})) }),
  }
}

function numbered(count) {
  return Array.from({ length: count }, (_, index) => String(index + 1))
}

/** The commit, and a digest of what the working tree has beside it; the files that benches and this runner write do not count. */
function describeWorkspace() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  const counted = ['--', '.', ':!docs/internals/reliability.json', ':!bench/results']
  const untracked = git('ls-files', '--others', '--exclude-standard', ...counted)
    .split('\n')
    .filter((path) => path !== '')
  const digest = createHash('sha256').update(git('diff', 'HEAD', '--binary', ...counted))
  for (const path of untracked) digest.update(path).update(readFileSync(join(root, path)))
  const isClean = untracked.length === 0 && git('status', '--porcelain', ...counted) === ''
  const commit = git('rev-parse', 'HEAD').trim()
  return { commit, key: isClean ? commit : `${commit}-${digest.digest('hex').slice(0, 12)}` }
}
