import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { t } from '../../data/type-builder.ts'
import { cutRecords } from '../../engine/decode/record-bounds.ts'
import type { MillraceError } from '../../error.ts'
import { realIo } from '../../io/real.ts'
import type { Source, SourceEvent, SourceLog, SourceOffset } from '../../plan/contracts/source.ts'
import { MemorySourceLog } from '../../testing/memory-source-log.ts'
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

async function texts(source: Source, start: SourceOffset, end: SourceOffset): Promise<string[]> {
  const found: string[] = []
  for await (const part of source.read(start, end)) {
    if (part.kind === 'columns') continue
    const { bytes, starts, ends } = cutRecords(part)
    for (const [i, from] of starts.entries()) found.push(Buffer.from(bytes.subarray(from, ends[i])).toString())
  }
  return found
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

  test('a record that is too long is told by its number, and one of just the length is read', async () => {
    const options = { path: folder, maxRecordBytes: '200000' }
    const long = (bytes: number): string => `{"id": 7, "x": "${'y'.repeat(bytes - 18)}"}`
    // Blocks of lines are longer than a record may be.
    await put('a.json', `${`${long(200_000)}\n`.repeat(30)}{"id": 8}\n`)
    expect((await read(folder, options)).length).toBe(31)
    await put('b.json', `${'{"id": 1}\n'.repeat(300_000)}${long(200_001)}\n{"id": 8}\n`)
    await expect(read(folder, options)).rejects.toThrow(
      /Record 300001 of .*b.json is longer than maxRecordBytes \(200000 bytes\): 200001 bytes/,
    )
  })

  test('columns that point into the bytes of a file do not change while the rest of it is read', async () => {
    const { session } = testSession()
    await put('a.json', Array.from({ length: 60_000 }, (_, id) => `{"id":${id},"text":"${'text '.repeat(8)}${id}"}\n`).join(''))
    const frame = session.readStream.schema({ id: t.int, text: t.string }).json(folder)
    const query = frame.writeStream.format('memory').queryName('out').trigger({ availableNow: true }).start()
    await query.awaitTermination()
    const wrong = (await session.table('out').collect()).filter((row) => row['text'] !== `${'text '.repeat(8)}${row['id']}`)
    expect(wrong).toEqual([])
  })

  test('a record that is malformed is told by its number in the file, also behind the first block', async () => {
    await put('a.json', `${'{"id": 1}\n'.repeat(200_000)}{"id": }\n`)
    await expect(read(folder, { mode: 'FAILFAST' })).rejects.toThrow(/Record \d+ of the batch from .*a.json:\d+ is malformed at byte 7/)
    const message = await read(folder, { mode: 'FAILFAST' }).catch((error: MillraceError) => error.message)
    const [, record, first] = /Record (\d+) of the batch from .*a.json:(\d+)/.exec(String(message)) ?? []
    expect(Number(record) + Number(first) - 1).toBe(200_001)
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

  const openWith = (log: SourceLog | null, report: (event: SourceEvent) => void = () => undefined, path = folder): Promise<Source> =>
    textFilesSource.open({
      options: { path },
      queryId: 'q',
      description: textFilesSource.describe({ path }, null),
      supplied: { kind: 'struct', fields: [] },
      io: realIo,
      signal: new AbortController().signal,
      log,
      report,
    })
  const all = { maxBytes: 1e9 }

  test('without a log, files in another order after a restart are refused and not guessed', async () => {
    await put('b.txt', 'b')
    const source = await openWith(null)
    const { end } = await source.latestOffset(await source.initialOffset(), all)
    await writeFile(join(folder, 'a.txt'), 'a')
    await utimes(join(folder, 'a.txt'), 1, 1)
    expect((await source.latestOffset(end, all)).end).toMatchObject({ 0: { files: 2 } })
    await expect((await openWith(null)).latestOffset(end, all)).rejects.toThrow(/SOURCE_FAILED.*not the first ones any more/)
  })

  test('with a log each file is read once, also when older ones come, read ones go, and the path is spelled otherwise', async () => {
    const log = new MemorySourceLog()
    await put('b.txt', 'b')
    const first = await openWith(log)
    const { end } = await first.latestOffset(await first.initialOffset(), all)
    expect(await texts(first, await first.initialOffset(), end)).toEqual(['b'])
    await rm(join(folder, 'b.txt'))
    await writeFile(join(folder, 'a.txt'), 'a')
    await utimes(join(folder, 'a.txt'), 1, 1)
    const second = await openWith(log, undefined, `${folder}/../${basename(folder)}`)
    const { end: next } = await second.latestOffset(end, all)
    expect(await texts(second, end, next)).toEqual(['a'])
    const third = await openWith(log)
    expect((await third.latestOffset(next, all)).end).toEqual(next)
    // After a rewind: what was found is read again, in the same order.
    expect(await texts(third, end, next)).toEqual(['a'])
    expect(log.length).toBe(2)
  })

  test('a log that does not fit the position is damage', async () => {
    await put('a.txt', 'a')
    const source = await openWith(new MemorySourceLog())
    const { end } = await source.latestOffset(await source.initialOffset(), all)
    await expect((await openWith(new MemorySourceLog())).latestOffset(end, all)).rejects.toThrow(
      /CHECKPOINT_DAMAGED.*the 1 files of the position/,
    )
  })

  test('of a file is read what it had when it was found; one that is shorter or gone fails by name', async () => {
    const events: SourceEvent[] = []
    const source = await openWith(new MemorySourceLog(), (event) => void events.push(event))
    const start = await source.initialOffset()
    await put('a.txt', 'one\ntwo\n')
    const { end } = await source.latestOffset(start, all)
    await put('a.txt', 'one\ntwo\nthree\n')
    expect(await texts(source, start, end)).toEqual(['one', 'two'])
    await put('a.txt', 'eno\nowt\n')
    expect(await texts(source, start, end)).toEqual(['eno', 'owt'])
    expect(events.map(({ message }) => message)).toEqual([
      expect.stringMatching(/a\.txt' has grown since it was found: 8 of its 14 bytes are read/),
      expect.stringMatching(/a\.txt' was written anew/),
    ])
    await put('a.txt', 'one\n')
    await expect(texts(source, start, end)).rejects.toThrow(/SOURCE_FAILED.*a\.txt.*4 bytes less than the 8/)
    await rm(join(folder, 'a.txt'))
    await expect(texts(source, start, end)).rejects.toThrow(/SOURCE_FAILED.*a\.txt.*ENOENT/)
  })

  test('what is not there is said', async () => {
    await expect(read(join(folder, 'nowhere'))).rejects.toThrow(/SOURCE_FAILED.*nowhere/)
    const { session } = testSession()
    expect(() => session.readStream.format('json').load(folder)).toThrow(/SCHEMA_REQUIRED/)
    await expect(session.readStream.json(folder).inferSchema()).rejects.toThrow(/SCHEMA_REQUIRED.*no JSON object/)
  })
})
