/**
 * A stream that code feeds: typed rows in, partition by partition. For tests, and for programs that make their rows themselves. Everything that was added is
 * kept, so that the source is replayable as long as the object lives; a position is the count of a partition's rows.
 */
import { type StructType, structType } from '../../data/data-type.ts'
import { batchFromRows, type Row } from '../../data/surface.ts'
import { type Fields, type RowInput, type RowOfFields, structOf } from '../../data/type-builder.ts'
import { BATCH_ROWS_TARGET, type Batch } from '../../data/vector.ts'
import { takeRows } from '../../data/vector-builder.ts'
import { assert } from '../../error.ts'
import type {
  ReadLimit,
  Source,
  SourceBatch,
  SourceContext,
  SourceLatest,
  SourceOffset,
  SourceProvider,
  sourceRow,
  TypedSource,
} from '../../plan/contracts/source.ts'
import { DataSignal } from '../signal/data-signal.ts'

/** What one value counts for against the bytes that an epoch may take. */
const VALUE_BYTES = 16

export interface MemoryStreamOptions {
  /** Partitions that are there from the start, also without rows: an empty one holds the watermark as any other. `['0']` if absent. */
  readonly partitions?: readonly string[]
  /** The name for `format(…)`. A new one, such as `memory-1`, if absent. */
  readonly format?: string
}

interface StoredBatch {
  readonly first: number
  readonly batch: Batch
}

let streams = 0

/**
 * @example
 * ```ts
 * import { t } from 'millrace'
 * import { MemoryStream } from 'millrace/testing'
 *
 * const stream = new MemoryStream({ id: t.int, name: t.string })
 * stream.addData([{ id: 1, name: 'one' }, { id: 2, name: 'two' }])
 * ```
 */
export class MemoryStream<F extends Fields> implements TypedSource<RowOfFields<F>> {
  /** Never there: it carries the row's type for the compiler. */
  declare readonly [sourceRow]?: RowOfFields<F>
  readonly schema: StructType
  /** Register it with a session, or give it where a source is taken. */
  readonly provider: SourceProvider
  readonly #partitions = new Map<string, StoredBatch[]>()
  readonly #data = new DataSignal()

  constructor(fields: F, options: MemoryStreamOptions = {}) {
    this.schema = structOf(fields)
    for (const partition of options.partitions ?? ['0']) this.#partitions.set(partition, [])
    const format = options.format ?? `memory-${++streams}`
    this.provider = Object.freeze({
      format,
      options: {},
      userSchema: 'none',
      describe: () => ({ schema: this.schema, hidden: [], guarantee: 'replayable', decoder: null, title: format }),
      open: (context) => Promise.resolve(new MemorySource(this.#partitions, this.#data, context)),
    } satisfies SourceProvider)
  }

  /** Adds rows to a partition ('0' if absent); gives how many it has now. Throws ROW_TYPE_MISMATCH. */
  addData(rows: readonly RowInput<RowOfFields<F>>[], options: { readonly partition?: string } = {}): number {
    return this.addBatch(batchFromRows(this.schema, rows as readonly Row[]), options)
  }

  /** Adds rows that are columns already; they must have the stream's schema. */
  addBatch(batch: Batch, options: { readonly partition?: string } = {}): number {
    assert(batch.columns.length === this.schema.fields.length, 'a batch of another schema was added to a memory stream')
    const partition = options.partition ?? '0'
    const stored = this.#partitions.get(partition) ?? []
    this.#partitions.set(partition, stored)
    const first = endOf(stored)
    if (batch.length > 0) stored.push({ first, batch })
    this.#data.fire()
    return first + batch.length
  }
}

class MemorySource implements Source {
  readonly #partitions: ReadonlyMap<string, readonly StoredBatch[]>
  readonly #data: DataSignal
  readonly #context: SourceContext
  #lastEnd: SourceOffset = {}
  #bound: SourceOffset | null = null

  constructor(partitions: ReadonlyMap<string, readonly StoredBatch[]>, data: DataSignal, context: SourceContext) {
    this.#partitions = partitions
    this.#data = data
    this.#context = context
  }

  initialOffset(): Promise<SourceOffset> {
    return Promise.resolve(Object.fromEntries([...this.#partitions.keys()].map((partition) => [partition, 0])))
  }

  async latestOffset(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest> {
    const latest = this.#latest()
    const waiting = Object.keys(latest).filter((partition) => rowsAt(latest, partition) > rowsAt(start, partition))
    const columns = Math.max(1, this.#context.supplied.fields.length)
    const rowsMax = Math.max(1, Math.floor(limit.maxBytes / (VALUE_BYTES * columns) / Math.max(1, waiting.length)))
    const end: Record<string, number> = {}
    for (const partition of Object.keys(latest)) {
      const from = rowsAt(start, partition)
      end[partition] = Math.max(from, Math.min(rowsAt(latest, partition), from + rowsMax))
    }
    this.#lastEnd = end
    return {
      end,
      caughtUp: Object.keys(end).filter((partition) => end[partition] === endOf(this.#partitions.get(partition) ?? [])),
      latest,
    }
  }

  async *read(start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
    for (const partition of Object.keys(end)) {
      const [from, to] = [rowsAt(start, partition), rowsAt(end, partition)]
      const stored = this.#partitions.get(partition) ?? []
      for (let index = batchOf(stored, from); index < stored.length; index++) {
        const { first, batch } = stored[index] as StoredBatch
        if (first >= to) break
        const last = Math.min(to, first + batch.length)
        for (let at = Math.max(from, first); at < last; at += BATCH_ROWS_TARGET) {
          this.#context.signal.throwIfAborted()
          const rows = new Int32Array(Math.min(BATCH_ROWS_TARGET, last - at))
          for (let i = 0; i < rows.length; i++) rows[i] = at - first + i
          yield { kind: 'columns', partition, batch: takeRows(this.#supplied(batch), rows) }
        }
      }
    }
  }

  commit(): Promise<void> {
    return Promise.resolve()
  }

  waitForData(signal: AbortSignal): Promise<void> {
    const latest = this.#latest()
    const hasMore = Object.keys(latest).some((partition) => rowsAt(latest, partition) > rowsAt(this.#lastEnd, partition))
    return hasMore ? Promise.resolve() : this.#data.wait(signal)
  }

  async prepareAvailableNow(): Promise<void> {
    this.#bound = this.#latest()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #latest(): SourceOffset {
    return this.#bound ?? Object.fromEntries([...this.#partitions].map(([partition, stored]) => [partition, endOf(stored)]))
  }

  #supplied(batch: Batch): Batch {
    const { fields } = this.#context.supplied
    const columns = fields.map((wanted) => {
      const column = batch.columns[batch.schema.fields.findIndex((one) => one.name === wanted.name)]
      assert(column !== undefined, `a memory stream has no column ${wanted.name}`)
      return column
    })
    return { schema: structType(fields), length: batch.length, columns }
  }
}

function endOf(stored: readonly StoredBatch[]): number {
  const last = stored.at(-1)
  return last === undefined ? 0 : last.first + last.batch.length
}

/** The index of the batch that the row is in, by halves: a stream that is fed for long has many. */
function batchOf(stored: readonly StoredBatch[], row: number): number {
  let [low, high] = [0, stored.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const { first, batch } = stored[middle] as StoredBatch
    if (first + batch.length <= row) low = middle + 1
    else high = middle
  }
  return low
}

function rowsAt(offset: SourceOffset, partition: string): number {
  return Number(offset[partition] ?? 0)
}
