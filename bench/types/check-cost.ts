/**
 * What the compiler does to check a program that imports 'millrace': its own counts (types and instantiations, the same on every machine and at every run,
 * since one checker does all the work) and its own clock. The settings are those of a strict user, without types of Node.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { TypeProgram } from './programs.ts'

export interface CheckCost {
  readonly types: number
  readonly instantiations: number
  readonly checkSeconds: number
  readonly totalSeconds: number
  readonly memoryMiB: number
}

/** One mistake early in a chain is reported at every later verb. */
const MESSAGE_LENGTH_MAX = 2000

const compilerOptions = {
  target: 'ES2023',
  lib: ['ES2023', 'ESNext.Disposable'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: [],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
}

/** Checks a program in `.cache/type-cost/<name>`; rejects with the compiler's messages if it has a mistake. */
export async function checkCost(root: string, { name, source }: TypeProgram): Promise<CheckCost> {
  const folder = join(root, '.cache/type-cost', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'program.ts'), source)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
  const tsc = join(dirname(createRequire(join(root, 'package.json')).resolve('typescript/package.json')), 'bin/tsc')
  const args = [tsc, '-p', folder, '--singleThreaded', '--extendedDiagnostics']
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
    return costOf(stdout)
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string }
    if (stdout === undefined || stdout === '') throw error
    throw new Error(`The program '${name}' does not pass the compiler:\n${stdout.slice(0, MESSAGE_LENGTH_MAX)}`)
  }
}

function costOf(diagnostics: string): CheckCost {
  const figure = (label: string): number => {
    const text = new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(diagnostics)?.[1]
    if (text === undefined) throw new Error(`The compiler does not say '${label}':\n${diagnostics}`)
    return Number(text)
  }
  return {
    types: figure('Types'),
    instantiations: figure('Instantiations'),
    checkSeconds: figure('Check time'),
    totalSeconds: figure('Total time'),
    memoryMiB: figure('Memory used') / 1024,
  }
}
