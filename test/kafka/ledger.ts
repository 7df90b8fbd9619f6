/** Reads topics of records {"id": n} to their end with our own client, and keeps a ledger of what came: per partition how many, their sum, a digest, their order. */
import { crc32 } from 'node:zlib'
import type { KafkaClient } from '../../src/kafka/client/client.ts'
import type { FetcherOptions } from '../../src/kafka/client/fetch/fetcher.ts'
import { RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'
import type { PartitionReading } from './librdkafka.ts'

export interface LedgerEntry extends PartitionReading {
  /** How often each id came; ids are small. */
  readonly times: Uint8Array
}

/** Up to what is the end when it begins. */
export async function readLedger(client: KafkaClient, topic: string, options: FetcherOptions = {}): Promise<readonly LedgerEntry[]> {
  const { partitions } = await client.topic(topic)
  const places = partitions.map(({ index }) => ({ topic, partition: index }))
  const { isolation = 'read_uncommitted' } = options
  const ends = await client.listOffsets(
    places.map((one) => ({ ...one, at: 'latest' as const })),
    { isolation },
  )
  const starts = await client.listOffsets(places.map((one) => ({ ...one, at: 'earliest' as const })))
  const fetcher = client.fetcher(options)
  fetcher.assign(starts.map(({ offset, ...one }) => ({ ...one, offset: offset ?? 0 })))
  const ledgers = places.map(() => ({ count: 0, sum: 0, digest: 0, ordered: true, last: -1, times: new Uint8Array(1 << 21) }))
  const reader = new RecordSetReader()
  const lanes = new RecordLanes()
  const left = new Set(
    ends.filter(({ offset, partition }) => (offset ?? 0) > (starts[partition]?.offset ?? 0)).map(({ partition }) => partition),
  )
  try {
    while (left.size > 0) {
      const fetched = await fetcher.next()
      for (const { error } of fetched.failed) throw error
      for (const part of fetched.partitions) {
        const ledger = ledgers[part.partition]
        if (ledger === undefined) throw new Error(`partition ${part.partition} was not asked for`)
        part.open(reader)
        while (reader.next(lanes)) for (let row = 0; row < lanes.count; row++) enter(ledger, lanes, row)
        if (part.nextOffset >= (ends[part.partition]?.offset ?? 0)) left.delete(part.partition)
      }
      fetched.release()
    }
  } finally {
    fetcher.close()
  }
  return ledgers
}

type Ledger = { count: number; sum: number; digest: number; ordered: boolean; last: number; readonly times: Uint8Array }

function enter(ledger: Ledger, lanes: RecordLanes, row: number): void {
  const value = lanes.value(row) ?? new Uint8Array(0)
  const key = lanes.key(row) ?? new Uint8Array(0)
  const id = idOf(value)
  ledger.count++
  ledger.sum += id
  ledger.ordered &&= id > ledger.last
  ledger.last = id
  ledger.times[id] = (ledger.times[id] ?? 0) + 1
  ledger.digest = (ledger.digest + crc32(value, crc32(key))) % 2 ** 32
}

/** The number behind `{"id": `. */
function idOf(value: Uint8Array): number {
  let id = 0
  for (let at = 6; at < value.length; at++) {
    const digit = (value[at] ?? 0) - 48
    if (digit >= 0 && digit <= 9) id = id * 10 + digit
    else if (digit !== -16) break
  }
  return id
}
