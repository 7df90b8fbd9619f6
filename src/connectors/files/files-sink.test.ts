import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OutputBench } from '../../../test/output-bench.ts'
import { field, intType, stringType, structType } from '../../data/data-type.ts'
import { JsonLines } from '../../data/json-bytes.ts'
import { t } from '../../data/type-builder.ts'
import { batchFromDatums } from '../../data/vector-builder.ts'
import { realIo } from '../../io/real.ts'
import { SimulatedDisk } from '../../io/simulated-disk.ts'
import { describeSink } from '../../testing/sink-conformance.ts'
import { testSession } from '../../testing/test-session.ts'
import { MemoryStream } from '../memory/memory-stream.ts'
import { jsonFilesSink, textFilesSink } from './files-sink-provider.ts'
import { PartWriter } from './part-writer.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-out-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Row = { id: number; name: string }
const pairs = (rows: readonly unknown[]): (readonly [number, string])[] => (rows as Row[]).map(({ id, name }) => [id, name] as const)

describeSink(
  'the json sink',
  async () => ({
    provider: jsonFilesSink,
    options: { path: folder },
    visible: async () => pairs(await new OutputBench(realIo, folder).rows()),
  }),
  { test },
)
describeSink(
  'the json sink on a simulated disk',
  async () => {
    const io = { ...realIo, disk: new SimulatedDisk({ seed: 1 }) }
    return {
      provider: jsonFilesSink,
      options: { path: '/out', maxFileBytes: '1', compactInterval: '2' },
      io,
      visible: async () => pairs(await new OutputBench(io, '/out').rows()),
    }
  },
  { test },
)

