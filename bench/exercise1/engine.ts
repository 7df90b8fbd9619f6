/** Exercise 1 in Millrace: `engine.js <input> <port or folder> <records>`. */
import { count, StreamSession, t, window } from 'millrace'
import { measureWork } from '../measure.ts'

const [input, from = '', records] = process.argv.slice(2)
const session = StreamSession.builder.appName('exercise1').getOrCreate()
const schema = { id: t.long, user: t.string, timestamp: t.timestamp, price: t.double }

/** A socket has no end: the query is done when all rows went in. */
async function countLines(): Promise<void> {
  const stream = session.readStream.format('socket').option('host', '127.0.0.1').option('port', from).load()
  const counts = stream.groupBy(window('timestamp', '1 minute')).agg(count('*').alias('count'))
  let rows = 0
  const all = new Promise<void>((resolve) => {
    session.streams.addListener({
      onQueryProgress: ({ progress }) => {
        rows += progress.numInputRows
        if (rows >= Number(records)) resolve()
      },
    })
  })
  const query = counts.writeStream.outputMode('complete').format('memory').queryName('counts').start()
  await Promise.race([all, query.awaitTermination()])
}

async function countRecords(): Promise<void> {
  const stream = session.readStream.schema(schema).json(from)
  const minute = window('timestamp', '1 minute')
  const groups = input === 'json-keyed' ? stream.groupBy(minute, 'user') : stream.groupBy(minute)
  const counts = groups.agg(count('*').alias('count'))
  const query = counts.writeStream.outputMode('complete').format('memory').queryName('counts').trigger({ availableNow: true }).start()
  await query.awaitTermination()
}

await measureWork(async () => {
  await (input === 'lines' ? countLines() : countRecords())
  const rows = await session.table('counts').collect()
  return rows.reduce((sum, row) => sum + (row['count'] as number), 0)
})
await session.stop()
