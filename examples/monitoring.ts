/**
 * Monitoring: a load of a hundred requests a second, counted by service, and checked by plain code twice a second. foreachBatch gets each epoch as a static
 * DataFrame whose rows can be collected; a listener watches the query itself. Ends after four reports.
 */
import { avg, count, countIf, max, StreamSession } from 'millrace'

const session = StreamSession.builder.appName('monitoring').getOrCreate()
const stopped = new AbortController()

// The rate source numbers its rows; what a request took and whether it failed is made from the number.
const requests = session.readStream.rate({ rowsPerSecond: 100 }).select((r) => ({
  service: r.value.mod(2).cast('int'),
  millis: r.value.mul(37).mod(250),
  failed: r.value.mod(20).eq(3),
}))
const health = requests
  .groupBy('service')
  .agg((r) => ({ requests: count(), failures: countIf(r.failed), mean: avg(r.millis), slowest: max(r.millis) }))

session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(`epoch ${progress.batchId}: ${progress.numInputRows} requests`),
})

let reports = 0
const query = health.writeStream
  .outputMode('complete')
  .trigger({ processingTime: '500 milliseconds' })
  .foreachBatch(async (batch) => {
    for (const { service, requests: all, failures, slowest } of await batch.collect()) {
      const share = failures / all
      console.log(
        `service ${service}: ${all} requests, slowest ${slowest} ms, ${share > 0.05 ? 'ALERT' : 'ok'} (${(100 * share).toFixed(1)} % failed)`,
      )
    }
    if (++reports === 4) stopped.abort()
  })
  .start({ signal: stopped.signal })

await query.awaitTermination()
await session.stop()
