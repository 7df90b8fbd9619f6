/**
 * A source that cannot be read again, made replayable: what it gives is appended to its log under the checkpoint before an epoch may count on it, and only
 * then does the source hear that it is taken. Epochs read from the log.
 *
 * Fault model: what the source had given and the log had not taken at a crash is the source's to give again (`buffered`), or is gone (`transient`). An entry
 * is one SourceBatch, with the source's own position behind all that was appended with it; a position of this source is a number of entries, the same for
 * every partition.
 */

import { decodeBatch, encodeBatch } from '../../data/column-codec.ts'
import type { StructType } from '../../data/data-type.ts'
import { takeRows } from '../../data/vector-builder.ts'
import { assert, MillraceError } from '../../error.ts'
import type {
  Json,
  PartitionId,
  ReadLimit,
  Source,
  SourceBatch,
  SourceLatest,
  SourceLog,
  SourceOffset,
} from '../../plan/contracts/source.ts'
import { decodeJson, encodeJson } from '../checkpoint/payload.ts'
import { cutRecords } from '../decode/record-bounds.ts'

interface EntryHead {
  readonly partition: PartitionId
  /** The source's own position behind the append that the entry was part of. */
  readonly position: SourceOffset
  readonly kind: SourceBatch['kind']
  readonly origin: string
  readonly bytes: number
  readonly records: number
  /** The type of the columns that the source made, as JSON: another start of the query may need others. */
  readonly supplied: string
}
const WHERE = 'the spool of a source'

export class SpooledSource implements Source {
  readonly #source: Source
  readonly #log: SourceLog
  readonly #epochsRetained: number
  /** Where the last committed epochs ended. */
  readonly #committed: number[] = []
  /** By their texts. */
  readonly #schemas = new Map<string, StructType>()
  /** Of the source itself. */
  #position: SourceOffset | null = null
  #partitions = new Set<PartitionId>()
  /** Bytes of the entries that no epoch has taken, by their number. */
  #waiting: { readonly entry: number; readonly bytes: number }[] | null = null
  readonly waitForData?: (signal: AbortSignal) => Promise<void>

  /** `epochsRetained`: how many committed epochs can be read again, for a rewind. */
  constructor(source: Source, log: SourceLog, epochsRetained: number) {
    this.#source = source
    this.#log = log
    this.#epochsRetained = epochsRetained
    if (source.waitForData !== undefined) this.waitForData = (signal) => source.waitForData?.(signal) ?? Promise.resolve()
  }

  async initialOffset(): Promise<SourceOffset> {
    // A new query, or one whose first epoch never began: what the log has counts as not read.
    const initial = await this.#source.initialOffset()
    for (const partition of Object.keys(initial)) this.#partitions.add(partition)
    return this.#offset(this.#log.first)
  }

