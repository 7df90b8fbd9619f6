/**
 * librdkafka as an independent writer and reader, by Python: after `bash scripts/install-kafka.sh`, or with MILLRACE_LIBRDKAFKA_PYTHON naming a Python that has
 * the package confluent-kafka. In CI a machine without it is a failure, elsewhere its tests are skipped.
 */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../program-runner.ts'

const run = promisify(execFile)
const script = join(import.meta.dirname, 'librdkafka.py')
const own = join(root, '.cache/librdkafka/bin/python')
const python = process.env['MILLRACE_LIBRDKAFKA_PYTHON'] ?? (existsSync(own) ? own : 'python3')

const found = spawnSync(python, [script, 'probe', '{}']).status === 0
/** Whether tests with it are skipped. */
export const withoutLibrdkafka = !found && process.env['CI'] === undefined
if (withoutLibrdkafka) console.warn('No librdkafka here: `bash scripts/install-kafka.sh` brings it.')

export interface WriteOrder {
  readonly bootstrap: string
  readonly topic: string
  readonly count?: number
  /** Id of the first record; the others follow. */
  readonly first?: number
  readonly partitions?: number
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly transactions?: readonly (readonly [size: number, end: 'commit' | 'abort'])[]
  /** Keys, and the partition that they lead to, in place of one after the other. */
  readonly key?: boolean
  /** About so many a value. */
  readonly bytes?: number
}
export interface PartitionReading {
  readonly count: number
  readonly sum: number
  /** The CRC-32 of key and value, added up. */
  readonly digest: number
  readonly ordered: boolean
}

export async function librdkafkaWrites(order: WriteOrder): Promise<void> {
  const { errors } = (await ask('write', order)) as { readonly errors: readonly string[] }
  if (errors.length > 0) throw new Error(`librdkafka did not write: ${errors.join('; ')}`)
}

export async function librdkafkaReads(order: {
  readonly bootstrap: string
  readonly topic: string
  readonly isolation?: 'read_committed' | 'read_uncommitted'
}): Promise<readonly PartitionReading[]> {
  const answer = (await ask('read', order)) as { readonly error?: string; readonly partitions?: readonly PartitionReading[] }
  if (answer.partitions === undefined) throw new Error(`librdkafka did not read: ${answer.error}`)
  return answer.partitions
}

async function ask(command: string, order: object): Promise<unknown> {
  const { stdout } = await run(python, [script, command, JSON.stringify(order)], { maxBuffer: 1 << 24 })
  return JSON.parse(stdout)
}
