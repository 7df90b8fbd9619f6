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
  readonly query: StreamingQuery
  readonly stream: MemoryStream<{ key: typeof t.int }>
  readonly counted: Counted
  readonly alone: (syncs: number) => Promise<number>
  readonly close: () => Promise<void>
}

async function start(folder: string, program: 'select' | 'count', backlog: number): Promise<Rig> {
  const counted: Counted = { syncs: 0 }
  const { session } = testSession({ io: countingIo(counted) })
  session.conf.set('millrace.maxBytesPerTrigger', String(ROWS * VALUE_BYTES))
  const stream = new MemoryStream({ key: t.int })
  if (backlog > 0) stream.addData(rowsOf(backlog))
  const df = session.readStream.source(stream)
  const writer = program === 'count' ? df.groupBy('key').agg(count('*').alias('rows')).writeStream.outputMode('update') : df.writeStream
  await realIo.disk.makeFolder(folder)
  const file = await realIo.disk.create(join(folder, 'alone'))
  const bytes = new Uint8Array(FRAME_BYTES).fill(120)
  const query = writer.format('noop').option('checkpointLocation', join(folder, 'checkpoint')).start()
  return {
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
  const { query, stream, counted, alone, close } = await start(folder, program, 0)
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

/** Input is always waiting. The time of an epoch is that between two reports of progress. */
export async function busyEpochs(folder: string, program: 'select' | 'count', epochs: number): Promise<EpochFigures> {
  const { query, counted, alone, close } = await start(folder, program, (epochs + WARM_UP) * ROWS)
  const epochMs: number[] = []
  let [last, syncsBefore, syncsAfter, seen] = [performance.now(), 0, 0, 0]
  while (seen < epochs + WARM_UP - 1) {
    await new Promise((resolve) => setImmediate(resolve))
    const done = (query.lastProgress?.batchId ?? -1) + 1
    if (done === seen) continue
    const now = performance.now()
    if (seen >= WARM_UP) for (let epoch = seen; epoch < done; epoch++) epochMs.push((now - last) / (done - seen))
    else syncsBefore = counted.syncs
    if (seen < WARM_UP && done > WARM_UP) syncsBefore = counted.syncs
    syncsAfter = counted.syncs
    last = now
    seen = done
  }
  const syncsAloneMs: number[] = []
  for (let sync = 0; sync < epochs; sync++) syncsAloneMs.push(await alone(1))
  await close()
  return { syncsPerEpoch: (syncsAfter - syncsBefore) / epochMs.length, epochMs, syncsAloneMs }
}
