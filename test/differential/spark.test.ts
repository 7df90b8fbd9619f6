/**
 * A sample of the golden files, remade by real Spark. It runs where Python has pyspark and there is a Java: after `bash scripts/install-spark.sh`, or with
 * MILLRACE_SPARK_PYTHON naming a Python. In CI a machine without them is a failure, elsewhere the test is skipped.
 */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../program-runner.ts'

const script = join(import.meta.dirname, 'remake.py')
const own = join(root, '.cache/spark/bin/python')
const python = process.env['MILLRACE_SPARK_PYTHON'] ?? (existsSync(own) ? own : 'python3')
const found = spawnSync(python, [script, '--probe'], { encoding: 'utf8' }).status === 0
const required = process.env['CI'] !== undefined
const seed = Number(process.env['MILLRACE_TEST_SEED'] ?? Math.floor(Math.random() * 1_000_000))
const size = Math.round(40 * Math.min(10, Number(process.env['MILLRACE_TEST_RUNS'] ?? 1)))

if (!found && !required)
  console.warn('No Spark here: the sample of golden files is not remade. `bash scripts/install-spark.sh` brings one.')

test.skipIf(!found && !required)(
  `a sample of ${size}, seed ${seed}, is what Spark says now`,
  async () => {
    expect(found, `Spark was not found (${python}), and in CI it must be`).toBe(true)
    const output = await new Promise<string>((resolve) =>
      execFile(python, [script, '--sample', String(size), '--seed', String(seed)], { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        resolve(error === null ? stdout : `${stdout}\n${stderr}`),
      ),
    )
    expect(output).toMatch(new RegExp(`^${size} cases remade with seed ${seed}, 0 differ`, 'm'))
  },
  600_000,
)
