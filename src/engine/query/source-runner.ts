/**
 * One source of a running query: opens it, keeps its position, and turns what it reads into batches with the scan's columns. The epoch loop (query-loop.ts)
 * decides when; this file knows nothing of epochs beyond the range that it is told to read.
 */
import type { StructType } from '../../data/data-type.ts'
import { field, structType } from '../../data/data-type.ts'
import type { Batch, Vector } from '../../data/vector.ts'
import { takeRows } from '../../data/vector-builder.ts'
import { assert, MillraceError } from '../../error.ts'
import type { Io } from '../../io/io.ts'
import type { SourceProgress } from '../../plan/contracts/backend.ts'
import type {
  Json,
  Source,
  SourceBatch,
  SourceEvent,
  SourceLatest,
  SourceLog,
  SourceOffset,
  SourceProvider,
} from '../../plan/contracts/source.ts'
import type { ScanNode } from '../../plan/nodes/resolved-plan.ts'
import type { SourceRange } from '../checkpoint/contract.ts'
import { type Decoder, decoderFor } from '../decode/decoder.ts'
import type { Origin } from '../operators/operator.ts'
import { blame, blamed } from './blame.ts'
import { SpooledSource } from './spooled-source.ts'

/** What there is to report of a source but its rates. */
export type SourceFacts = Omit<SourceProgress, 'inputRowsPerSecond' | 'processedRowsPerSecond'>

export interface SourceRunnerOptions {
  readonly provider: SourceProvider
  readonly scan: ScanNode
  readonly queryId: string
  readonly io: Io
  readonly signal: AbortSignal
  readonly timeZone: string
  /** Null: no limit, also not those of the source's options. */
  readonly maxBytesPerTrigger: number | null
  readonly epochsRetained: number
  /** Whether records may be decoded by code made from strings; default true. */
  readonly generate?: boolean
}

export class SourceRunner {
  readonly id: string
  readonly #options: SourceRunnerOptions
  readonly #decoder: Decoder | null
  readonly #schema: StructType
  #source: Source | null = null
  #position: SourceOffset = {}
  #latest: SourceLatest | null = null
  /** Null where it has to be looked at again. */
  #hasNewData: boolean | null = null
  #events: SourceEvent[] = []
  /** Of the origin under way, where the source gives lines. */
  #linesRead = 0
  /** Rows that could not be decoded, since the start. */
  malformedRows = 0
  /** Rows of the last `read`. */
  rowsRead = 0

  constructor(options: SourceRunnerOptions) {
    this.id = options.scan.id
    this.#options = options
    this.#decoder =
      options.scan.decoder === null ? null : decoderFor(options.scan.decoder, options.timeZone, { generate: options.generate ?? true })
    this.#schema = structType(options.scan.output.map((column) => field(column.name, column.type, column.nullable)))
  }

  get position(): SourceOffset {
    return this.#position
  }

  /** Opens the source and stands at `position`, or where a new query begins. `log`: what the source remembers under the checkpoint. */
  async open(position: SourceOffset | null, log: SourceLog | null): Promise<void> {
    const { scan, queryId, io, signal, provider } = this.#options
    const spools = log !== null && scan.description.guarantee !== 'replayable'
    const supplied = structType(
      scan.supplied.map((name) => {
        const column = scan.output.find((attribute) => attribute.name === name)
        assert(column !== undefined, `the scan ${scan.id} does not have the column ${name} that the source supplies`)
        return field(column.name, column.type, column.nullable)
      }),
    )
    const report = (event: SourceEvent): void => {
      if (this.#events.length < 100) this.#events.push(event)
    }
    const source = await this.#blamed(() =>
      provider.open({
        options: scan.options,
        queryId,
        description: scan.description,
        supplied,
        io,
        signal,
        report,
        log: spools ? null : log,
      }),
    )
    this.#source = spools ? new SpooledSource(source, log, this.#options.epochsRetained) : source
    this.#position = position ?? (await this.#blamed(() => this.#opened.initialOffset()))
  }

  async prepareAvailableNow(): Promise<void> {
    await this.#blamed(async () => this.#opened.prepareAvailableNow?.())
  }

  /** How far the source can be read now. */
  async plan(): Promise<SourceLatest> {
    const { maxBytesPerTrigger } = this.#options
    const limit = maxBytesPerTrigger === null ? { maxBytes: Number.MAX_SAFE_INTEGER, all: true } : { maxBytes: maxBytesPerTrigger }
    this.#latest = await this.#blamed(() => this.#opened.latestOffset(this.#position, limit))
    this.#hasNewData = null
    return this.#latest
  }

  /** Whether the last `plan` found anything beyond the position. */
  get hasNewData(): boolean {
    this.#hasNewData ??= this.#latest !== null && !sameOffset(this.#position, this.#latest.end)
    return this.#hasNewData
  }

  /** The end that the last `plan` found; the position where nothing was planned. */
  get planned(): SourceOffset {
    return this.#latest?.end ?? this.#position
  }

  /** Whether the source tells by itself when there is something new. */
  get announces(): boolean {
    return this.#opened.waitForData !== undefined
  }