describe('the file sink', () => {
  test('each epoch with rows is a part; a query without a checkpoint adds to what is there', async () => {
    const write = async (values: readonly number[]): Promise<void> => {
      const { session } = testSession()
      const numbers = new MemoryStream({ n: t.int, half: t.double, none: t.string.nullable() })
      const query = session.readStream
        .source(numbers)
        .writeStream.format('json')
        .options({ path: folder, delivery: 'at-least-once' })
        .start()
      for (const n of values) {
        numbers.addData([{ n, half: n / 2, none: null }])
        await query.processAllAvailable()
      }
      await session.stop()
    }
    await write([84, 1])
    await write([2])
    const names = (await readdir(folder)).filter((name) => name.startsWith('part-'))
    expect(names.map((name) => name.replace(/run[0-9a-f]{8}/, 'run')).sort()).toEqual([
      'part-run-0000000000-0.json',
      'part-run-0000000000-0.json',
      'part-run-0000000001-0.json',
    ])
    const lines = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    expect(lines.sort()).toEqual(['{"n":1,"half":0.5}\n', '{"n":2,"half":1}\n', '{"n":84,"half":42}\n'])
  })

  test('names are made of lineage, epoch and part; full parts are followed by others', async () => {
    const bench = new OutputBench(realIo, folder, { maxFileBytes: '20' })
    await bench.run(3, [
      [0, [1, 2, 3, 4]],
      [1, []],
      [2, [5]],
    ])
    expect(await bench.names()).toEqual(['part-0-0000000000-0.json', 'part-0-0000000000-1.json', 'part-0-0000000002-0.json'])
    expect(await readFile(join(folder, 'part-0-0000000000-0.json'), 'utf8')).toBe('{"id":1}\n{"id":2}\n{"id":3}\n')
    expect(await readdir(join(folder, '_millrace/work'))).toEqual([])
  })

  test('a part is full by its bytes, not by its characters, and none of a failed epoch is left for the next', async () => {
    const disk = new SimulatedDisk({ seed: 1 })
    await disk.makeFolder('/out')
    const schema = structType([field('v', stringType)])
    const lines = new JsonLines(schema)
    lines.add(batchFromDatums(schema, [['of before']]))
    const writer = new PartWriter({ disk, lines, pathOf: (part) => `/out/${part}`, maxFileBytes: 25 })
    await writer.write(batchFromDatums(schema, [['€€'], ['éé'], [null], ['"'], ['x'.repeat(40)]]))
    const parts = await writer.finish()
    expect(parts.map(({ bytes, rows }) => [bytes, rows])).toEqual([
      [28, 2],
      [63, 3],
    ])
    expect(Buffer.from(disk.readNow('/out/1') ?? []).toString()).toBe(`{}\n{"v":"\\""}\n{"v":"${'x'.repeat(40)}"}\n`)
  })

  test('the text sink writes the one string column, a null as an empty line', async () => {
    const { session } = testSession()
    const lines = new MemoryStream({ value: t.string.nullable() })
    lines.addData([{ value: 'one' }, { value: null }, { value: 'drei €' }])
    const query = session.readStream
      .source(lines)
      .writeStream.format('text')
      .options({ path: folder, lineSep: '\r\n', delivery: 'at-least-once' })
      .trigger({ availableNow: true })
      .start()
    await query.awaitTermination()
    const name = (await readdir(folder)).find((one) => one.endsWith('.txt')) ?? ''
    expect(await readFile(join(folder, name), 'utf8')).toBe('one\r\n\r\ndrei €\r\n')
    await session.stop()
  })

  test('a folder that is read back has the published parts only', async () => {
    const bench = new OutputBench(realIo, folder)
    await bench.run(1, [[0, [1, 2]]])
    await writeFile(join(folder, 'part-0-0000000001-0.json'), '{"id":99}\n')
    await writeFile(join(folder, 'other.json'), '{"id":98}\n')
    const { session } = testSession()
    const query = session.readStream
      .json(folder, { schema: { id: t.int } })
      .writeStream.format('memory')
      .queryName('back')
      .start()
    await query.processAllAvailable()
    await rm(join(folder, 'part-0-0000000001-0.json'))
    await bench.run(2, [[1, [3]]])
    await query.processAllAvailable()
    expect(await session.table('back').collect()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    await session.stop()
  })

  test('the folder of another query, and one with parts of nobody, is refused', async () => {
    await new OutputBench(realIo, folder).run(1, [[0, [1]]])
    await expect(new OutputBench(realIo, folder, {}, 'other').open()).rejects.toThrow(
      /SINK_FAILED.*the output of another query \(its id is q, this one's other\)/,
    )
    const { session } = testSession()
    const query = session.readStream.rate().writeStream.format('json').options({ path: folder, delivery: 'at-least-once' }).start()
    await expect(query.awaitTermination()).rejects.toThrow(/SINK_FAILED.*another query/)
    await writeFile(join(folder, 'part-1.json'), '')
    await rm(join(folder, '_millrace'), { recursive: true })
    await expect(new OutputBench(realIo, folder).run(1, [])).rejects.toThrow(/SINK_FAILED.*parts that no manifest lists/)
    await expect(new OutputBench(realIo, join(folder, 'part-1.json')).open()).rejects.toThrow(/SINK_FAILED.*is a file/)
  })

  test('what it cannot do is refused before it starts', () => {
    const ids = structType([field('id', intType)])
    expect(() => jsonFilesSink.check?.({}, ids, 'append', null)).toThrow(/MISSING_OPTION.*path/)
    expect(() => jsonFilesSink.check?.({ path: 'x' }, ids, 'complete', null)).toThrow(
      /OUTPUT_MODE_NOT_SUPPORTED.*only appended to, as in Spark/,
    )
    expect(() => textFilesSink.check?.({ path: 'x' }, ids, 'append', null)).toThrow(/UNSUPPORTED_OPERATION.*one string column.*id int/)
    expect(() => jsonFilesSink.check?.({ path: 'x', compactInterval: '1' }, ids, 'append', null)).toThrow(/INVALID_OPTION.*at least 2/)
  })

  test('a disk that is full fails the epoch, and nothing of it is left', async () => {
    const disk = new SimulatedDisk({ seed: 1 })
    const bench = new OutputBench({ ...realIo, disk }, '/out')
    const sink = await bench.start(1)
    const info = { epoch: 0, batchTimeMs: 0, lineage: 0 }
    await sink.begin(info)
    disk.failOperation(disk.operations + 2, 'ENOSPC')
    const batch = batchFromDatums(structType([field('id', intType)]), [[1]])
    await expect(sink.write(batch).then(() => sink.commit(info, { epoch: 0, lineage: 0, beginChecksum: 0 }))).rejects.toThrow(/ENOSPC/)
    await sink.abort(info)
    expect(disk.files().map(({ path }) => path)).toEqual(['/out/_millrace/log/0000000001'])
    await bench.epoch(sink, 0, [1])
    expect(await bench.rows()).toEqual([{ id: 1 }])
  })
})
