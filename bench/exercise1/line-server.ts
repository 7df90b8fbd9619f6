/** Sends each client the given number of lines as fast as it reads, and leaves the connection open. Tells the parent process its port. */
import { createServer } from 'node:net'

const LINE = 'a line of some length, as lines are\n'
const BURST_LINES = 2000
const burst = Buffer.from(LINE.repeat(BURST_LINES))
const lines = Number(process.argv[2])

const server = createServer((socket) => {
  let left = lines
  const more = (): void => {
    while (left > 0) {
      const now = Math.min(left, BURST_LINES)
      left -= now
      if (!socket.write(burst.subarray(0, now * LINE.length))) return void socket.once('drain', more)
    }
  }
  socket.on('error', () => undefined)
  more()
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port))
process.once('disconnect', () => process.exit())
