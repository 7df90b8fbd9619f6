/**
 * The lesson's second program as a query: events of `input-topic`, parsed, and written to `output-topic` with twice their value. It wants a broker with both
 * topics, on localhost:9092 or where the first argument says: `node scripts/kafka.mjs start` brings one. Ctrl-C ends it; it goes on from its checkpoint.
 */
import { json, StreamSession, t } from 'millrace'

const bootstrapServers = process.argv[2] ?? 'localhost:9092'
const session = StreamSession.builder.appName('event-processor').getOrCreate()
const events = session.readStream.kafka({
  bootstrapServers,
  subscribe: 'input-topic',
  startingOffsets: 'earliest',
  value: json({ id: t.long, timestamp: t.string, value: t.double }),
})
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(`epoch ${progress.batchId}: ${progress.numInputRows} events`),
})
const query = events
  .select((e) => ({ id: e.id, timestamp: e.timestamp, processed_value: e.value.mul(2) }))
  .writeStream.kafka({ bootstrapServers, topic: 'output-topic', value: json() })
  .option('checkpointLocation', './checkpoints/exercise2')
  .start()
await query.awaitTermination()
