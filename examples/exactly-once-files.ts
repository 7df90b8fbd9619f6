/**
 * Files in, files out, exactly once: payments are summed by card and minute. The program is started twice with the same checkpoint, as after a crash; the
 * second start reads only what is new, goes on with the sums that were open, and writes no row a second time.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StreamSession, sum, t, window } from 'millrace'

const folder = mkdtempSync(join(tmpdir(), 'payments-'))
const [input, output, checkpoint] = [join(folder, 'in'), join(folder, 'out'), join(folder, 'checkpoint')]
mkdirSync(input)

const arrive = (name: string, ...payments: readonly (readonly [card: string, at: string, amount: number])[]): void =>
  writeFileSync(
    join(input, name),
    payments.map(([card, at, amount]) => JSON.stringify({ card, at: `2026-03-01T${at}Z`, amount })).join('\n'),
  )

async function run(): Promise<void> {
  const session = StreamSession.builder.appName('payments').getOrCreate()
  const query = session.readStream
    .json(input, { schema: { card: t.string, at: t.timestamp, amount: t.double } })
    .withWatermark('at', '10 seconds')
    .groupBy(window('at', '1 minute'), 'card')
    .agg(sum('amount').alias('total'))
    .writeStream.format('json')
    .option('path', output)
    .option('checkpointLocation', checkpoint)
    .trigger({ availableNow: true })
    .start()
  await query.awaitTermination()
  await session.stop()
}

arrive('one.json', ['ada', '10:00:05', 20], ['bob', '10:00:40', 3.5])
await run()
arrive('two.json', ['ada', '10:00:50', 5], ['ada', '10:02:00', 1])
await run()

for (const part of readdirSync(output).filter((name) => name.startsWith('part-'))) console.log(readFileSync(join(output, part), 'utf8'))
