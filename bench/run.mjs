/**
 * Builds what is measured, compiles the benches into .cache/bench, where `import 'millrace'` finds the built package as in a user's program, and runs one:
 * `node run.mjs <bench> [options]`. With --no-build the build that is there is measured.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))
const root = join(folder, '..')
const compiled = join(root, '.cache/bench')
const benches = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && name !== 'measure.ts')
  .map((name) => name.slice(0, -3))

const [bench, ...given] = process.argv.slice(2)
if (bench === undefined || !benches.includes(bench)) {
  console.error(`Which bench? There are: ${benches.join(', ')}.`)
  process.exit(1)
}
const options = given.filter((one) => one !== '--no-build')
if (options.length === given.length || !existsSync(join(root, 'dist/index.js')))
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' })
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
rmSync(compiled, { recursive: true, force: true })
execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', folder], { stdio: 'inherit' })

process.argv.splice(2, Number.POSITIVE_INFINITY, ...options)
await import(join(compiled, `${bench}.js`))
