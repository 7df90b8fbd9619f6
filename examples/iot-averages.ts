/**
 * IoT: the mean temperature of each device by the minute, from a folder of JSON files. Devices send late and out of order; the watermark waits twenty seconds
 * for them, then a minute is closed and printed once (append mode). What comes after that is dropped and counted, never lost in silence.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { avg, count, StreamSession, t, window } from 'millrace'

const folder = mkdtempSync(join(tmpdir(), 'readings-'))
const write = (name: string, readings: readonly (readonly [device: string, time: string, celsius: number])[]): void =>
  writeFileSync(
    join(folder, name),
    readings.map(([device, time, celsius]) => `${JSON.stringify({ device, at: `2026-03-01T${time}Z`, celsius })}\n`).join(''),
  )

const session = StreamSession.builder.appName('iot').getOrCreate()
const means = session.readStream
  .json(folder, { schema: { device: t.string, at: t.timestamp, celsius: t.double } })
  .withWatermark('at', '20 seconds')
  .groupBy(window('at', '1 minute'), 'device')
  .agg(avg('celsius').alias('mean'), count('*').alias('readings'))

// Without a trigger the console shows one table a second.
const query = means.writeStream.format('console').option('truncate', false).trigger({ processingTime: '50 milliseconds' }).start()

// The watermark is now 10:01:10 − 20 s: the first minute is still open.
write('a.json', [
  ['kitchen', '10:00:05', 21],
  ['cellar', '10:00:40', 12],
  ['kitchen', '10:01:10', 22],
])
await query.processAllAvailable()
// A reading of the first minute that is late but within the delay counts; 10:01:30 closes the minute.
write('b.json', [
  ['kitchen', '10:00:50', 23],
  ['cellar', '10:01:30', 13],
])
await query.processAllAvailable()
// This one comes after its minute was printed.
write('c.json', [['cellar', '10:00:59', 99]])
await query.processAllAvailable()

const dropped = query.recentProgress.reduce((sum, { stateOperators }) => sum + (stateOperators[0]?.numRowsDroppedByWatermark ?? 0), 0)
console.log(`${dropped} reading came too late.`)
await session.stop()
rmSync(folder, { recursive: true })
