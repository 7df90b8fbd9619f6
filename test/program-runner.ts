/**
 * Runs programs that import 'millrace' as a user's program does: type-checked against the declarations, compiled, started by a Node process of their own.
 * Examples, the README's and the documentation's code blocks go through it.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

export interface Program {
  /** A file name without extension. */
  readonly name: string
  readonly source: string
}

/** Compiles the programs together into `.cache/<group>`; gives the path of each. Rejects with the compiler's messages. */
export async function compile(group: string, programs: readonly Program[]): Promise<(name: string) => string> {
  const folder = join(root, '.cache', group)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { name, source } of programs) writeFileSync(join(folder, `${name}.ts`), source)
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      allowImportingTsExtensions: false,
      outDir: './out',
      rootDir: '.',
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ['*.ts'],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  try {
    await run(process.execPath, [tsc, '-p', folder], { cwd: folder })
  } catch (error) {
    throw new Error(`${group} does not compile:\n${(error as { stdout?: string }).stdout ?? String(error)}`)
  }
  return (name) => join(folder, 'out', `${name}.js`)
}

export interface Run {
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end, or, with `until`, until its output matches: then it is interrupted as by Ctrl-C. */
export function execute(
  path: string,
  options: {
    readonly until?: RegExp
    readonly timeoutMs?: number
    readonly cwd?: string
    readonly args?: readonly string[]
    /** Of Node itself. */
    readonly flags?: readonly string[]
  } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.flags ?? []), path, ...(options.args ?? [])], {
      cwd: options.cwd ?? root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${path} did not end; so far it wrote:\n${output}`))
    }, options.timeoutMs ?? 30_000)
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      if (options.until?.test(output)) child.kill('SIGINT')
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output })
    })
  })
}

/** Test files run side by side, and the programs of several of them read the same port: each waits for its turn, for so long at most. */
const PORT_WAIT_MS_MAX = 20_000

/** A line server for programs that read localhost:9999. */
export async function serveLines(port: number): Promise<{ close: () => void }> {
  for (const from = performance.now(); ; ) {
    try {
      return await listenForReaders(port)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || performance.now() - from > PORT_WAIT_MS_MAX) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

function listenForReaders(port: number): Promise<{ close: () => void }> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      const timer = setInterval(() => socket.write('a line\n'.repeat(5)), 50)
      socket.on('close', () => clearInterval(timer))
      socket.on('error', () => undefined)
    })
    server.on('error', reject)
    server.listen(port, '127.0.0.1', () => resolve({ close: () => server.close() }))
  })
}
