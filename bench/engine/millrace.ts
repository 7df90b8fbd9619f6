/** The jobs in Millrace: `millrace.js <job> <file>`. What a job gives goes into a sink that adds up a column, so that the answer accounts for every record. */
import { count, max, type SinkProvider, StreamSession, sessionWindow, sum, t, window } from 'millrace'
import { measureWork } from '../measure.ts'
import type { Job } from './jobs.ts'

const [job, file = ''] = process.argv.slice(2) as [Job, string]
const session = StreamSession.builder.appName(job).getOrCreate()
const schema = { id: t.long, timestamp: t.timestamp, value: t.double, user: t.string, kind: t.string }
const events = session.readStream.schema(schema).json(file)

let added = 0
let rows = 0
/** Adds up the column `n` where there is one, and counts rows. */
const adding: SinkProvider = {
  format: 'adding',
  options: {},
  modes: ['append', 'update', 'complete'],
  delivery: 'at-least-once',
  open: async () => ({
    begin: async () => undefined,
    write: async (batch) => {
      rows += batch.length
      const column = batch.columns[batch.schema.fields.findIndex((one) => one.name === 'n')]
      if (column === undefined || !('values' in column)) return
      for (let row = 0; row < batch.length; row++) added += Number(column.values[row])
    },
    commit: async () => null,
    abort: async () => undefined,
    close: async () => undefined,
  }),
}
session.registerSink(adding)

const n = count('*').alias('n')
const minute = window('timestamp', '1 minute')
const frames = {
  'decode-one': () => events.groupBy().agg(max('timestamp').alias('latest'), n),
  'decode-five': () => events.select('id', 'timestamp', 'value', 'user', 'kind'),
  exercise1: () => events.groupBy(minute).agg(n),
  'by-user': () => events.groupBy(minute, 'user').agg(n, sum('value').alias('total')),
  sliding: () => events.groupBy(window('timestamp', '10 seconds', '2 seconds')).agg(n),
  'sliding-by-user': () => events.groupBy(window('timestamp', '10 seconds', '2 seconds'), 'user').agg(n),
  sessions: () => events.groupBy(sessionWindow('timestamp', '10 seconds'), 'user').agg(n),
  stateless: () =>
    events.filter((e) => e.value.gt(500)).select((e) => ({ id: e.id, doubled: e.value.mul(2), user: e.user, half: e.value.div(2) })),
} satisfies Record<Job, () => unknown>

await measureWork(async () => {
  const isStateless = job === 'decode-five' || job === 'stateless'
  const frame = frames[job]() as ReturnType<(typeof frames)['exercise1']>
  const query = frame.writeStream
    .format('adding')
    .outputMode(isStateless ? 'append' : 'complete')
    .trigger({ availableNow: true })
    .start()
  await query.awaitTermination()
  const input = query.recentProgress.reduce((total, one) => total + one.numInputRows, 0)
  if (job === 'stateless') return rows > 0 ? input : 0
  if (job === 'decode-five') return rows
  return job.startsWith('sliding') ? added / 5 : added
})
await session.stop()
