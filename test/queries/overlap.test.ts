/**
 * While a commit becomes durable, the next epoch is read and run; what must not happen before it is durable does not. The disk here says when a sync ends.
 */
import { describe, expect, test } from 'vitest'
import { type Sink, type SinkProvider, type Source, type SourceProvider, t } from '../../src/index.ts'
import { type Io, MemoryStream, simulatedIo, testSession } from '../../src/testing/index.ts'

type Gate = 'open' | 'closed' | 'broken'

/** What happens, in its order; syncs of the journal wait while the gate is closed. */
function rig(failsAtRead: number | null = null) {
  const events: string[] = []
  let gate: Gate = 'open'
  let waiting: (() => void)[] = []
  let allowed = 0
  const passGate = async (): Promise<void> => {
    while (gate === 'closed' && allowed === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    if (gate === 'broken') throw new Error('EIO: i/o error, fdatasync')
    allowed = Math.max(0, allowed - 1)
    events.push('durable')
  }
  const simulated = simulatedIo({ seed: 1 })
  const io: Io = { ...simulated, disk: gatedDisk(simulated.disk, passGate) }
  const stream = new MemoryStream({ n: t.int })
  const { session } = testSession({ io })
  // A value of a memory stream counts for 16 bytes: each epoch takes one row.
  session.conf.set('millrace.maxBytesPerTrigger', '16')
  session.registerSink(recordingSink(events))
  const source = { provider: recorded(stream.provider, events, failsAtRead) }
  const query = session.readStream.source(source).writeStream.format('recording').option('checkpointLocation', '/cp').start()
  const to = (next: Gate): void => {
    gate = next
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }
  /** Gives two rows, and waits until the commit of the first one is at the gate and the query does nothing more. */
  const stuck = async (reads: number): Promise<void> => {
    await query.processAllAvailable()
    events.length = 0
    to('closed')
    allowed = 1
    stream.addData([{ n: 1 }, { n: 2 }])
    await expect.poll(() => waiting.length === 1 && events.filter((one) => one === 'read').length === reads).toBe(true)
    await turns()
  }
  return { events, to, stuck, query }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function gatedDisk(disk: Io['disk'], passGate: () => Promise<void>): Io['disk'] {
  const create: Io['disk']['create'] = async (path) => {
    const file = await disk.create(path)
    if (!path.includes('/journal/')) return file
    return { append: (bytes) => file.append(bytes), close: () => file.close(), sync: () => passGate().then(() => file.sync()) }
  }
  return new Proxy(disk, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name)
      return name === 'create' ? create : typeof found === 'function' ? found.bind(target) : found
    },
  })
}

function recorded(provider: SourceProvider, events: string[], failsAtRead: number | null): SourceProvider {
  let reads = 0
  const open: SourceProvider['open'] = async (context) => {
    const source = await provider.open(context)
    return {
      initialOffset: () => source.initialOffset(),
      latestOffset: (start, limit) => source.latestOffset(start, limit),
      waitForData: (signal) => source.waitForData?.(signal) ?? Promise.resolve(),
      close: () => source.close(),
      async *read(start, end) {
        if (++reads === failsAtRead) throw new Error('the source is gone')
        for await (const batch of source.read(start, end)) {
          events.push('read')
          yield batch
        }
      },
      commit: async () => void events.push('source told'),
    } satisfies Source
  }
  return { ...provider, open }
}

function recordingSink(events: string[]): SinkProvider {
  const sink: Sink = {
    begin: async ({ epoch }) => void events.push(`sink begins ${epoch}`),
    write: async () => void events.push('sink writes'),
    commit: async ({ epoch }) => {
      events.push(`sink commits ${epoch}`)
      return null
    },
    abort: async ({ epoch }) => void events.push(`sink aborts ${epoch}`),
    close: async () => undefined,
  }
  return { format: 'recording', options: {}, modes: ['append'], delivery: 'at-least-once', open: async () => sink }
}

const FIRST = ['durable', 'read', 'sink begins 1', 'sink writes', 'sink commits 1']

describe('while a commit is on its way to the disk', () => {
  test('the next epoch is read, and the sink and the sources hear nothing before it is durable', async () => {
    const { events, to, stuck, query } = rig()
    await stuck(2)
    expect(events.toSorted()).toEqual([...FIRST, 'read'].toSorted())
    expect(query.lastProgress?.batchId).toBe(0)
    to('open')
    await query.processAllAvailable()
    const from = events.lastIndexOf('read') + 1
    expect(events.slice(from)).toEqual([
      ...['durable', 'sink begins 2', 'sink writes', 'source told', 'sink commits 2'],
      ...['durable', 'source told'],
    ])
    expect(query.recentProgress.map(({ batchId, numInputRows }) => [batchId, numInputRows])).toEqual([
      [0, 0],
      [1, 1],
      [2, 1],
    ])
    await query.stop()
  })

  test('and fails: the query ends with that error, and the next epoch never reaches the sink', async () => {
    const { events, to, stuck, query } = rig()
    await stuck(2)
    to('broken')
    await expect(query.awaitTermination()).rejects.toThrow(/CHECKPOINT_FAILED.*EIO/)
    expect(events.filter((one) => one.endsWith('2') || one === 'source told')).toEqual([])
    expect(query.lastProgress?.batchId).toBe(0)
  })

  test('and the next epoch fails meanwhile: the commit counts, and the sources hear of it', async () => {
    const { events, to, stuck, query } = rig(2)
    await stuck(1)
    expect(query.isActive).toBe(true)
    to('open')
    await expect(query.awaitTermination()).rejects.toThrow(/SOURCE_FAILED.*the source is gone/)
    expect(events.slice(-2)).toEqual(['durable', 'source told'])
    expect(query.lastProgress?.batchId).toBe(1)
  })

  test('and the query is stopped: it ends when the commit is durable, and the sources hear of it', async () => {
    const { events, to, stuck, query } = rig()
    await stuck(2)
    const stopped = query.stop()
    await turns()
    expect(query.isActive).toBe(true)
    to('open')
    await stopped
    expect(query.exception).toBeNull()
    expect(events.filter((one) => one.endsWith('2') || !one.startsWith('sink')).slice(-4)).toEqual([
      'durable',
      'sink begins 2',
      'source told',
      'sink aborts 2',
    ])
    expect(query.lastProgress?.batchId).toBe(1)
  })
})
