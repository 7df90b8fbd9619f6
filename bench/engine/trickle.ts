/**
 * Single rows, one at a time, from a memory stream to the memory sink without a checkpoint, under the default trigger: `trickle.js <rows>`. The latency of a row is
 * from `addData` to `processAllAvailable`, when the sink has committed it. Each row finds the query idle.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { StreamSession, t } from 'millrace'
import { MemoryStream } from 'millrace/testing'

const rows = Number(process.argv[2])
/** Not measured: the first rows compile what the others run. */
const WARM_UP = 500
const IDLE_MS = 2

const session = StreamSession.builder.appName('trickle').getOrCreate()
const stream = new MemoryStream({ id: t.int, value: t.double })
const query = session.readStream
  .source(stream)
  .filter((e) => e.value.gt(0))
  .select((e) => ({ id: e.id, half: e.value.div(2) }))
  .writeStream.format('memory')
  .queryName('out')
  .start()
await query.processAllAvailable()

const latenciesMs: number[] = []
for (let id = 0; id < WARM_UP + rows; id++) {
  await sleep(IDLE_MS)
  const from = performance.now()
  stream.addData([{ id, value: 1 + id }])
  await query.processAllAvailable()
  if (id >= WARM_UP) latenciesMs.push(performance.now() - from)
}
const counted = (await session.table('out').collect()).length - WARM_UP
await session.stop()
latenciesMs.sort((a, b) => a - b)
const at = (share: number): number => latenciesMs[Math.floor(share * (latenciesMs.length - 1))] ?? Number.NaN
process.stdout.write(`${JSON.stringify({ counted, medianMs: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) })}\n`)
