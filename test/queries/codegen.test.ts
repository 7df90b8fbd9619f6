/**
 * Generated code where it is forbidden, where it is shown, and where it runs elsewhere: programs under --disallow-code-generation-from-strings, the texts of
 * explain('codegen'), and stages in a worker thread, made there from the plan that was posted.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, test } from 'vitest'
import { count, upper, window } from '../../src/api/functions.ts'
import * as types from '../../src/data/data-type.ts'
import { t } from '../../src/data/type-builder.ts'
import type { Batch } from '../../src/data/vector.ts'
import { batchFromDatums, datumRows, transferables } from '../../src/data/vector-builder.ts'
import { BoundCall, BoundColumn, BoundLiteral } from '../../src/plan/expressions/bound-expression.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'
import { compile, execute, root, serveLines } from '../program-runner.ts'

const program = `
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { count, StreamSession, t, upper, window } from 'millrace'

const folder = mkdtempSync(join(tmpdir(), 'codegen-'))
writeFileSync(join(folder, 'a.json'), Array.from({ length: 200 }, (_, n) => JSON.stringify({ user: 'u' + (n % 3), at: 1767225600 + n, price: n / 4 }) + '\\n').join(''))
const session = StreamSession.builder.appName('codegen').getOrCreate()
const query = session.readStream
  .schema({ user: t.string, at: t.long, price: t.double })
  .json(folder)
  .filter((row) => row.price.gt(3))
  .select((row) => ({ user: upper(row.user), at: row.at.cast('timestamp') }))
  .groupBy(window('at', '1 minute'), 'user')
  .agg(count('*').alias('n'))
  .writeStream.outputMode('complete').format('memory').queryName('counts').trigger({ availableNow: true }).start()
await query.awaitTermination()
console.log(JSON.stringify(await session.table('counts').collect()))
console.log(query.explain('codegen').includes('this process does not make code from strings') ? 'interpreted' : 'generated')
await session.stop()
rmSync(folder, { recursive: true })
`
const flags = ['--disallow-code-generation-from-strings']

describe('a process that makes no code from strings', () => {
  let pathOf: (name: string) => string
  beforeAll(async () => {
    pathOf = await compile('codegen', [
      { name: 'program', source: program },
      { name: 'exercise1', source: readFileSync(join(root, 'examples/exercise1.ts'), 'utf8') },
    ])
  }, 120_000)

  test('gives the same rows, interpreted', async () => {
    const [usual, forbidden] = [await execute(pathOf('program')), await execute(pathOf('program'), { flags })]
    const [rows, how] = lastLines(usual.output)
    const [sameRows, otherHow] = lastLines(forbidden.output)
    expect([how, otherHow], usual.output + forbidden.output).toEqual(['generated', 'interpreted'])
    expect(JSON.parse(rows ?? '')).toHaveLength(12)
    expect(sameRows).toBe(rows)
  })
  test('runs Exercise 1', async () => {
    const until = /\|\{20\d\d-[^|]*\|\s+\d+\|/
    const server = await serveLines(9999)
    try {
      expect((await execute(pathOf('exercise1'), { until, flags })).output).toMatch(until)
    } finally {
      server.close()
    }
  })
})
const lastLines = (output: string): string[] =>
  output.split('\n').filter((line) => line.startsWith('[') || /^(generated|interpreted)$/.test(line))

describe("explain('codegen')", () => {
  const { session } = testSession()
  const df = session.readStream.source(new MemoryStream({ n: t.int, secret: t.string, at: t.timestamp, id: t.long }))

  test('shows the functions of each operator, with what is hoisted by kind', () => {
    session.conf.set('millrace.codegen', 'auto')
    const text = df
      .filter((r) => r.secret.neq('do not tell').and(r.n.gt(3)))
      .select((r) => ({ id: r.id, next: r.id.add(1), secret: upper(r.secret) }))
      .explain('codegen')
    expect(text).toContain(
      "-- Filter ((secret != 'do not tell') and (n > 3)) (in one stage with the projection above)\ngenerated, longs on float64 lanes:",
    )
    expect(text).toContain('-- Project [id, (id + 1) AS next, upper(secret) AS secret]\npassed on as they are: id\ngenerated')
    expect(text).toContain('by their kernels: upper')
    const code = text.replace(/^-- .*$/gm, '')
    expect(code).toMatch(/^hoisted: h0 object, h1 string$/m)
    expect(code).not.toContain('do not tell')
  })
  test('says what is not generated, and why', () => {
    session.conf.set('millrace.codegen', 'auto')
    const deep = df.select((r) => ({ n: Array.from({ length: 150 }).reduce<typeof r.n>((sum) => sum.add(1), r.n) }))
    expect(deep.explain('codegen')).toContain('the expression is nested more than 100 deep')
    expect(df.groupBy(window('at', '1 minute')).agg(count('*')).explain('codegen')).toContain(
      '-- AssignWindows window = 1 minute of at\npassed on as they are: at',
    )
    expect(df.explain('codegen')).toContain('None: no operator evaluates expressions.')
    session.conf.set('millrace.codegen', 'off')
    expect(df.filter((r) => r.n.gt(3)).explain('codegen')).toContain("None: millrace.codegen is 'off'.")
  })
})

/** Runs from the built package: a worker of Node reads no TypeScript. The answers that come back are batches. */
const worker = `
const { parentPort, workerData: { root, schema, project, windows } } = require('node:worker_threads')
const load = (path) => import(root + '/dist/' + path)
Promise.all([load('engine/compile/generator.js'), load('engine/operators/stages.js'), load('engine/operators/assign-windows.js'), load('data/vector-builder.js'), load('engine/compile/generator-statistics.js')])
  .then(([{ generated }, { projectStage }, { assignWindows }, { transferables }, { generatorStatistics, generatorTuning }]) => {
    generatorTuning.interpretedRows = 0
    const context = () => ({ batchTimeMicros: 0n, timeZone: 'UTC', randomSeed: 0 })
    const first = projectStage(project, project.input, schema.projected, generated, context)
    const second = assignWindows(windows, schema.windowed, generated, context)
    parentPort.on('message', (batch) => {
      let answer = null
      first.push(batch, {}, (one, origin) => second.push(one, origin, (made) => { answer = made }))
      parentPort.postMessage({ answer, batches: generatorStatistics.batches }, answer === null ? [] : transferables(answer))
    })
  })
`

