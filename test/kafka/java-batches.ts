/** Record batches as Kafka's own client makes them; JavaBatches.java writes the file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../program-runner.ts'

const lines = readFileSync(join(root, 'test/kafka/golden/java-batches.txt'), 'utf8').trim().split('\n')

/** By name: a compression, abort, commit, appendTime, format0, format1. */
export const javaBatches: Readonly<Record<string, Buffer>> = Object.fromEntries(
  lines.map((line) => [line.split(' ')[0], Buffer.from(line.split(' ')[1] ?? '', 'hex')]),
)
export function javaBatch(name: string): Buffer {
  const batch = javaBatches[name]
  if (batch === undefined) throw new Error(`There is no batch ${name}.`)
  return Buffer.from(batch)
}

/** The records in each batch that is named after a compression. */
export const javaRecords = [
  { offset: 100, timestamp: 1700000000123, key: 'k1', value: 'value one' },
  { offset: 101, timestamp: 1700000000100, key: null, value: '{"id":2}' },
  { offset: 102, timestamp: 1700000001000, key: '', value: null },
  { offset: 103, timestamp: 1700000900000, key: 'long', value: 'z'.repeat(300) },
]
