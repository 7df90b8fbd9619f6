/** Reading ahead without a broker: which rows a range gives, in which order, and when the memory of fetches goes back. */
import { expect, test } from 'vitest'
import { field, longType, structType } from '../../data/data-type.ts'
import type { FetchedPartition } from '../../kafka/client/fetch/fetched.ts'
import { nameOf, type TopicPartition } from '../../kafka/client/topic-partition.ts'
import { RecordBatchBuilder } from '../../kafka/protocol/records/record-batch-builder.ts'
import { sourceRowTexts } from '../../testing/conformance.ts'
import type { Losses } from './losses.ts'
import { Prefetch, type RecordFetcher } from './prefetch.ts'
import { readRange } from './range-reader.ts'

const partition = (index: number): TopicPartition => ({ topic: 'a-b', partition: index })
const NAME = nameOf(partition(0))

/** A fetch of some offsets of a partition; `gap` leaves every second one out, as compaction does. */
function part(index: number, from: number, to: number, { gap = 1 } = {}): FetchedPartition {
  const builder = new RecordBatchBuilder()
  const batches: Uint8Array[] = []
  for (let offset = from; offset < to; offset += gap) {
    builder.append(offset, Buffer.from(`k${offset}`), Buffer.from(`{"id":${offset}}`))
    batches.push(builder.finish({ baseOffset: offset }))
  }
  const bytes = Buffer.concat(batches)
  const ends = { fetchOffset: from, nextOffset: to, highWatermark: to, lastStableOffset: to, logStartOffset: 0 }
  return { ...partition(index), ...ends, bytes, aborted: null, open: (reader) => reader.begin(bytes, from) }
}

/** Gives what the test says, when it says so. */
class ScriptedFetcher implements RecordFetcher {
  readonly calls: string[] = []
  readonly given: string[] = []
  #waiting: ((fetched: Awaited<ReturnType<RecordFetcher['next']>>) => void) | null = null
  readonly #ready: Awaited<ReturnType<RecordFetcher['next']>>[] = []

  give(name: string, ...partitions: readonly FetchedPartition[]): void {
    const fetched = {
      partitions,
      failed: [],
      release: () => void this.given.push(`${name} released`),
      keep: () => void this.given.push(`${name} kept`),
    }
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting === null) this.#ready.push(fetched)
    else waiting(fetched)
  }
  next(): ReturnType<RecordFetcher['next']> {
    const ready = this.#ready.shift()
    if (ready !== undefined) return Promise.resolve(ready)
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }
  assign(positions: readonly (TopicPartition & { readonly offset: number })[]): void {
    this.calls.push(...positions.map((one) => `assign ${one.partition} at ${one.offset}`))
  }
  remove(): void {}
  seek(one: TopicPartition, offset: number): void {
    this.calls.push(`seek ${one.partition} to ${offset}`)
  }
  pause([one]: readonly TopicPartition[]): void {
    this.calls.push(`pause ${one?.partition}`)
  }
  resume([one]: readonly TopicPartition[]): void {
    this.calls.push(`resume ${one?.partition}`)
  }
  position(): never {
    throw new Error('is not asked for')
  }
  close(): void {}
}

function bench(isDecoded = true) {
  const fetcher = new ScriptedFetcher()
  const prefetch = new Prefetch(fetcher, { checkCrc: true, onNews: () => undefined })
  const supplied = structType([field('offset', longType)])
  const parts = { prefetch, losses: {} as Losses, supplied, isDecoded, signal: new AbortController().signal }
  /** The offsets of a range, by partition, in the order in which they come; `keeps` is a reader that refers to the bytes for good. */
  const read = async (start: Record<string, number>, end: Record<string, number>, { keeps = false } = {}): Promise<string[]> => {
    const rows: string[] = []
    for await (const batch of readRange(parts, start, end)) {
      rows.push(...sourceRowTexts(batch).map((text) => `${batch.partition.at(-1)}:${text.split(' | ').at(-1)?.replace('n', '')}`))
      if (!keeps && batch.kind === 'records') batch.release?.()
    }
    return rows
  }
  return { fetcher, prefetch, read }
}

test('a range gives its offsets and no others, however fetches are cut, and reading goes on in the middle of one', async () => {
  const { fetcher, read } = bench()
  fetcher.give('one', part(0, 0, 7))
  const first = read({ [NAME]: 2 }, { [NAME]: 5 })
  expect(await first).toEqual(['0:2', '0:3', '0:4'])
  const second = read({ [NAME]: 5 }, { [NAME]: 9 })
  fetcher.give('two', part(0, 7, 20))
  expect(await second).toEqual(['0:5', '0:6', '0:7', '0:8'])
  expect(fetcher.given).toEqual(['one released'])
  expect(fetcher.calls).toEqual(['assign 0 at 2'])
})

test('what is read again is fetched again', async () => {
  const { fetcher, read } = bench()
  fetcher.give('one', part(0, 0, 4))
  expect(await read({ [NAME]: 0 }, { [NAME]: 4 })).toHaveLength(4)
  fetcher.give('again', part(0, 0, 4))
  expect(await read({ [NAME]: 0 }, { [NAME]: 4 })).toHaveLength(4)
  expect(fetcher.calls).toEqual(['assign 0 at 0', 'seek 0 to 0'])
})

test('offsets without a record are passed over, at the ends of ranges too', async () => {
  const { fetcher, read } = bench()
  fetcher.give('one', part(0, 0, 12, { gap: 4 }))
  expect(await read({ [NAME]: 0 }, { [NAME]: 3 })).toEqual(['0:0'])
  expect(await read({ [NAME]: 3 }, { [NAME]: 4 })).toEqual([])
  expect(await read({ [NAME]: 4 }, { [NAME]: 11 })).toEqual(['0:4', '0:8'])
  expect(await read({ [NAME]: 11 }, { [NAME]: 12 })).toEqual([])
  expect(fetcher.calls).toEqual(['assign 0 at 0'])
})

test('the memory of a fetch is left to rows that refer to it, and not to columns that were copied', async () => {
  const kept = bench()
  kept.fetcher.give('one', part(0, 0, 4), part(1, 0, 4))
  const both = { [NAME]: 4, [nameOf(partition(1))]: 4 }
  await kept.read({ [NAME]: 0, [nameOf(partition(1))]: 0 }, both, { keeps: true })
  expect(kept.fetcher.given).toEqual(['one kept'])
  const copied = bench(false)
  copied.fetcher.give('one', part(0, 0, 4))
  expect(await copied.read({ [NAME]: 0 }, { [NAME]: 4 }, { keeps: true })).toHaveLength(4)
  expect(copied.fetcher.given).toEqual(['one released'])
})

test('partitions take turns by their offsets, whichever is fetched first; what waits for another is put aside', async () => {
  const { fetcher, read } = bench()
  const [one, other] = [NAME, nameOf(partition(1))]
  const size = 20_000
  const reading = read({ [one]: 0, [other]: 0 }, { [one]: size, [other]: size })
  const turn = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
  fetcher.give('other', part(1, 0, size))
  await turn()
  expect(fetcher.given).toEqual(['other released'])
  fetcher.give('one', part(0, 0, size))
  const rows = await reading
  expect(rows).toHaveLength(2 * size)
  expect([rows[0], rows[16_383], rows[16_384], rows[32_767], rows[32_768], rows[36_384]]).toEqual([
    '0:0',
    '0:16383',
    '1:0',
    '1:16383',
    '0:16384',
    '1:16384',
  ])
})
