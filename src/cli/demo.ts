/**
 * `millrace demo`: the lesson's first program on live lines. It serves the lines itself on localhost, or reads those of the server that has the port already.
 */

import { count, window } from '../api/functions.ts'
import type { StreamingQuery } from '../api/streaming-query.ts'
import { StreamSession } from '../composition.ts'
import { realIo } from '../io/real.ts'
import { LineServer } from './line-server.ts'

export interface DemoOptions {
  readonly port: number
  readonly rate: number
  /** Ends after so many tables; 0: at Ctrl-C. */
  readonly batches: number
}

const PROGRAM = `import { StreamSession, window, count } from 'millrace'

const session = StreamSession.builder.appName('StreamProcessing').getOrCreate()
const stream = session.readStream.format('socket').option('host', 'localhost').option('port', %PORT%).load()
const counts = stream.groupBy(window('timestamp', '1 minute')).agg(count('*').alias('count'))
const query = counts.writeStream.outputMode('complete').format('console').start()
await query.awaitTermination()
`

export async function demo({ port: wanted, rate, batches }: DemoOptions): Promise<void> {
  const server = await serve(wanted, rate)
  const port = server?.port ?? wanted
  print(`${PROGRAM.replace('%PORT%', String(port))}\n`)
  print(
    server === null
      ? `Port ${port} is taken: the lines are those of the server that listens on localhost:${port}.\n`
      : `A line server on localhost:${port} sends ${rate} lines a second (127.0.0.1, and ::1 where the machine has it).\n`,
  )
  print(batches > 0 ? `It ends after ${batches} tables.\n\n` : 'Ctrl-C ends it.\n\n')

  const session = StreamSession.builder.appName('StreamProcessing').getOrCreate()
  const stop = (): void => void session.stop()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    const stream = session.readStream.format('socket').option('host', 'localhost').option('port', port).load()
    const counts = stream.groupBy(window('timestamp', '1 minute')).agg(count('*').alias('count'))
    session.streams.addListener({
      onQueryProgress: ({ progress }) => {
        if (batches > 0 && progress.batchId + 1 >= batches) stop()
      },
    })
    const query: StreamingQuery = counts.writeStream.outputMode('complete').format('console').start()
    await query.awaitTermination()
    const rows = query.recentProgress.reduce((sum, one) => sum + one.numInputRows, 0)
    print(
      `Stopped after ${(query.lastProgress?.batchId ?? -1) + 1} tables; ${rows} lines in the last ${query.recentProgress.length} of them.\n`,
    )
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    await session.stop()
    await server?.close()
  }
}

/** Null where the port is taken. */
async function serve(port: number, rate: number): Promise<LineServer | null> {
  try {
    return await LineServer.listen(realIo, { port, linesPerSecond: rate })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null
    throw error
  }
}

const print = (text: string): void => void process.stdout.write(text)