  /** Whether the last `plan` reached all that the source knew of. */
  get reachesLatest(): boolean {
    return this.#latest === null || sameOffset(this.#latest.end, this.#latest.latest)
  }

  get caughtUp(): readonly Origin[] {
    return (this.#latest?.caughtUp ?? []).map((partition) => ({ source: this.id, partition }))
  }

  /** Every partition that the source has named so far. */
  get partitions(): readonly Origin[] {
    const names = new Set([
      ...Object.keys(this.#latest?.latest ?? {}),
      ...Object.keys(this.#latest?.end ?? {}),
      ...(this.#latest?.caughtUp ?? []),
    ])
    return [...names].map((partition) => ({ source: this.id, partition }))
  }

  /** The rows of [start, end), as batches with the scan's columns. */
  async *read(range: SourceRange): AsyncGenerator<{ readonly batch: Batch; readonly origin: Origin }> {
    this.rowsRead = 0
    if (sameOffset(range.start, range.end)) return
    for await (const part of this.#parts(range)) {
      this.#options.signal.throwIfAborted()
      const batch = part.kind === 'columns' ? this.#pick(part.batch) : this.#decode(part)
      this.rowsRead += batch.length
      if (batch.length > 0) yield { batch, origin: { source: this.id, partition: part.partition } }
    }
  }

  /** The position after an epoch that is committed, or (closed epochs) that has been read. */
  moveTo(end: SourceOffset): void {
    this.#position = end
    this.#hasNewData = null
  }

  async commit(end: SourceOffset): Promise<void> {
    await this.#blamed(() => this.#opened.commit(end))
  }

  waitForData(signal: AbortSignal): Promise<void> | null {
    const source = this.#opened
    return source.waitForData === undefined ? null : this.#blamed(async () => source.waitForData?.(signal))
  }

  async close(): Promise<void> {
    await this.#source?.close()
  }

  takeEvents(): readonly SourceEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** Of an epoch that has ended; its rates follow from how long it took in all. */
  progress(range: SourceRange | null, inputRows: number): SourceFacts {
    const { scan } = this.#options
    return {
      description: `${scan.format}[${scan.description.title}]`,
      startOffset: (range?.start ?? this.#position) as Json,
      endOffset: (range?.end ?? this.#position) as Json,
      latestOffset: (this.#latest?.latest ?? this.#position) as Json,
      numInputRows: inputRows,
      metrics: this.#opened.metrics?.() ?? {},
    }
  }

  async *#parts(range: SourceRange): AsyncGenerator<SourceBatch> {
    try {
      yield* this.#opened.read(range.start, range.end)
    } catch (error) {
      throw blamed('SOURCE_FAILED', this.#title, error)
    }
  }

  #blamed<T>(run: () => Promise<T>): Promise<T> {
    return blame('SOURCE_FAILED', this.#title, run)
  }
  get #title(): string {
    const { format, description } = this.#options.scan
    return `The ${format} source ${description.title}`
  }

  get #opened(): Source {
    assert(this.#source !== null, `the source ${this.id} is used before it is open`)
    return this.#source
  }

  #pick(batch: Batch): Batch {
    const columns = this.#schema.fields.map((column) => columnNamed(batch, column.name, this.id))
    return { schema: this.#schema, length: batch.length, columns }
  }

  #decode(part: Exclude<SourceBatch, { kind: 'columns' }>): Batch {
    const decoder = this.#decoder
    assert(decoder !== null, `the source ${this.id} gave records, but its description has no decoder`)
    if (part.kind === 'lines' && part.isFirst) this.#linesRead = 0
    const decoded = decoder.decode(part.kind === 'lines' ? { bytes: part.bytes, origin: `${part.origin}:${this.#linesRead + 1}` } : part)
    this.#linesRead += decoded.records
    this.malformedRows += decoded.malformed.count
    if (!decoded.sharesBytes) part.release?.()
    const { kept } = decoded
    const length = kept?.length ?? decoded.records
    const rows = part.kind === 'lines' ? (part.supplied.columns.length > 0 ? new Int32Array(length) : null) : kept
    const supplied = rows === null ? part.supplied : takeRows(part.supplied, rows)
    const names = this.#options.scan.decoder?.schema.fields.map((column) => column.name) ?? []
    const columns = this.#schema.fields.map((column): Vector => {
      const index = names.indexOf(column.name)
      return index < 0 ? columnNamed(supplied, column.name, this.id) : (decoded.columns[index] as Vector)
    })
    return { schema: this.#schema, length, columns }
  }
}

function columnNamed(batch: Batch, name: string, source: string): Vector {
  const column = batch.columns[batch.schema.fields.findIndex((one) => one.name === name)]
  if (column === undefined) throw new MillraceError('SOURCE_FAILED', `The source ${source} did not supply its column '${name}'.`)
  return column
}

/** Positions are JSON: equal whatever the order of their keys. */
export function sameOffset(a: Json | SourceOffset, b: Json | SourceOffset): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, at) => sameOffset(one, b[at] as Json))
  const [left, right] = [a as SourceOffset, b as SourceOffset]
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameOffset(left[key] as Json, right[key] as Json))
  )
}