test('stages run in a worker thread unchanged', async () => {
  const schema = types.structType([
    types.field('at', types.timestampType),
    types.field('n', types.intType),
    types.field('s', types.stringType),
  ])
  const [at, n, s] = schema.fields.map((one, index) => BoundColumn.create(index, one.name, one.type, true)) as [
    BoundColumn,
    BoundColumn,
    BoundColumn,
  ]
  const named = [
    { name: 'at', expression: at },
    { name: 'twice', expression: BoundCall.create('*', [n, BoundLiteral.create(2, types.intType)], types.intType, true) },
    { name: 'up', expression: BoundCall.create('upper', [s], types.stringType, true) },
  ]
  const condition = BoundCall.create('>', [n, BoundLiteral.create(1, types.intType)], types.booleanType, true)
  const input = { kind: 'Filter', output: [], condition, input: { kind: 'LocalScan', output: [], batches: [] } }
  const windows = { kind: 'AssignWindows', output: [], input, time: at, name: 'w', sizeMicros: 10n, slideMicros: 5n, startMicros: 0n }
  const projected = types.structType([
    types.field('at', types.timestampType),
    types.field('twice', types.intType),
    types.field('up', types.stringType),
  ])
  const windowed = types.structType([...projected.fields, types.field('w', types.windowType)])
  const thread = new Worker(worker, {
    eval: true,
    workerData: { root, schema: { projected, windowed }, project: { kind: 'Project', output: [], input, expressions: named }, windows },
  })
  const ask = (batch: Batch) =>
    new Promise<{ answer: Batch; batches: number }>((resolve, reject) => {
      thread.once('error', reject)
      thread.once('message', resolve)
      thread.postMessage(batch, transferables(batch))
    })
  try {
    for (let round = 0; round < 3; round++) {
      const batch = batchFromDatums(schema, [
        [12n, 2, 'a'],
        [3n, 1, 'b'],
        [null, 3, 'c'],
        [7n, null, 'd'],
        [2n ** 60n, 5, null],
      ])
      const { answer, batches } = await ask(batch)
      expect(batch.columns.every((column) => !('values' in column) || column.values.length === 0)).toBe(true)
      const far = 2n ** 60n - (2n ** 60n % 5n)
      expect(datumRows(answer)).toEqual([
        [12n, 4, 'A', [5n, 15n]],
        [12n, 4, 'A', [10n, 20n]],
        [2n ** 60n, 10, null, [far - 5n, far + 5n]],
        [2n ** 60n, 10, null, [far, far + 10n]],
      ])
      expect(batches).toBe(2 * (round + 1))
    }
  } finally {
    await thread.terminate()
  }
})
