/**
 * In a process of its own: small epochs through the whole engine – memory stream, noop sink, checkpoint on the real disk – with every sync counted, and between
 * them the same number of appends and syncs alone, in the same folder.
 */
import { join } from 'node:path'
import { count, type StreamingQuery, t } from 'millrace'
import { type Io, MemoryStream, realIo, testSession } from 'millrace/testing'

const ROWS = 10
/** What the journal writes for such an epoch, about. */
const FRAME_BYTES = 600
const WARM_UP = 50
/** Busy epochs between two looks at what syncs alone cost. */
const BURST = 50
/** What a memory stream counts for a value. */
const VALUE_BYTES = 16

export interface EpochFigures {
  readonly syncsPerEpoch: number
  readonly epochMs: readonly number[]
  readonly syncsAloneMs: readonly number[]
}
type Counted = { syncs: number }
type WritableFile = Awaited<ReturnType<Io['disk']['create']>>

function countingIo(counted: Counted): Io {
  const { disk } = realIo
  const counting = (file: WritableFile): WritableFile => ({
    append: (bytes) => file.append(bytes),
    sync: () => {
      counted.syncs++
      return file.sync()
    },
    close: () => file.close(),
  })
  return {
    ...realIo,
    disk: {
      ...disk,
      create: async (path) => counting(await disk.create(path)),
      open: async (path) => counting(await disk.open(path)),
      syncFolder: (path) => {
        counted.syncs++
        return disk.syncFolder(path)
      },
    },
  }
}

interface Rig {
  readonly session: ReturnType<typeof testSession>['session']
  readonly query: StreamingQuery
  readonly stream: MemoryStream<{ key: typeof t.int }>
  readonly counted: Counted
  readonly alone: (syncs: number) => Promise<number>
  readonly close: () => Promise<void>
}

async function start(folder: string, program: 'select' | 'count'): Promise<Rig> {
  const counted: Counted = { syncs: 0 }
  const { session } = testSession({ io: countingIo(counted) })
  session.conf.set('millrace.maxBytesPerTrigger', String(ROWS * VALUE_BYTES))
  const stream = new MemoryStream({ key: t.int })
  const df = session.readStream.source(stream)
  const writer = program === 'count' ? df.groupBy('key').agg(count('*').alias('rows')).writeStream.outputMode('update') : df.writeStream
  await realIo.disk.makeFolder(folder)
  const file = await realIo.disk.create(join(folder, 'alone'))
  const bytes = new Uint8Array(FRAME_BYTES).fill(120)
  const query = writer.format('noop').option('checkpointLocation', join(folder, 'checkpoint')).start()
  return {
    session,
    query,
    stream,
    counted,
    alone: async (syncs) => {
      const from = performance.now()
      for (let sync = 0; sync < syncs; sync++) {
        await file.append(bytes)
        await file.sync()
      }
      return performance.now() - from
    },
    close: async () => {
      await session.stop()
      await file.close()
    },
  }
}

const rowsOf = (rows: number) => Array.from({ length: rows }, (_, row) => ({ key: row % 1000 }))

/** Each epoch begins after all was read: its begin cannot ride on a commit. */
export async function idleEpochs(folder: string, program: 'select' | 'count', epochs: number): Promise<EpochFigures> {
  const { query, stream, counted, alone, close } = await start(folder, program)
  await query.processAllAvailable()
  const [epochMs, syncsAloneMs]: [number[], number[]] = [[], []]
  let syncs = 0
  for (let epoch = -WARM_UP; epoch < epochs; epoch++) {
    const before = counted.syncs
    const from = performance.now()
    stream.addData(rowsOf(ROWS))
    await query.processAllAvailable()
    const ms = performance.now() - from
    const aloneMs = await alone(2)
    if (epoch < 0) continue
    // Segments roll now and then; the median leaves that out, the count of syncs does not.
    syncs += counted.syncs - before
    epochMs.push(ms)
    syncsAloneMs.push(aloneMs)
  }
  await close()
  return { syncsPerEpoch: syncs / epochs, epochMs, syncsAloneMs }
}

/** Bursts of epochs whose input is waiting, and after each as many syncs alone. The time of an epoch is that between two reports of progress. */
export async function busyEpochs(folder: string, program: 'select' | 'count', epochs: number): Promise<EpochFigures> {
  const { session, query, stream, counted, alone, close } = await start(folder, program)
  await query.processAllAvailable()
  const reports: { readonly ms: number; readonly syncs: number }[] = []
  session.streams.addListener({ onQueryProgress: () => void reports.push({ ms: performance.now(), syncs: counted.syncs }) })
  const [epochMs, syncsAloneMs]: [number[], number[]] = [[], []]
  let syncs = 0
  for (let burst = -1; burst * BURST < epochs; burst++) {
    reports.length = 0
    stream.addData(rowsOf(BURST * ROWS))
    await query.processAllAvailable()
    // The first one writes a begin of its own.
    const [first, last] = [reports[0], reports.at(-1)]
    if (burst < 0 || first === undefined || last === undefined) continue
    syncs += (last.syncs - first.syncs) / (reports.length - 1)
    for (let at = 1; at < reports.length; at++) epochMs.push((reports[at]?.ms ?? 0) - (reports[at - 1]?.ms ?? 0))
    for (let sync = 1; sync < BURST; sync++) syncsAloneMs.push(await alone(1))
  }
  await close()
  return { syncsPerEpoch: syncs / Math.ceil(epochs / BURST), epochMs, syncsAloneMs }
}
