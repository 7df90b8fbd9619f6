/**
 * A scenario: a query, its input, its output and its checkpoint on the real disk, and the victims that run it one after another (or at once). At the end a last
 * victim runs until all input is out, and the ledger is checked on the output.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditLines, FileFeeder, LineFeeder } from './feeder.ts'
import { auditCopy, auditWindows, Ledger, type LedgerWindow, sessionsOf, windowsOf } from './ledger.ts'
import { linesOf, rowsOf, rowsOfEpoch, windowsIn } from './output-reader.ts'

const WAIT_MS_MAX = 60_000
/** The nightly has time for combinations that CI leaves to it. */
export const isThorough = Number(process.env['MILLRACE_KILLS'] ?? 0) > 20
export type QueryName = 'copy' | 'windows' | 'wide' | 'sessions' | 'socket'

export interface Said {
  readonly kind: 'started' | 'progress' | 'ended' | 'failed' | 'stopping' | 'starved'
  readonly pid?: number
  readonly epoch?: number
  readonly rows?: number
  readonly late?: number
  readonly code?: string
  readonly message?: string
  readonly cause?: string
  readonly details?: Readonly<Record<string, unknown>>
}
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running victim, and what it has said. */
export class Victim {
  readonly said: Said[] = []
  readonly child: ChildProcess
  readonly exited: Promise<Exit>
  #errors = ''
  #rest = ''
  #changed: () => void = () => undefined
  #exit: Exit | null = null

  constructor(child: ChildProcess) {
    this.child = child
    child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString()
    })
    this.exited = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.#exit = { code, signal }
        resolve(this.#exit)
        this.#changed()
      })
    })
  }

  get failure(): Said | null {
    return this.said.find(({ kind }) => kind === 'failed') ?? null
  }
  get epochs(): readonly Said[] {
    return this.said.filter(({ kind }) => kind === 'progress')
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    this.child.kill(signal)
    return this.exited
  }

  /** Waits until it has said so, or died; rejects where neither happens. */
  async until(about: string, is: (victim: Victim) => boolean): Promise<void> {
    const timer = setTimeout(() => this.#changed(), WAIT_MS_MAX)
    const from = performance.now()
    while (!is(this) && this.#exit === null && performance.now() - from < WAIT_MS_MAX)
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    clearTimeout(timer)
    if (!is(this)) throw new Error(`A victim should have come to ${about}, but:\n${this.text}`)
  }

  /** Waits for its end; kills it where it does not come. */
  async end(about: string): Promise<Exit> {
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.child.kill('SIGKILL')
    }, WAIT_MS_MAX)
    const exit = await this.exited
    clearTimeout(timer)
    if (late) throw new Error(`A victim did not end (${about}):\n${this.text}`)
    return exit
  }

  get text(): string {
    const last = this.said.slice(-10).map((one) => JSON.stringify(one))
    return `exit: ${JSON.stringify(this.#exit)}\n${last.join('\n')}\n${this.#errors.slice(-2000)}`
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.said.push(JSON.parse(line) as Said)
    this.#changed()
  }
}

export interface ScenarioOptions {
  readonly victim: string
  readonly query: QueryName
  readonly seed: number
  /** Default 20. */
  readonly rowsPerFile?: number
  /** Arguments of every victim. */
  readonly args?: readonly string[]
  /** A place for the output or the checkpoint other than the scenario's own folder. */
  readonly output?: string
  readonly checkpoint?: string
}

export class Scenario {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-kill-'))
  readonly output: string
  readonly checkpoint: string
  readonly ledger: Ledger
  readonly feeder: FileFeeder
  readonly victims: Victim[] = []
  readonly #options: ScenarioOptions
  #lines: LineFeeder | null = null

  private constructor(options: ScenarioOptions) {
    this.#options = options
    this.output = options.output ?? join(this.folder, 'out')
    this.checkpoint = options.checkpoint ?? join(this.folder, 'checkpoint')
    const input = join(this.folder, 'in')
    mkdirSync(input)
    this.ledger = new Ledger(options.seed)
    this.feeder = new FileFeeder(input, this.ledger, options.rowsPerFile ?? 20)
  }

  static async make(options: ScenarioOptions): Promise<Scenario> {
    const scenario = new Scenario(options)
    if (options.query === 'socket') scenario.#lines = await LineFeeder.listen(5, 10)
    return scenario
  }

  /** Runs `use`, and leaves no process and no file, whatever happens. */
  static async using<T>(options: ScenarioOptions, use: (scenario: Scenario) => Promise<T>): Promise<T> {
    const scenario = await Scenario.make(options)
    try {
      return await use(scenario)
    } finally {
      await scenario.close()
    }
  }

  start(args: readonly string[] = [], { shell }: { readonly shell?: string } = {}): Victim {
    const { victim, query } = this.#options
    const all = [
      victim,
      ...['--query', query, '--output', this.output, '--checkpoint', this.checkpoint, '--input', join(this.folder, 'in')],
      ...['--port', String(this.#lines?.port ?? 0)],
      ...(this.#options.args ?? []),
      ...args,
    ]
    const child =
      shell === undefined
        ? spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] })
        : spawn('sh', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, ...all], { stdio: ['ignore', 'pipe', 'pipe'] })
    const started = new Victim(child)
    this.victims.push(started)
    return started
  }

  /** Runs victims until all input is out, and gives what is wrong with the output. */
  async finish(args: readonly string[] = []): Promise<string[]> {
    this.feeder.stop()
    this.feeder.close()
    const last = this.start(['--available-now', '--files-max', '1000', ...args])
    const { code } = await last.end('the last run')
    if (code !== 0) return [`the last run failed: ${last.text}`]
    return this.audit()
  }

  /** What is wrong with an output that should be whole. */
  audit(): string[] {
    const { query } = this.#options
    const { rows } = this.ledger
    const late = this.victims.flatMap(({ epochs }) => epochs.filter((one) => (one.late ?? 0) > 0))
    const wrong = late.map((one) => `epoch ${one.epoch} dropped ${one.late} rows as late`)
    // The row that closed the windows is in none that is closed.
    const closed = rows.slice(0, -1)
    if (query === 'copy') wrong.push(...auditCopy(rows, rowsOf(this.output)))
    else if (query === 'socket') wrong.push(...this.#auditSocket())
    else wrong.push(...auditWindows(expectedWindows(query, closed), windowsIn(this.output)))
    return wrong.length > 10 ? [...wrong.slice(0, 10), `and ${wrong.length - 10} more`] : wrong
  }

  async close(): Promise<void> {
    this.feeder.stop()
    this.#lines?.close()
    for (const { child } of this.victims) child.kill('SIGKILL')
    await Promise.all(this.victims.map(({ exited }) => exited))
    rmSync(this.folder, { recursive: true, force: true })
  }

  #auditSocket(): string[] {
    const values = linesOf(this.output).map((line) => (JSON.parse(line) as { readonly value: string }).value)
    const wrong = auditLines(values)
    for (const { epoch = 0, rows = 0 } of this.victims.flatMap(({ epochs }) => epochs)) {
      const found = rows === 0 ? 0 : rowsOfEpoch(this.output, epoch)
      if (found !== rows) wrong.push(`epoch ${epoch} committed ${rows} lines, and ${found} are in the output`)
    }
    if (values.length === 0) wrong.push('no line came out')
    return wrong
  }
}

function expectedWindows(query: 'windows' | 'wide' | 'sessions', rows: Ledger['rows']): LedgerWindow[] {
  if (query === 'sessions') return sessionsOf(rows)
  return windowsOf(rows, query === 'wide' ? (row) => row.id : (row) => String(row.partition))
}
