/** One measured job over record batches in memory: `program.js <job> <records>`. Fetches of a megabyte, batches of 16 KiB, JSON values of 95 bytes. */
import { measureWork } from '../measure.js'
import { loadCodec, loadNativeCrc32c, RecordBatchBuilder, RecordLanes, RecordSetReader } from './internals.js'
import { decodeObjects } from './objects.js'

const [job = '', text = '2000000'] = process.argv.slice(2)
const total = Number(text)
const BATCH_BYTES = 16_384
const FETCH_BYTES = 1 << 20
/** So many records are made once and gone through again and again. */
const DISTINCT = 100_000

const utf8 = new TextEncoder()
const eventOf = (id: number): Uint8Array =>
  utf8.encode(
    `{"id":${id},"timestamp":"2026-01-01T00:${String(id % 60).padStart(2, '0')}:00.123Z","value":${(id * 7919) % 1000}.5,"user":"u${(id * 31) % 10_000}","kind":"click"}`,
  )

type Codec = Awaited<ReturnType<typeof loadCodec>>
/** Fetches of `records` records. */
function fetches(records: number, codec: Codec): Buffer[] {
  const builder = new RecordBatchBuilder({ codec })
  const made: Buffer[] = []
  let batches: Uint8Array[] = []
  let size = 0
  for (let id = 0, base = 0; id < records; id++) {
    builder.append(1_767_225_600_000 + id, null, eventOf(id))
    if (builder.sizeBytes < BATCH_BYTES && id + 1 < records) continue
    const batch = builder.finish({ baseOffset: base })
    base = id + 1
    batches.push(batch)
    size += batch.length
    if (size < FETCH_BYTES && id + 1 < records) continue
    made.push(Buffer.concat(batches))
    batches = []
    size = 0
  }
  return made
}

/** Walks all fetches into lanes and looks at every value. */
function walk(all: readonly Buffer[], checkCrc: boolean): number {
  const reader = new RecordSetReader({ checkCrc })
  const lanes = new RecordLanes()
  let seen = 0
  let bytes = 0
  for (let round = 0; round < total / DISTINCT; round++)
    for (const one of all) {
      reader.begin(one, 0)
      while (reader.next(lanes)) {
        seen += lanes.count
        for (let row = 0; row < lanes.count; row++) bytes += (lanes.valueEnds[row] ?? 0) - (lanes.valueStarts[row] ?? 0)
      }
    }
  if (bytes < seen * 80) throw new Error('The values are too short.')
  return seen
}

const [operation, name] = job.split(' ') as [string, 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd' | undefined]
const codec = await loadCodec(name ?? 'none')
if (operation === 'walk') {
  const all = fetches(DISTINCT, codec)
  await measureWork(async () => walk(all, false))
} else if (operation === 'walk-crc-tables' || operation === 'walk-crc-native') {
  const all = fetches(DISTINCT, codec)
  if (operation === 'walk-crc-native' && !(await loadNativeCrc32c())) throw new Error('@node-rs/crc32 is not installed.')
  await measureWork(async () => walk(all, true))
} else if (operation === 'objects') {
  const all = fetches(DISTINCT, codec)
  await measureWork(async () => {
    let seen = 0
    for (let round = 0; round < total / DISTINCT; round++)
      for (const one of all) for (const { value } of decodeObjects(one)) seen += (value?.length ?? 0) > 80 ? 1 : 0
    return seen
  })
} else if (operation === 'build') {
  const values = Array.from({ length: DISTINCT }, (_, id) => eventOf(id))
  if (name === undefined) await loadNativeCrc32c()
  await measureWork(async () => {
    const builder = new RecordBatchBuilder({ codec, sizeHint: 2 * BATCH_BYTES })
    let built = 0
    for (let round = 0; round < total / DISTINCT; round++)
      for (const value of values) {
        builder.append(1_767_225_600_000 + built++, null, value)
        if (builder.sizeBytes >= BATCH_BYTES) builder.recycle(builder.finish())
      }
    return built
  })
} else throw new Error(`There is no job ${job}.`)
