/** The enumeration finds each planted fault: quick.test.ts fails with it. (Without any it passes, as part of all tests.) */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from '../program-runner.ts'
import { isFull, noteCounts } from './budget.ts'
import { mutated, mutations } from './mutations.ts'

/** Each takes some seconds, so a part run tries those that are found fastest and stand for different things. */
const QUICK = ['journal-without-sync', 'watermarks-forgotten']
const counts = { found: 0 }
afterAll(() => noteCounts('mutations', counts))

test.each(mutations)('$name: its text is there', ({ name, file }) => {
  expect(mutated(name, `/${file}`, readFileSync(join(root, file), 'utf8'))).not.toBe(readFileSync(join(root, file), 'utf8'))
})

test.each(mutations.filter(({ name }) => isFull || QUICK.includes(name)))('$name is found: $what', { timeout: 180_000 }, ({ name }) => {
  const results = join(tmpdir(), `millrace-mutant-${process.pid}-${name}.json`)
  const { status, stdout } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', 'test/crash/quick.test.ts', '--bail=1'],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, MILLRACE_MUTANT: name, MILLRACE_TEST_RESULTS: results },
    },
  )
  rmSync(results, { force: true })
  expect(status, stdout).toBe(1)
  // A suite that could not be loaded fails too, and finds nothing.
  expect(stdout).toMatch(/Tests .*failed/)
  counts.found++
})
