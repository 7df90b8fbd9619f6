/** The lesson's first program on a million lines of a real socket, in several bursts: every line is counted, once. */
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { count, window } from '../../src/index.ts'
import { testSession } from '../../src/testing/index.ts'

const LINES = 1_000_000

test('a million lines sum to a million', { timeout: 120_000 }, async () => {
  const burst = 'a line of some length, as lines are\n'.repeat(10_000)
  const server = createServer((socket) => {
    let bursts = 0
    const more = (): void => {
      while (bursts < LINES / 10_000) {
        bursts++
        if (!socket.write(burst)) return void socket.once('drain', more)
      }
    }
    socket.on('error', () => undefined)
    more()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { session } = testSession()
  const { port } = server.address() as { port: number }
  const stream = session.readStream.format('socket').option('host', '127.0.0.1').option('port', port).load()
  const counts = stream.groupBy(window('timestamp', '1 minute')).agg(count('*').alias('count'))
  let inputRows = 0
  session.streams.addListener({
    onQueryProgress: ({ progress }) => {
      inputRows += progress.numInputRows
    },
  })
  const query = counts.writeStream.outputMode('complete').format('memory').queryName('counts').start()
  const total = async (): Promise<number> =>
    query.lastProgress === null ? 0 : (await session.table('counts').collect()).reduce((sum, row) => sum + (row['count'] as number), 0)
  while (query.isActive && (await total()) < LINES) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(query.exception).toBeNull()
  expect(await total()).toBe(LINES)
  expect(inputRows).toBe(LINES)
  await session.stop()
  server.close()
})
