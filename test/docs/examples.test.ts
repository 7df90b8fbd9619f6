/** Every example compiles and runs as a program of its own. Those that never end are stopped when they have shown what they should. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { compile, execute, root, serveLines } from '../program-runner.ts'

const folder = join(root, 'examples')
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []))
/** What an endless example has to show; it reads lines from localhost:9999. */
const endless: Readonly<Record<string, RegExp>> = { exercise1: /\|\{20\d\d-[^|]*\|\s+\d+\|/ }
/** They want a broker, and are run by test/kafka/exercises.test.ts. */
const onKafka = ['exercise2']

let pathOf: (name: string) => string
beforeAll(async () => {
  pathOf = await compile(
    'examples',
    names.map((name) => ({ name, source: readFileSync(join(folder, `${name}.ts`), 'utf8') })),
  )
}, 120_000)

test.each(names.filter((name) => !onKafka.includes(name)))('%s', async (name) => {
  const until = endless[name]
  if (until === undefined) {
    const { code, output } = await execute(pathOf(name))
    expect(code, output).toBe(0)
    return
  }
  const server = await serveLines(9999)
  try {
    const { output } = await execute(pathOf(name), { until })
    expect(output).toMatch(until)
  } finally {
    server.close()
  }
})
