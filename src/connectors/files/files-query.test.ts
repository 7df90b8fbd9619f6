/** A query from files to files, with a checkpoint: each row once, however often it is started again. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { t } from '../../data/type-builder.ts'
import type { Processes } from '../../io/io.ts'
import { realIo } from '../../io/real.ts'
import { SimulatedDisk } from '../../io/simulated-disk.ts'
import { testSession } from '../../testing/test-session.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-query-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function copy(root: string, io = realIo): Promise<void> {
  const { session } = testSession({ io })
  const query = session.readStream
    .json(`${root}/in`, { schema: { id: t.int }, maxFilesPerTrigger: 1 })
    .select((row) => ({ id: row.id, twice: row.id.mul(2) }))
    .writeStream.format('json')
    .options({ path: `${root}/out`, checkpointLocation: `${root}/checkpoint` })
    .trigger({ availableNow: true })
    .start()
  await query.awaitTermination()
  await session.stop()
}

test('a query that is started again reads each file once, also older ones that came later, and goes on behind what it published', async () => {
  await mkdir(join(folder, 'in'))
  await writeFile(join(folder, 'in/b.json'), '{"id":1}\n{"id":2}\n')
  await writeFile(join(folder, 'in/c.json'), '{"id":3}\n')
  await copy(folder)
  await rm(join(folder, 'in/b.json'))
  await writeFile(join(folder, 'in/a.json'), '{"id":4}\n')
  await copy(folder)
  await copy(folder)
  const names = (await readdir(join(folder, 'out'))).filter((name) => name.startsWith('part-')).sort()
  expect(names).toEqual(['part-0-0000000000-0.json', 'part-0-0000000001-0.json', 'part-0-0000000002-0.json'])
  const texts = await Promise.all(names.map((name) => readFile(join(folder, 'out', name), 'utf8')))
  expect(texts).toEqual(['{"id":1,"twice":2}\n{"id":2,"twice":4}\n', '{"id":3,"twice":6}\n', '{"id":4,"twice":8}\n'])
})

/** Each start is another process; those before are dead. */
const processAt = (start: number): Processes => ({
  self: { ...realIo.processes.self, startedAt: `start ${start}` },
  stateOf: ({ startedAt }) => (startedAt === `start ${start}` ? 'alive' : 'dead'),
})

test('a crash of the machine after every few operations, and the query started again each time', async () => {
  const whole = new SimulatedDisk({ seed: 1 })
  for (let id = 0; id < 5; id++) whole.put(`/q/in/${id}.json`, Buffer.from(`{"id":${id}}\n`))
  const start = whole.snapshot()
  for (let step = 5; step < 60; step += 6) {
    let disk = new SimulatedDisk({ seed: step, from: start })
    for (let starts = 0; ; starts++) {
      const until = disk.operations + step + starts
      disk.crashAfter(until)
      const failure = await copy('/q', { ...realIo, disk, processes: processAt(starts) }).then(
        () => null,
        (error: unknown) => error,
      )
      if (failure === null) break
      expect(disk.operations, String(failure)).toBe(until)
      disk = disk.powerCut({ unsynced: 'torn' })
      expect(starts).toBeLessThan(300)
    }
    const parts = disk.files().filter(({ path }) => path.startsWith('/q/out/part-'))
    const text = parts.map(({ path }) => Buffer.from(disk.contents(path)).toString()).join('')
    expect(text).toBe([0, 1, 2, 3, 4].map((id) => `{"id":${id},"twice":${2 * id}}\n`).join(''))
  }
})
