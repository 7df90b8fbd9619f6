import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { t } from '../../data/type-builder.ts'
import type { MillraceError } from '../../error.ts'
import { realIo } from '../../io/real.ts'
import { describeSource } from '../../testing/source-conformance.ts'
import { testSession } from '../../testing/test-session.ts'
import { jsonFilesSource, textFilesSource } from './files-provider.ts'

let folder: string
let files = 0
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-files-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Files are read in the order of their times, which the system may keep too coarsely for a test. */
async function put(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text)
  const at = new Date(Date.UTC(2026, 0, 1) + 1000 * files++)
  await utimes(join(folder, name), at, at)
}

for (const [provider, line] of [
  [textFilesSource, (n: number) => `line ${n}`],
  [jsonFilesSource, (n: number) => `{"id": ${n}}`],
] as const) {
  describeSource(
    `the ${provider.format} source`,
    async () => {
      let records = 0
      return {
        provider,
        options: { path: folder },
        ...(provider.format === 'json'
          ? { schema: { kind: 'struct', fields: [{ name: 'id', type: { kind: 'int' }, nullable: true }] } as const }
          : {}),
        add: async (count) => {
          for (let made = 0; made < count; made++) await put(`${String(++records).padStart(6, '0')}.txt`, `${line(records)}\n`)
        },
      }
    },
    { test },
  )
}

async function read(path: string, options: Record<string, string> = {}): Promise<Record<string, unknown>[]> {
  const { session } = testSession()
  const frame = session.readStream
    .format('json')
    .schema({ id: t.int, _corrupt_record: t.string })
    .options({ path, ...options } as never)
    .load(path)
  const query = frame.writeStream.format('memory').queryName('out').trigger({ availableNow: true }).start()
  await query.awaitTermination()
  return session.table('out').collect()
}

describe('files', () => {
  test('every file once, new ones as they come; hidden and half-written ones are left out', async () => {
    const { session } = testSession()
    await put('a.txt', 'one\ntwo')
    await put('_writing.txt', 'no')
    await put('.hidden', 'no')
    const query = session.readStream.text(folder).writeStream.format('memory').queryName('lines').start()
    await query.processAllAvailable()
    await put('b.txt', 'three\r\nfour\r\n')
    await query.processAllAvailable()
    expect((await session.table('lines').collect()).map((row) => row['value'])).toEqual(['one', 'two', 'three', 'four'])
    await session.stop()
  })

  test('a pattern, and folders within folders', async () => {
    await put('a.json', '{"id": 1}')
    await put('b.txt', '{"id": 2}')
    expect(await read(join(folder, '*.json'))).toEqual([{ id: 1, _corrupt_record: null }])
  })

  test('maxFilesPerTrigger cuts epochs', async () => {
    const { session } = testSession()
    for (const name of ['a', 'b', 'c']) await put(name, `${name}\n`)
    const query = session.readStream
      .text(folder, { maxFilesPerTrigger: 2 })
      .writeStream.format('noop')
      .trigger({ availableNow: true })
      .start()
    await query.awaitTermination()
    expect(query.recentProgress.map((one) => one.numInputRows)).toEqual([2, 1])
  })

  test('the hidden column _metadata names the file', async () => {
    const { session } = testSession()
    await put('a.txt', 'one\n')
    const frame = session.readStream.text(folder).select('value', '_metadata.file_name', '_metadata.file_size')
    const query = frame.writeStream.format('memory').queryName('out').trigger({ availableNow: true }).start()
    await query.awaitTermination()
    expect(await session.table('out').collect()).toEqual([{ value: 'one', file_name: 'a.txt', file_size: 4 }])
  })

  test('the three modes', async () => {
    await put('a.json', '{"id": 1}\nnot json\n{"id": "x"}\n\n{"id": 4}\n')
    expect(await read(folder)).toEqual([
      { id: 1, _corrupt_record: null },
      { id: null, _corrupt_record: 'not json' },
      { id: null, _corrupt_record: '{"id": "x"}' },
      { id: 4, _corrupt_record: null },
    ])
    expect((await read(folder, { mode: 'DROPMALFORMED' })).map((row) => row['id'])).toEqual([1, 4])
    const failure = await read(folder, { mode: 'failfast' }).catch((error: MillraceError) => error)
    expect(failure).toMatchObject({ code: 'MALFORMED_RECORD' })
    expect(String(failure)).toMatch(/a\.json/)
  })

  test('a schema is inferred when it is asked for', async () => {
    await put('a.json', '{"b": 1, "a": {"x": 1.0}}\n{"b": 2.5, "c": null, "d": true, "e": [1], "f": 1}\n{"f": "text"}\n')
    const { session, printed } = testSession()
    const frame = await session.readStream.json(folder).inferSchema()
    frame.printSchema()
    expect(printed.join('')).toBe(`root
 |-- a: struct (nullable = true)
 |    |-- x: double (nullable = true)
 |-- b: double (nullable = true)
 |-- c: string (nullable = true)
 |-- d: boolean (nullable = true)
 |-- e: string (nullable = true)
 |-- f: string (nullable = true)

`)
  })

  test('after a restart, files in another order are refused and not guessed', async () => {
    await put('b.txt', 'b')
    const open = () =>
      textFilesSource.open({
        options: { path: folder },
        description: textFilesSource.describe({ path: folder }, null),
        supplied: { kind: 'struct', fields: [] },
        io: realIo,
        signal: new AbortController().signal,
        report: () => undefined,
      })
    const source = await open()
    const { end } = await source.latestOffset(await source.initialOffset(), { maxBytes: 1e9 })
    await writeFile(join(folder, 'a.txt'), 'a')
    await utimes(join(folder, 'a.txt'), 1, 1)
    expect((await source.latestOffset(end, { maxBytes: 1e9 })).end).toMatchObject({ 0: { files: 2 } })
    await expect((await open()).latestOffset(end, { maxBytes: 1e9 })).rejects.toThrow(/SOURCE_FAILED.*not the first ones any more/)
  })

  test('what is not there is said', async () => {
    await expect(read(join(folder, 'nowhere'))).rejects.toThrow(/SOURCE_FAILED.*nowhere/)
    const { session } = testSession()
    expect(() => session.readStream.format('json').load(folder)).toThrow(/SCHEMA_REQUIRED/)
    await expect(session.readStream.json(folder).inferSchema()).rejects.toThrow(/SCHEMA_REQUIRED.*no JSON object/)
  })
})