  async latestOffset(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest> {
    const from = this.#entryOf(start)
    this.#mustHave(from)
    this.#waiting ??= await this.#sizesFrom(from)
    this.#position ??= await this.#source.initialOffset()
    const latest = await this.#source.latestOffset(this.#position, limit)
    for (const partition of [...Object.keys(latest.latest), ...latest.caughtUp]) this.#partitions.add(partition)
    if (JSON.stringify(latest.end) !== JSON.stringify(this.#position)) await this.#take(this.#position, latest.end)
    let end = from
    let bytes = 0
    for (const one of this.#waiting) {
      if (one.entry < from) continue
      bytes += one.bytes
      if (!limit.all && bytes > limit.maxBytes && end > from) break
      end = one.entry + 1
    }
    const caughtUp = end === this.#log.length ? latest.caughtUp : []
    return { end: this.#offset(end), caughtUp, latest: this.#offset(this.#log.length) }
  }

  async *read(start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
    for await (const entry of this.#log.read(this.#entryOf(start), this.#entryOf(end))) yield this.#decode(entry)
  }

  async commit(end: SourceOffset): Promise<void> {
    const entry = this.#entryOf(end)
    this.#waiting = this.#waiting?.filter((one) => one.entry >= entry) ?? null
    this.#committed.push(entry)
    if (this.#committed.length <= this.#epochsRetained) return
    // The last entry stays: it knows the source's own position.
    await this.#log.dropBefore(Math.min(this.#committed.shift() ?? 0, this.#log.length - 1))
  }

  async prepareAvailableNow(): Promise<void> {
    await this.#source.prepareAvailableNow?.()
  }

  close(): Promise<void> {
    return this.#source.close()
  }

  /** An entry that was read and is gone would be given a second time to what comes next, which nobody would read then. */
  #mustHave(entries: number): void {
    if (entries <= this.#log.length) return
    throw new MillraceError('CHECKPOINT_DAMAGED', `The spool has ${this.#log.length} entries, and ${entries} were read from it.`, {
      hint: 'Spool and journal of the checkpoint are not of one time. Restore the whole checkpoint from one copy.',
      details: { entries, logged: this.#log.length },
    })
  }

  async #take(from: SourceOffset, to: SourceOffset): Promise<void> {
    const entries: Uint8Array[] = []
    for await (const batch of this.#source.read(from, to)) entries.push(encodeEntry(batch, to))
    const first = this.#log.length
    await this.#log.append(entries)
    for (const [index, entry] of entries.entries()) this.#waiting?.push({ entry: first + index, bytes: entry.length })
    this.#position = to
    await this.#source.commit(to)
  }

  /** Looks at what the log had before: how much waits, and where the source itself stands. */
  async #sizesFrom(from: number): Promise<{ readonly entry: number; readonly bytes: number }[]> {
    const waiting: { readonly entry: number; readonly bytes: number }[] = []
    let entry = Math.max(this.#log.first, Math.min(from, this.#log.length - 1))
    for await (const bytes of this.#log.read(entry, this.#log.length)) {
      const head = decodeJson(bytes, WHERE).json as unknown as EntryHead
      this.#position = head.position
      this.#partitions.add(head.partition)
      waiting.push({ entry, bytes: bytes.length })
      entry++
    }
    return waiting
  }

  #decode(entry: Uint8Array): SourceBatch {
    const { json, bytes } = decodeJson(entry, WHERE)
    const head = json as unknown as EntryHead
    const schema = this.#schemaOf(head.supplied)
    if (head.kind === 'columns') return { kind: 'columns', partition: head.partition, batch: decodeBatch(schema, bytes) }
    const lanes = head.records * 4
    const at = head.bytes
    return {
      kind: 'records',
      partition: head.partition,
      bytes: bytes.slice(0, at),
      starts: new Int32Array(bytes.slice(at, at + lanes).buffer),
      ends: new Int32Array(bytes.slice(at + lanes, at + 2 * lanes).buffer),
      supplied: decodeBatch(schema, bytes.subarray(at + 2 * lanes)),
      origin: head.origin,
    }
  }

  #schemaOf(text: string): StructType {
    const known = this.#schemas.get(text) ?? (JSON.parse(text) as StructType)
    this.#schemas.set(text, known)
    return known
  }

  #offset(entries: number): SourceOffset {
    return Object.fromEntries([...this.#partitions].map((partition) => [partition, entries]))
  }
  #entryOf(offset: SourceOffset): number {
    const entries = Object.values(offset).map((value) => {
      assert(typeof value === 'number', 'a position in a spool is a number of entries')
      return value
    })
    return entries.length === 0 ? this.#log.first : Math.max(...entries)
  }
}

function recordsOf(lines: Extract<SourceBatch, { kind: 'lines' }>): Extract<SourceBatch, { kind: 'records' }> {
  const records = cutRecords(lines)
  const supplied = takeRows(lines.supplied, new Int32Array(records.starts.length))
  return { ...records, kind: 'records', partition: lines.partition, supplied }
}

function encodeEntry(given: SourceBatch, position: SourceOffset): Uint8Array {
  const batch = given.kind === 'lines' ? recordsOf(given) : given
  const supplied = JSON.stringify((batch.kind === 'columns' ? batch.batch : batch.supplied).schema)
  const head = { partition: batch.partition, position: position as Json, kind: batch.kind, supplied }
  if (batch.kind === 'columns') return encodeJson({ ...head, origin: '', bytes: 0, records: 0 }, [encodeBatch(batch.batch)])
  const { starts, ends } = batch
  const from = starts[0] ?? 0
  const bytes = batch.bytes.subarray(from, ends.at(-1) ?? from)
  const moved = (lane: Int32Array): Uint8Array => new Uint8Array(lane.map((at) => at - from).buffer)
  return encodeJson({ ...head, origin: batch.origin, bytes: bytes.length, records: starts.length }, [
    bytes,
    moved(starts),
    moved(ends),
    encodeBatch(batch.supplied),
  ])
}
