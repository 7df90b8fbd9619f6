/**
 * What benches share: a measured piece of work in a process of its own, the medians of several such runs, and the file that keeps them with the machine they
 * were taken on. A run is a fresh process, so that no program pays for another's garbage and none is warmed up by it; what it needs to start is not counted.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The repository; this file runs from .cache/bench and from bench/. */
const above = join(dirname(fileURLToPath(import.meta.url)), '..')
export const root = above.endsWith('.cache') ? dirname(above) : above

/** One run of one program. */
export interface Run {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly peakRssBytes: number
  /** The records that the program's answer accounts for: a fast wrong answer is no result. */
  readonly counted: number
}

/** In the measured process: does the work, which gives the number of records that its answer accounts for, and prints the run. */
export async function measureWork(work: () => Promise<number>): Promise<void> {
  const cpuBefore = process.cpuUsage()
  const from = performance.now()
  const counted = await work()
  const wallSeconds = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const run: Run = { wallSeconds, cpuSeconds: (user + system) / 1e6, peakRssBytes: peakRssBytes(), counted }
  process.stdout.write(`${JSON.stringify(run)}\n`)
}

/** Linux hands the parent's peak on to the child in resourceUsage, so the process's own is taken where there is one. */
function peakRssBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024
}

/** In the bench: runs a compiled program that calls measureWork, with Node options from MILLRACE_BENCH_NODE_OPTIONS such as --cpu-prof. */
export async function runProgram<R extends { readonly counted: number } = Run>(
  program: string,
  args: readonly string[],
  recordsExpected: number,
): Promise<R> {
  const nodeOptions = (process.env['MILLRACE_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter((one) => one !== '')
  const { stdout } = await promisify(execFile)(process.execPath, [...nodeOptions, program, ...args], { maxBuffer: 1 << 20 })
  const run = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as R
  if (run.counted !== recordsExpected)
    throw new Error(`${program} ${args.join(' ')} accounts for ${run.counted} records of ${recordsExpected}.`)
  return run
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? at(sorted, middle) : (at(sorted, middle - 1) + at(sorted, middle)) / 2
  return { median: rounded(median), min: rounded(at(sorted, 0)), max: rounded(at(sorted, sorted.length - 1)) }
}

const at = (values: readonly number[], index: number): number => values[index] ?? Number.NaN
/** Four digits: more would be noise, and would change in every line of the file. */
const rounded = (value: number): number => Number(value.toPrecision(4))

/** What a figure is worth nothing without. */
export function circumstances(): Readonly<Record<string, string | number | boolean>> {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  return {
    commit: git('rev-parse', 'HEAD'),
    // Of what is measured: a figure of a changed engine is not the commit's.
    uncommittedChanges: git('status', '--porcelain', '--', 'src').length > 0,
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  }
}

/** Writes bench/results/<name>.json in the repository's format; gives its path from the root. */
export function writeResult(name: string, result: object): string {
  const file = `bench/results/${name}.json`
  mkdirSync(join(root, 'bench/results'), { recursive: true })
  writeFileSync(join(root, file), `${JSON.stringify(result, null, 2)}\n`)
  execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', file], { cwd: root, stdio: 'ignore' })
  return file
}

/** A table for the terminal: the first column to the left, figures to the right. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
}
