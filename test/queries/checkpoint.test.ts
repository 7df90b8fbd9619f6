/** Queries that go on from a checkpoint: what stays, what may change, who may run. On the simulated disk; what crashes do is in test/crash. */
import { describe, expect, test } from 'vitest'
import { count, sum, t, window } from '../../src/index.ts'
import { MemoryStream, type SimulatedDisk, type SimulatedIo, simulatedIo, testSession } from '../../src/testing/index.ts'

const LOCATION = '/cp'
const row = (user: string, second: number) => ({ user, amount: second, time: new Date(Date.UTC(2026, 0, 1, 0, 0, second)) })

let seeds = 0
/** A fresh start of a program on what the disk has. */
const start = (disk?: SimulatedDisk): SimulatedIo => simulatedIo({ seed: ++seeds, ...(disk === undefined ? {} : { disk: disk.restart() }) })
function program(io: SimulatedIo) {
  const { session } = testSession({ io })
  const stream = new MemoryStream({ user: t.string, amount: t.int, time: t.timestamp }, { format: 'memory-input' })
  return { session, stream, df: session.readStream.source(stream) }
}
type Program = ReturnType<typeof program>

const totals = ({ df }: Program) => df.groupBy('user').agg(sum('amount').alias('total'), count('*').alias('n'))
async function rows({ session }: Program): Promise<unknown> {
  return session.table('t').collect()
}

