/**
 * Fraud detection: cards that pay at least three times within ten minutes. The windows slide by five minutes, so that no border hides a run of payments. In
 * update mode a window is told as soon as it changes, and need not be closed before an alert is raised; foreach gets every such row.
 */
import { count, StreamSession, sum, t, window } from 'millrace'
import { MemoryStream } from 'millrace/testing'

const payments = new MemoryStream({ card: t.string, amount: t.double, at: t.timestamp })
const at = (time: string): Date => new Date(`2026-03-01T${time}Z`)

const session = StreamSession.builder.appName('fraud').getOrCreate()
const suspects = session.readStream
  .source(payments)
  .withWatermark('at', '10 minutes')
  .groupBy('card', window('at', '10 minutes', '5 minutes'))
  .agg(count('*').alias('payments'), sum('amount').alias('total'))
  .filter((r) => r.payments.ge(3))

const query = suspects.writeStream
  .outputMode('update')
  .foreach(({ card, window: { start, end }, payments: times, total }) => {
    console.log(`${card} paid ${times} times, ${total} in all, between ${start.toISOString()} and ${end.toISOString()}`)
  })
  .start()

payments.addData([
  { card: 'ada', amount: 12, at: at('10:01:00') },
  { card: 'bob', amount: 80, at: at('10:04:10') },
  { card: 'bob', amount: 75, at: at('10:05:30') },
])
await query.processAllAvailable()
// The third payment makes the alert: it falls into two windows, and one of them had two payments already.
payments.addData([{ card: 'bob', amount: 90, at: at('10:08:45') }])
await query.processAllAvailable()

await session.stop()
