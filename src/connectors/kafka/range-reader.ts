/**
 * Reads a range of offsets of several partitions, in turns of so many offsets each: what comes after what follows from the range alone, not from which fetch was
 * answered first.
 */
import type { StructType } from '../../data/data-type.ts'
import type { SourceBatch, SourceOffset } from '../../plan/contracts/source.ts'
import type { Losses } from './losses.ts'
import { byName, offsetIn, partitionOf } from './partition-name.ts'
import type { PartitionQueue, QueueSlice } from './partition-queue.ts'
import type { Prefetch } from './prefetch.ts'
import { recordColumns, valueRecords } from './record-columns.ts'

/** Offsets that are read of one partition before it is the turn of the next. */
const TURN_OFFSETS = 16_384

export interface RangeReaderParts {
  readonly prefetch: Prefetch
  readonly losses: Losses
  /** The columns that are made here; the others come from the decoder. */
  readonly supplied: StructType
  readonly isDecoded: boolean
  readonly signal: AbortSignal
}
interface Range {
  readonly name: string
  readonly start: number
  readonly end: number
}

export async function* readRange(parts: RangeReaderParts, start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
  let ranges = rangesOf(start, end)
  // All of them are begun at once, so that they are fetched together.
  for (const range of ranges) parts.prefetch.at(partitionOf(range.name), range.start)
  for (let turn = 1; ranges.length > 0; turn++) {
    for (const range of ranges) {
      const to = Math.min(range.end, range.start + turn * TURN_OFFSETS)
      const from = range.start + (turn - 1) * TURN_OFFSETS
      yield* readPartition(parts, parts.prefetch.at(partitionOf(range.name), from), from, to)
    }
    ranges = ranges.filter((range) => range.end > range.start + turn * TURN_OFFSETS)
  }
}

/** Where a position is new, or was set to another one, the epoch reads nothing. */
function rangesOf(start: SourceOffset, end: SourceOffset): readonly Range[] {
  return Object.keys(end)
    .sort(byName)
    .map((name) => ({ name, start: offsetIn(start, name) ?? Number.POSITIVE_INFINITY, end: offsetIn(end, name) ?? 0 }))
    .filter((range) => range.start < range.end)
}

async function* readPartition(parts: RangeReaderParts, queue: PartitionQueue, from: number, to: number): AsyncGenerator<SourceBatch> {
  const { prefetch, losses, signal } = parts
  let at = from
  for (;;) {
    signal.throwIfAborted()
    const slice = queue.take(to)
    if (slice === 'done') return
    if (slice !== null) {
      at = (slice.lanes.offsets[slice.to - 1] as number) + 1
      yield* batchOf(parts, queue.name, slice)
    } else if (queue.failure === null) await prefetch.more(queue, signal)
    else {
      const { next, isReset } = await losses.afterFailure(queue, at, queue.failure)
      // What the range still had is lost; where the partition goes on is for the next plan to say.
      prefetch.restart(queue, next === null || isReset ? to : next, at)
    }
  }
}

function* batchOf({ supplied, isDecoded }: RangeReaderParts, name: string, slice: QueueSlice): Generator<SourceBatch> {
  const batch = recordColumns(supplied, slice)
  if (!isDecoded) {
    yield { kind: 'columns', partition: name, batch }
    return
  }
  let isKept = true
  const records = valueRecords(slice)
  const origin = `${name} offset ${slice.lanes.offsets[slice.from]}`
  try {
    yield {
      ...{ kind: 'records', partition: name, ...records, supplied: batch, origin },
      release: () => {
        isKept = false
      },
    }
  } finally {
    slice.done(isKept && records.bytes === slice.lanes.bytes)
  }
}
