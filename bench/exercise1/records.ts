/** The JSON records of the bench: an hour of event time, 100 users, in four files, the same at every run. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const FILES = 4
const USERS = 100
const BEGIN_MS = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000
const BURST_RECORDS = 1000

export async function writeRecords(folder: string, records: number): Promise<void> {
  for (let file = 0; file < FILES; file++) {
    const [from, to] = [Math.floor((records * file) / FILES), Math.floor((records * (file + 1)) / FILES)]
    await pipeline(Readable.from(bursts(from, to, records)), createWriteStream(join(folder, `part-${file}.json`)))
  }
}

function* bursts(from: number, to: number, records: number): Generator<string> {
  for (let at = from; at < to; at += BURST_RECORDS) {
    let text = ''
    for (let index = at; index < Math.min(to, at + BURST_RECORDS); index++) text += recordOf(index, records)
    yield text
  }
}

function recordOf(index: number, records: number): string {
  const time = new Date(BEGIN_MS + Math.floor((index * HOUR_MS) / records)).toISOString()
  const record = { id: index, user: `user-${(index * 7919) % USERS}`, timestamp: time, price: (index % 1000) / 4 }
  return `${JSON.stringify(record)}\n`
}
