/**
 * Runs a command under another Node: `node scripts/with-node.mjs <major> <command> [arguments]`. The binary comes from the npm registry, where the package
 * `node` publishes one package per platform; it is kept in .cache/node-<major>, so that only the first run downloads it.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [major, command, ...args] = process.argv.slice(2)
if (!/^\d+$/.test(major ?? '') || command === undefined) {
  console.error('Usage: node scripts/with-node.mjs <major> <command> [arguments]')
  process.exit(1)
}
const bin = installed(major)
const path = [bin, join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
console.log(`Node ${execFileSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).trim()}`)
// Test results stand beside those of the main Node, not in their place.
const results = process.env.MILLRACE_TEST_RESULTS ?? `.test-results/vitest-node${major}.json`
const env = { ...process.env, PATH: path, MILLRACE_TEST_RESULTS: results }
const { status, error } = spawnSync(command, args, { stdio: 'inherit', env })
if (error !== undefined) console.error(error.message)
process.exit(status ?? 1)

/** The folder of the binary. The platform's package is installed itself, since the package `node` would fetch it by an install script. */
function installed(major) {
  const folder = join(root, '.cache', `node-${major}`)
  const family = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const name = `${family}-${process.platform}-${process.arch}`
  const bin = join(folder, 'node_modules', name, 'bin')
  if (!existsSync(join(bin, 'node'))) {
    mkdirSync(folder, { recursive: true })
    const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    execFileSync('npm', ['install', '--prefix', folder, ...options, `${name}@${major}`], { stdio: 'inherit' })
  }
  return bin
}
