/**
 * Every crash of a scenario. The query is run once without any, in three starts between which input arrives, and the machine is kept after each operation of
 * the disk. From each of these moments the power is cut in several ways, and the query started again; its output must be that of the run without crashes.
 * While it recovers the power is cut again, and again. What is tried is named by the operations and cuts that lead to it, so that it can be replayed:
 *
 *     MILLRACE_CRASH='windows-append 17 {"unsynced":"lost"} 4 {"unsynced":"kept"}' npx vitest run test/crash/crash.test.ts
 */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { PowerCut } from '../../src/io/power-cut.ts'
import { SimulatedDisk } from '../../src/io/simulated-disk.ts'
import { inputFiles } from './input.ts'
import { cut, type Machine, machineOf, newMachine, type Start, start, withInput } from './machine.ts'
import type { Scenario } from './scenarios.ts'

export type Cut = PowerCut | 'restart'
/** The power goes after operation `at` of a start (0: before the first one). */
export interface Crash {
  readonly at: number
  readonly cut: Cut
}
/** A run with the machine as it was before its first operation and after each. */
export interface Trace {
  readonly machines: readonly Machine[]
  readonly end: Start
}

/** So many files of the input are there at each start of the run without crashes. */
const PHASES = [3, 6, inputFiles.length]
export const SEED = 1

export class Enumeration {
  readonly scenario: Scenario
  readonly answer: readonly string[]
  readonly base: readonly Machine[]
  /** The machine before each start of the base run. */
  readonly phases: readonly Machine[]
  /** Crashes that were tried. */
  tried = 0
  readonly #seen = new Set<string>()

  private constructor(scenario: Scenario, answer: readonly string[], base: readonly Machine[], phases: readonly Machine[]) {
    this.scenario = scenario
    this.answer = answer
    this.base = base
    this.phases = phases
  }

  static async of(scenario: Scenario): Promise<Enumeration> {
    const base: Machine[] = []
    const phases: Machine[] = []
    let machine = newMachine(SEED)
    for (const count of PHASES) {
      machine = withInput(machine, count)
      phases.push(machine)
      const { machines, end } = await traced(scenario, machine)
      base.push(...machines)
      if (end.failure !== null) throw end.failure
      machine = machineOf(end)
    }
    const disk = new SimulatedDisk({ seed: SEED, from: machine.disk })
    return new Enumeration(scenario, await scenario.output(disk), base, phases)
  }

  /** Crashes the base run after operation `at`, and what recovers as `deeper` says; then all must come right. */
  async check(crashes: readonly Crash[]): Promise<void> {
    let machines: readonly Machine[] = this.base
    for (const crash of crashes) {
      const machine = this.#after(machines, crash)
      if (machine === null) return
      machines = (await this.recovered(machine, crashes)).machines
    }
  }

  /** Starts the query on what a crash left, and compares its output. Null where the same was tried before. */
  async checkOnce(machines: readonly Machine[], crashes: readonly Crash[]): Promise<Trace | null> {
    const machine = this.#after(machines, crashes.at(-1) as Crash)
    return machine === null || this.isKnown(machine) ? null : this.recovered(machine, crashes)
  }

  async recovered(machine: Machine, crashes: readonly Crash[]): Promise<Trace> {
    this.tried++
    try {
      const trace = await traced(this.scenario, withInput(machine))
      if (trace.end.failure !== null) throw trace.end.failure
      const wrong = await this.wrongness(trace.end)
      if (wrong !== null) throw new Error(wrong)
      return trace
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n  replay: ${replayText(this.scenario, crashes)}`, {
        cause: error,
      })
    }
  }

  /** What is wrong with the output, and with what is left on the disk; null where nothing is. */
  async wrongness({ disk, outside }: Start): Promise<string | null> {
    const output = await this.scenario.output(disk)
    const verdict = this.scenario.verdict?.(output, outside.state) ?? null
    if (verdict !== null) return verdict
    if (this.scenario.verdict === undefined && !isDeepStrictEqual(output, this.answer)) return differenceText(this.answer, output)
    // What a runner that was shut out has begun meanwhile is removed by the next one.
    const left = disk
      .files()
      .filter(({ path }) => path.includes('/work/') && path.includes(`/${String(runnerOf(disk)).padStart(10, '0')}-`))
    return left.length === 0 ? null : `work was left: ${left.map(({ path }) => path).join(', ')}`
  }

  /** The byte counts at which the disk may tear at that moment. */
  tornCuts(machines: readonly Machine[], at: number): readonly Cut[] {
    const machine = machines[at]
    if (machine === undefined) return []
    const points = new SimulatedDisk({ seed: SEED, from: machine.disk }).tornPoints()
    return points.map((tornAt) => ({ unsynced: 'torn', tornAt }) as const)
  }

  #after(machines: readonly Machine[], { at, cut: how }: Crash): Machine | null {
    const machine = machines[at]
    return machine === undefined ? null : cut(machine, SEED, how)
  }

  /** Whether a machine that has the same on its disk was started already. */
  isKnown({ disk, outside, processes }: Machine): boolean {
    const all = new SimulatedDisk({ seed: SEED, from: disk })
    const hash = createHash('sha1').update(JSON.stringify([outside, processes]))
    for (const { path } of all.files()) hash.update(path).update('\0').update(all.contents(path)).update('\0')
    const key = `${hash.digest('hex')}${all.tornPoints().length}`
    const known = this.#seen.has(key)
    this.#seen.add(key)
    return known
  }
}

/** The number of the newest runner. */
export const runnerOf = (disk: SimulatedDisk): number =>
  Math.max(...disk.files().map(({ path }) => Number(/\/runners\/(\d+)$/.exec(path)?.[1] ?? 0)))

async function traced(scenario: Scenario, machine: Machine): Promise<Trace> {
  const machines: Machine[] = [machine]
  const end = await start(scenario, machine, { onOperation: (one) => void machines.push(one) })
  return { machines, end }
}

export const replayText = ({ name }: Scenario, crashes: readonly Crash[]): string =>
  `MILLRACE_CRASH='${name} ${crashes.map(({ at, cut: how }) => `${at} ${JSON.stringify(how)}`).join(' ')}'`

export function parseReplay(text: string): { readonly scenario: string; readonly crashes: readonly Crash[] } {
  const [scenario = '', ...words] = text.trim().split(/\s+/)
  const crashes = Array.from({ length: words.length / 2 }, (_, index) => ({
    at: Number(words[2 * index]),
    cut: JSON.parse(words[2 * index + 1] ?? '') as Cut,
  }))
  return { scenario, crashes }
}

function differenceText(answer: readonly string[], output: readonly string[]): string {
  const left = [...output]
  const missing = answer.filter((row) => {
    const at = left.indexOf(row)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return `the output is wrong: missing ${missing.slice(0, 3).join(' ') || 'nothing'} (${missing.length}); too many ${left.slice(0, 3).join(' ') || 'none'} (${left.length})`
}
