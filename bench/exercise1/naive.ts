/** Exercise 1 by hand, a row at a time, with no engine: `naive.js <input> <port or folder> <records>`. What one would write first, and no slower than that. */
import { createReadStream, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { measureWork } from '../measure.ts'

const MINUTE_MS = 60_000
const [input, from = '', records] = process.argv.slice(2)
const counts = new Map<string | number, number>()
const add = (key: string | number): void => void counts.set(key, (counts.get(key) ?? 0) + 1)
const minuteOf = (timeMs: number): number => timeMs - (timeMs % MINUTE_MS)

/** Calls `take` with each line; ends early when `take` says so. */
async function eachLine(chunks: AsyncIterable<string>, take: (line: string) => boolean): Promise<void> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (take(line)) return
  }
}

async function countLines(): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(from) }).setEncoding('utf8')
  let lines = 0
  await eachLine(socket, () => {
    add(minuteOf(Date.now()))
    return ++lines === Number(records)
  })
  socket.destroy()
}

async function countRecords(): Promise<void> {
  for (const name of readdirSync(from))
    await eachLine(createReadStream(join(from, name), 'utf8'), (line) => {
      const record = JSON.parse(line) as { timestamp: string; user: string }
      const minute = minuteOf(Date.parse(record.timestamp))
      add(input === 'json-keyed' ? `${minute} ${record.user}` : minute)
      return false
    })
}

await measureWork(async () => {
  await (input === 'lines' ? countLines() : countRecords())
  return [...counts.values()].reduce((sum, value) => sum + value, 0)
})
