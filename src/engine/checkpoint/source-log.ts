/**
 * The log of a source under the checkpoint: entries that were appended together stand in one block, so that all of them are there after a crash or none.
 * Segments roll by size, so that what is not needed any more can be removed. A runner that was shut out appends behind the sealed length, for nobody.
 */

import { assert, MillraceError } from '../../error.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk } from '../../io/io.ts'
import type { Json, SourceLog } from '../../plan/contracts/source.ts'
import { scanOneBlock } from './block.ts'
import { durableEnd } from './log-end.ts'
import { decodeJson, encodeJson, jsonOf } from './payload.ts'
import { purge } from './purge.ts'
import { readWhole, SegmentWriter, scanLog } from './segments.ts'
import { type CheckpointTuning, defaultTuning } from './tuning.ts'

const KIND = 'source'

export interface SourceLogOptions {
  readonly disk: Disk
  readonly folder: string
  readonly runnerEpoch: number
  readonly tuning?: Pick<CheckpointTuning, 'sourceLogSegmentBytes'>
}

interface Place {
  readonly segment: string
  readonly offset: number
  readonly endOffset: number
  readonly checksum: number
  readonly first: number
  readonly count: number
}
/** What a segment's header holds: the number of its first entry. */
interface LogHeader {
  readonly first: number
}

export class DurableSourceLog implements SourceLog {
  readonly #disk: Disk
  readonly #folder: string
  readonly #writer: SegmentWriter
  readonly #segmentBytes: number
  #places: Place[]
  #segments: { readonly name: string; lastEpoch: number }[]
  #length: number

  private constructor(
    { disk, folder, tuning = defaultTuning }: SourceLogOptions,
    writer: SegmentWriter,
    places: Place[],
    segments: readonly string[],
    length: number,
  ) {
    this.#disk = disk
    this.#folder = folder
    this.#segmentBytes = tuning.sourceLogSegmentBytes
    this.#writer = writer
    this.#places = places
    this.#segments = segments.map((name) => ({ name, lastEpoch: lastEntry(places, name) }))
    this.#length = length
  }

  static async open(options: SourceLogOptions): Promise<DurableSourceLog> {
    const { disk, folder, runnerEpoch } = options
    await disk.makeFolder(folder)
    const scan = await scanLog(disk, folder, KIND, jsonOf)
    const places: Place[] = []
    let length = 0
    for (const segment of scan.segments) {
      const { first } = segment.header.content as unknown as LogHeader
      if (places.length > 0 && first !== length)
        throw new MillraceError('CHECKPOINT_DAMAGED', `'${segment.path}' begins with entry ${first}, and ${length} is the next one.`)
      length = first
      for (const block of segment.blocks.slice(1)) {
        const { json } = decodeJson(block.payload, segment.path)
        const count = (json as readonly number[]).length
        places.push({ ...block, segment: segment.name, first: length, count })
        length += count
      }
    }
    const { previous, unused } = await durableEnd(disk, scan.segments, { runnerEpoch })
    const writer = new SegmentWriter(disk, folder, KIND, runnerEpoch, previous)
    await writer.roll({ first: length } satisfies LogHeader as unknown as Json)
    for (const stray of [...scan.strays, ...unused.map(({ path }) => path)]) await disk.remove(stray)
    const names = scan.segments.filter((one) => !unused.includes(one)).map((one) => one.name)
    return new DurableSourceLog(options, writer, places.map(withoutPayload), [...names, writer.name], length)
  }

  get length(): number {
    return this.#length
  }
  get first(): number {
    return this.#places[0]?.first ?? this.#length
  }

  async append(entries: readonly Uint8Array[]): Promise<void> {
    if (entries.length === 0) return
    if (this.#writer.length >= this.#segmentBytes) {
      await this.#writer.roll({ first: this.#length } satisfies LogHeader as unknown as Json)
      this.#segments.push({ name: this.#writer.name, lastEpoch: this.#length - 1 })
    }
    const place = await this.#writer.write(
      encodeJson(
        entries.map((entry) => entry.length),
        entries,
      ),
    )
    crashPoint('log.written')
    await this.#writer.sync()
    crashPoint('log.synced')
    this.#places.push({ ...place, segment: this.#writer.name, first: this.#length, count: entries.length })
    this.#length += entries.length
    const segment = this.#segments.at(-1)
    assert(segment !== undefined, 'a log has no segment')
    segment.lastEpoch = this.#length - 1
  }

  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    if (from < this.first || to > this.#length) {
      throw new MillraceError(
        'CHECKPOINT_DAMAGED',
        `'${this.#folder}' has the entries ${this.first} to ${this.#length}, and ${from} to ${to} are needed.`,
      )
    }
    for (let index = this.#placeOf(from); index < this.#places.length; index++) {
      const place = this.#places[index] as Place
      if (place.first >= to) return
      const path = `${this.#folder}/${place.segment}`
      const bytes = await readWhole(this.#disk, path, { start: place.offset, end: place.endOffset })
      const { json, bytes: entries } = decodeJson(scanOneBlock(path, bytes, place.checksum), path)
      let at = 0
      for (const [offset, size] of (json as readonly number[]).entries()) {
        const entry = place.first + offset
        if (entry >= from && entry < to) yield entries.subarray(at, at + size)
        at += size
      }
    }
  }

  async dropBefore(index: number): Promise<void> {
    const left = await purge(this.#disk, { folder: this.#folder, files: this.#segments }, index, 'purge.segment')
    if (left.size === this.#segments.length) return
    this.#segments = this.#segments.filter((one) => left.has(one.name))
    this.#places = this.#places.filter((place) => left.has(place.segment))
  }

  close(): Promise<void> {
    return this.#writer.close()
  }

  /** The index of the place that has an entry. */
  #placeOf(entry: number): number {
    let [low, high] = [0, this.#places.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const { first, count } = this.#places[middle] as Place
      if (first + count <= entry) low = middle + 1
      else high = middle
    }
    return low
  }
}

const lastEntry = (places: readonly Place[], segment: string): number => {
  const place = places.findLast((one) => one.segment === segment)
  return place === undefined ? -1 : place.first + place.count - 1
}
/** The payloads would keep the whole log in memory. */
const withoutPayload = ({ segment, offset, endOffset, checksum, first, count }: Place): Place => ({
  segment,
  offset,
  endOffset,
  checksum,
  first,
  count,
})
