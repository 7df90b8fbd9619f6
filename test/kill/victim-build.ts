/**
 * Builds what is killed: the package from src/, and the victim against it as a user's program. Both stand in a folder named after what they were made from, so
 * that test files that run side by side share one build, and a build of dist/ beside them changes nothing of what is being killed.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../program-runner.ts'

const run = promisify(execFile)
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
const victimSource = join(root, 'test/kill/victim.ts')
const KEPT_MS = 3_600_000

/** The path of the compiled victim. */
export async function buildVictim(): Promise<string> {
  const builds = join(root, '.cache/kill')
  const folder = join(builds, digest())
  const victim = join(folder, 'victim.js')
  if (existsSync(victim)) return victim
  mkdirSync(builds, { recursive: true })
  for (const name of readdirSync(builds))
    if (Date.now() - statSync(join(builds, name)).mtimeMs > KEPT_MS) rmSync(join(builds, name), { recursive: true, force: true })
  const draft = mkdtempSync(join(builds, 'draft-'))
  const packageFolder = join(draft, 'node_modules/millrace')
  await compile(['-p', join(root, 'tsconfig.build.json'), '--outDir', join(packageFolder, 'dist')])
  // The modules as they are compiled: there is nothing to bundle here.
  const manifest = readFileSync(join(root, 'package.json'), 'utf8')
  const modules = manifest.replace('dist/bundle/index.js', 'dist/index.js').replace('dist/bundle/testing.js', 'dist/testing/index.js')
  writeFileSync(join(packageFolder, 'package.json'), modules)
  writeFileSync(join(draft, 'package.json'), JSON.stringify({ name: 'victim', private: true, type: 'module' }))
  cpSync(victimSource, join(draft, 'victim.ts'))
  const options = { noEmit: false, allowImportingTsExtensions: false, outDir: '.', rootDir: '.' }
  writeFileSync(
    join(draft, 'tsconfig.json'),
    JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: options, include: ['*.ts'], exclude: [] }),
  )
  await compile(['-p', draft])
  try {
    renameSync(draft, folder)
  } catch {
    // Another test file was faster.
    rmSync(draft, { recursive: true, force: true })
  }
  return victim
}

async function compile(args: readonly string[]): Promise<void> {
  try {
    await run(process.execPath, [tsc, ...args], { cwd: root })
  } catch (error) {
    throw new Error(`The victim does not compile:\n${(error as { stdout?: string }).stdout ?? String(error)}`)
  }
}

function digest(): string {
  const hash = createHash('sha256')
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.test)\.ts$/.test(name))
  for (const path of [...sources.sort().map((name) => join('src', name)), 'test/kill/victim.ts', 'tsconfig.json', 'package.json'])
    hash.update(path).update(readFileSync(join(root, path)))
  return hash.digest('hex').slice(0, 16)
}
