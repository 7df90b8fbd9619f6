/** The queries that are crashed: what each reads, keeps and writes, and how its output is read back. */
import { listFiles } from '../../src/connectors/files/file-listing.ts'
import { PublishedOutputs } from '../../src/connectors/files/published-outputs.ts'
import {
  count,
  type DataFrame,
  floor,
  lit,
  rand,
  type StreamingQuery,
  type StreamSession,
  sessionWindow,
  sum,
  window,
} from '../../src/index.ts'
import type { Disk } from '../../src/io/io.ts'
import { INPUT_FOLDER, INPUT_SCHEMA, inputFiles } from './input.ts'
import type { OutsideState } from './lossy-source.ts'
import { tableRows } from './table-sink.ts'

export interface Scenario {
  readonly name: string
  start(session: StreamSession): StreamingQuery
  /** The rows that readers see, sorted. Throws what a reader would get. */
  output(disk: Disk): Promise<readonly string[]>
  /** Where the outside world decides what the output should be: what is wrong with it, or null. */
  readonly verdict?: (output: readonly string[], outside: OutsideState) => string | null
}

export const CHECKPOINT = '/checkpoint'
const OUT = '/out'
const TABLE = '/table'

type Input = DataFrame<{ id: number; key: string; at: Date; n: number }>
const input = (session: StreamSession): Input =>
  session.readStream
    .format('json')
    .schema(INPUT_SCHEMA)
    .option('path', INPUT_FOLDER)
    .option('maxFilesPerTrigger', 1)
    .load() as unknown as Input

const windowed = (session: StreamSession): DataFrame<object> =>
  input(session)
    .withWatermark('at', '5 seconds')
    .groupBy(window('at', '10 seconds'), 'key')
    .agg(count('*').alias('rows'), sum('n').alias('total'))

const intoFiles = (frame: DataFrame<object>): StreamingQuery =>
  frame.writeStream
    .format('json')
    .option('path', OUT)
    .option('compactInterval', 3)
    .option('maxFileBytes', 150)
    .option('checkpointLocation', CHECKPOINT)
    .trigger({ availableNow: true })
    .start()

const intoTable = (frame: DataFrame<object>, mode: 'update' | 'complete'): StreamingQuery =>
  frame.writeStream
    .format('table')
    .option('path', TABLE)
    .option('keys', 'window,key')
    .option('checkpointLocation', CHECKPOINT)
    .outputMode(mode)
    .trigger({ availableNow: true })
    .start()

const table = async (disk: Disk): Promise<readonly string[]> => (await tableRows(disk, TABLE)) ?? []

/** The rows by the manifest; they must be those that a plain `cat part-*` gives. */
async function files(disk: Disk): Promise<readonly string[]> {
  if ((await disk.stat(OUT)) === null) return []
  const listed = (await listFiles(disk, { path: OUT, recursive: false }, new PublishedOutputs(disk))).map(({ path }) => path)
  const plain = (await disk.list(OUT)).map(({ path }) => path).filter((path) => path.startsWith(`${OUT}/part-`))
  if (JSON.stringify(listed.sort()) !== JSON.stringify(plain.sort()))
    throw new Error(`by the manifest there are ${listed.join(', ')}, and in the folder ${plain.join(', ')}`)
  const rows: string[] = []
  for (const path of listed) {
    const chunks: Uint8Array[] = []
    for await (const chunk of disk.read(path)) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    if (!text.endsWith('\n')) throw new Error(`'${path}' is cut off`)
    rows.push(...text.slice(0, -1).split('\n'))
  }
  return rows.sort()
}

export const windowsAppended: Scenario = { name: 'windows-append', start: (session) => intoFiles(windowed(session)), output: files }
export const windowsUpdated: Scenario = {
  name: 'windows-update',
  start: (session) => intoTable(windowed(session), 'update'),
  output: table,
}
export const windowsComplete: Scenario = {
  name: 'windows-complete',
  start: (session) => intoTable(windowed(session), 'complete'),
  output: table,
}
export const sessionsAppended: Scenario = {
  name: 'sessions-append',
  start: (session) =>
    intoFiles(
      input(session)
        .withWatermark('at', '5 seconds')
        .groupBy(sessionWindow('at', '6 seconds'), 'key')
        .agg(count('*').alias('rows'), sum('n').alias('total')),
    ),
  output: files,
}
export const copied: Scenario = {
  name: 'copy',
  start: (session) => intoFiles(input(session).select('id', 'key', 'n')),
  output: files,
}
const BUCKETS = 20
/**
 * Rows are put into buckets by chance. What a crash leaves in doubt must draw again what the sink may have seen already: else rows that went into one bucket of
 * the table go into another of the state, and the buckets that no later epoch changes do not add up.
 */
export const drawn: Scenario = {
  name: 'drawn',
  start: (session) =>
    intoTable(
      input(session)
        .groupBy(() => ({ window: floor(rand().mul(BUCKETS)), key: rand(42).lt(0.5) }))
        .agg(count('*').alias('rows'), sum('id').alias('ids')),
      'update',
    ),
  output: table,
  verdict: (output) => {
    const sums = output.map((line) => JSON.parse(line) as { rows: number; ids: number })
    const rows = inputFiles.flatMap(({ text }) => text.trimEnd().split('\n')).length
    const [count, ids] = [sums.reduce((all, one) => all + one.rows, 0), sums.reduce((all, one) => all + one.ids, 0)]
    return count === rows && ids === (rows * (rows + 1)) / 2 ? null : `there are ${count} rows with the sum ${ids}, and ${rows} came`
  },
}
/** Two sources, of which one cannot be read again. */
export const spooled: Scenario = {
  name: 'spool',
  start: (session) => {
    const files = input(session).select('id', lit('file').alias('from'))
    const wire = (session.readStream.format('lossy').load() as unknown as DataFrame<{ n: number }>).select((row) => ({
      id: row.n,
      from: lit('wire'),
    }))
    return intoFiles(files.union(wire as unknown as typeof files))
  },
  output: files,
  verdict: (output, { confirmed, sent }) => {
    const rows = output.map((line) => JSON.parse(line) as { id: number; from: string })
    const counts = new Map<number, number>()
    for (const { id, from } of rows) if (from === 'wire') counts.set(id, (counts.get(id) ?? 0) + 1)
    const wrong = [
      ...[...counts].filter(([id, times]) => times > 1 || id >= sent).map(([id, times]) => `event ${id} is there ${times} times`),
      ...confirmed.filter((id) => !counts.has(id)).map((id) => `event ${id} was confirmed and is not there`),
    ]
    const ids = rows.filter(({ from }) => from === 'file').map(({ id }) => id)
    const wanted = inputFiles.flatMap(({ text }) => text.trimEnd().split('\n')).map((line) => (JSON.parse(line) as { id: number }).id)
    if (JSON.stringify(ids.sort((a, b) => a - b)) !== JSON.stringify(wanted)) wrong.push(`of the files there are the rows ${ids.join(' ')}`)
    return wrong.length === 0 ? null : wrong.join('; ')
  },
}

export const scenarios: readonly Scenario[] = [windowsAppended, windowsUpdated, windowsComplete, sessionsAppended, copied, drawn, spooled]