describe('a query with a checkpoint', () => {
  test('keeps its id and its state over a restart', async () => {
    const io = start()
    const first = program(io)
    const write = (one: Program) =>
      totals(one).writeStream.format('memory').queryName('t').outputMode('complete').option('checkpointLocation', LOCATION)
    const query = write(first).start()
    first.stream.addData([row('ada', 1), row('bob', 2)])
    await query.processAllAvailable()
    await query.stop()

    const second = program(start(io.disk))
    // What the first one read is behind the position; a memory stream is new in each process.
    second.stream.addData([row('ada', 1), row('bob', 2), row('ada', 10)])
    const again = write(second).start()
    expect(again.id).toBe(query.id)
    expect(again.runId).not.toBe(query.runId)
    await again.processAllAvailable()
    expect(await rows(second)).toEqual([
      { user: 'ada', total: 11, n: 2 },
      { user: 'bob', total: 2, n: 1 },
    ])
    expect(again.recentProgress.map((one) => one.batchId)).not.toContain(0)
    await again.stop()
  })

  test('is held by one runner, also within a process, and a takeover shuts the other out', async () => {
    const io = start()
    const one = program(io)
    const write = (program: Program) =>
      totals(program).writeStream.format('noop').outputMode('update').option('checkpointLocation', LOCATION)
    const first = write(one).start()
    await first.processAllAvailable()
    await expect(write(program(io)).start().awaitTermination()).rejects.toThrow(/CHECKPOINT_IN_USE.*takeover/)
    const second = write(program(io)).option('takeover', true).start()
    await second.processAllAvailable()
    one.stream.addData([row('ada', 1)])
    await expect(first.awaitTermination()).rejects.toThrow('QUERY_FENCED')
    expect(second.isActive).toBe(true)
    await second.stop()
    const third = write(program(io)).start()
    await third.processAllAvailable()
    await third.stop()
  })

  test('that waits for data finds out that it was taken over, or that its checkpoint is gone', async () => {
    const io = start()
    const write = (program: Program) =>
      totals(program).writeStream.format('noop').outputMode('update').option('checkpointLocation', LOCATION)
    const first = write(program(io)).start()
    await first.processAllAvailable()
    const second = write(program(io)).option('takeover', true).start()
    await second.processAllAvailable()
    await io.clock.advance(25_000)
    await expect(first.awaitTermination()).rejects.toThrow('QUERY_FENCED')
    expect(second.isActive).toBe(true)
    await io.disk.removeFolder(LOCATION)
    await io.clock.advance(25_000)
    await expect(second.awaitTermination()).rejects.toThrow('CHECKPOINT_DAMAGED')
  })

  test('is the same folder however it is spelled', async () => {
    const io = start()
    const write = (location: string) =>
      totals(program(io)).writeStream.format('noop').outputMode('update').option('checkpointLocation', location).start()
    const first = write('/cp')
    await first.processAllAvailable()
    await expect(write('/cp/').awaitTermination()).rejects.toThrow('CHECKPOINT_IN_USE')
    await expect(write('//x/..//cp/.').awaitTermination()).rejects.toThrow('CHECKPOINT_IN_USE')
    await first.stop()
    const again = write('/./cp')
    expect(again.id).toBe(first.id)
    await again.processAllAvailable()
    await again.stop()
  })

  test('of another program is refused with both sides', async () => {
    const io = start()
    const run = async (build: (one: Program) => { start(): { processAllAvailable(): Promise<void>; stop(): Promise<void> } }) => {
      const one = program(io)
      const query = build(one).start()
      await query.processAllAvailable()
      await query.stop()
    }
    const to = (df: { writeStream: ReturnType<typeof totals>['writeStream'] }, mode: 'update' | 'complete' = 'update') =>
      df.writeStream.format('noop').outputMode(mode).option('checkpointLocation', LOCATION)
    await run((one) => to(totals(one)))
    // A filter keeps nothing, so it may come and go.
    await run((one) =>
      to(
        one.df
          .filter((r) => r.amount.gt(0))
          .groupBy('user')
          .agg(sum('amount').alias('sum'), count('*').alias('n')) as never,
      ),
    )
    await expect(run((one) => to(totals(one), 'complete'))).rejects.toThrow(
      /CHECKPOINT_INCOMPATIBLE.*outputMode\s+checkpoint: update\s+program: +complete/s,
    )
    await expect(run((one) => to(one.df.groupBy('user').agg(count('*').alias('n')) as never))).rejects.toThrow(
      /operator aggregate-0\s+checkpoint: keys \(user STRING\), values \(sum\(BIGINT\) BIGINT.*program: +keys \(user STRING\), values \(count/is,
    )
    await expect(run((one) => to(one.df as never))).rejects.toThrow(/operator aggregate-0\s+checkpoint: keys.*program: +none/s)
    const renamed = (one: Program) =>
      to(one.df.withColumnRenamed('user', 'who').groupBy('who').agg(sum('amount').alias('s'), count('*').alias('n')) as never)
    await expect(run(renamed)).rejects.toThrow('CHECKPOINT_INCOMPATIBLE')
    await run((one) => renamed(one).option('checkpointRenames', 'user -> who'))
    await run(renamed)
  })

  test('goes on with its watermark: what was late stays late', async () => {
    const io = start()
    const write = ({ df }: Program) =>
      df
        .withWatermark('time', '5 seconds')
        .groupBy(window('time', '10 seconds'))
        .agg(count('*').alias('n'))
        .writeStream.format('memory')
        .queryName('t')
        .option('checkpointLocation', LOCATION)
    const first = program(io)
    const query = write(first).start()
    first.stream.addData([row('a', 1), row('a', 40)])
    await query.processAllAvailable()
    await query.stop()
    const second = program(start(io.disk))
    const again = write(second).start()
    second.stream.addData([row('a', 1), row('a', 40), row('late', 2), row('a', 41), row('a', 90)])
    await again.processAllAvailable()
    expect(again.recentProgress.reduce((total, one) => total + (one.stateOperators[0]?.numRowsDroppedByWatermark ?? 0), 0)).toBe(1)
    await again.stop()
    expect(await rows(second)).toEqual([
      { window: { start: new Date(Date.UTC(2026, 0, 1, 0, 0, 40)), end: new Date(Date.UTC(2026, 0, 1, 0, 0, 50)) }, n: 2 },
    ])
  })

  test('has bounded files, however long it runs', async () => {
    const io = start()
    const one = program(io)
    one.session.conf.set('millrace.checkpoint.epochsRetained', '5')
    const query = totals(one).writeStream.format('noop').outputMode('update').option('checkpointLocation', LOCATION).start()
    const sizes: number[] = []
    for (let epoch = 0; epoch < 1200; epoch++) {
      one.stream.addData([row(`u${epoch % 50}`, 1)])
      await query.processAllAvailable()
      if (epoch % 300 === 299) sizes.push(io.disk.files().reduce((total, file) => total + file.sizeBytes, 0))
    }
    await query.stop()
    expect(Math.max(...sizes.slice(1))).toBeLessThan(2 * (sizes[0] as number))
    expect(io.disk.files().filter((file) => file.path.includes('/journal/')).length).toBeLessThan(5)
    const again = totals(program(start(io.disk)))
      .writeStream.format('noop')
      .outputMode('update')
      .option('checkpointLocation', LOCATION)
      .start()
    await again.processAllAvailable()
    await again.stop()
  })
})
