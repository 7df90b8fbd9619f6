/** In a process of its own: a query with state and a checkpoint runs for a while, and its memory is looked at once a second. */
import { join } from 'node:path'
import { col, count, StreamSession, window } from 'millrace'

export interface SteadyFigures {
  readonly seconds: number
  readonly rows: number
  readonly epochs: number
  readonly rssMiB: readonly number[]
  /** Of a straight line through the samples after the first third. */
  readonly slopeMiBPerMinute: number
}

const ROWS_PER_SECOND = 20_000
const KEYS = 1000

export async function steadyFigures(folder: string, seconds: number): Promise<SteadyFigures> {
  const session = StreamSession.builder.appName('steady').getOrCreate()
  const query = session.readStream
    .format('rate')
    .option('rowsPerSecond', ROWS_PER_SECOND)
    .load()
    .withColumn('key', col('value').mod(KEYS))
    .withWatermark('timestamp', '2 seconds')
    .groupBy(window('timestamp', '1 second'), 'key')
    .agg(count('*').alias('rows'))
    .writeStream.format('noop')
    .outputMode('append')
    .option('checkpointLocation', join(folder, 'steady'))
    .start()
  let [rows, epochs] = [0, 0]
  session.streams.addListener({
    onQueryProgress: ({ progress }) => {
      rows += progress.numInputRows
      epochs++
    },
  })
  const rssMiB: number[] = []
  for (let second = 0; second < seconds; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    rssMiB.push(process.memoryUsage().rss / 2 ** 20)
  }
  await query.stop()
  await session.stop()
  return { seconds, rows, epochs, rssMiB, slopeMiBPerMinute: slope(rssMiB.slice(Math.floor(seconds / 3))) * 60 }
}

function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let [above, below] = [0, 0]
  for (const [at, value] of values.entries()) {
    above += (at - middle) * (value - mean)
    below += (at - middle) ** 2
  }
  return below === 0 ? 0 : above / below
}
