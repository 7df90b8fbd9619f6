/**
 * The rate source: rows made at a rate, for demonstrations and loads. A row is a pure function of its number and of the time at which the query began, which
 * the position carries, so that the source is replayable.
 */
import { field, longType, type StructType, structType, timestampType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { BATCH_ROWS_TARGET } from '../../data/vector.ts'
import { batchFromDatums } from '../../data/vector-builder.ts'
import { MillraceError } from '../../error.ts'
import { checkOptions, type OptionSpecs } from '../../plan/contracts/options.ts'
import type {
  Json,
  ReadLimit,
  Source,
  SourceBatch,
  SourceContext,
  SourceLatest,
  SourceOffset,
  SourceProvider,
} from '../../plan/contracts/source.ts'
import { intervalMicros } from '../../plan/interval.ts'
import type { Options } from '../../plan/nodes/relation.ts'

const options = {
  rowsPerSecond: { type: 'integer', default: '1', min: 1, max: 1_000_000_000, doc: 'Rows a second, over all partitions.' },
  rampUpTime: {
    type: 'string',
    default: '0 seconds',
    doc: 'How long the rate takes to grow from nothing to rowsPerSecond, such as 5s or 5 seconds.',
  },
  numPartitions: { type: 'integer', default: '1', min: 1, max: 1024, doc: 'Partitions; row v is in partition v mod numPartitions.' },
} as const satisfies OptionSpecs

const schema: StructType = structType([field('timestamp', timestampType), field('value', longType)])
const ROW_BYTES = 16
/** Waiting for less than so long would make epochs of single rows. */
const WAIT_MS_MIN = 10

interface Settings {
  readonly rowsPerSecond: number
  readonly rampUpMs: number
  readonly partitions: number
}

function settingsOf(given: Options): Settings {
  const checked = checkOptions('The rate source', given, options)
  const text = checked.requiredString('rampUpTime').trim()
  const rampUpMs = Number(intervalMicros(/^\d+s$/.test(text) ? text.replace('s', ' seconds') : text)) / 1000
  if (rampUpMs < 0) throw new MillraceError('INVALID_OPTION', `The rate source: option 'rampUpTime' is '${text}', which is negative.`)
  return { rowsPerSecond: checked.integer('rowsPerSecond') ?? 1, rampUpMs, partitions: checked.integer('numPartitions') ?? 1 }
}

/** `format('rate')`: columns timestamp and value, as in Spark. */
export const rateSource: SourceProvider = Object.freeze({
  format: 'rate',
  options,
  userSchema: 'none',
  describe: (given) => {
    const { rowsPerSecond, partitions } = settingsOf(given)
    const title = `${rowsPerSecond} rows a second${partitions === 1 ? '' : ` in ${partitions} partitions`}`
    return { schema, hidden: [], guarantee: 'replayable', decoder: null, title }
  },
  open: (context) => Promise.resolve(new RateSource(settingsOf(context.options), context)),
} satisfies SourceProvider)

/** Of one partition: when the query began, and how many of the partition's rows are before it. */
interface Position {
  readonly startMs: number
  readonly rows: number
}
const positionOf = (json: Json | undefined): Position => json as unknown as Position

class RateSource implements Source {
  readonly #settings: Settings
  readonly #context: SourceContext
  #bounded = false
  /** What there was at the first look of a bounded run. */
  #bound: SourceOffset | null = null
  #startMs = 0
  #lastRows = 0

  constructor(settings: Settings, context: SourceContext) {
    this.#settings = settings
    this.#context = context
  }

  initialOffset(): Promise<SourceOffset> {
    return Promise.resolve(this.#offset(this.#context.io.clock.nowMs(), () => 0))
  }

  latestOffset(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest> {
    const latest = this.#latest(start)
    const { partitions } = this.#settings
    const step = Math.max(1, Math.floor(limit.maxBytes / ROW_BYTES / partitions))
    const end = this.#offset(this.#startMs, (partition) => {
      const from = positionOf(start[partition]).rows
      return Math.max(from, Math.min(positionOf(latest[partition]).rows, from + step))
    })
    const caughtUp = Object.keys(end).filter((partition) => positionOf(end[partition]).rows >= positionOf(latest[partition]).rows)
    return Promise.resolve({ end, caughtUp, latest })
  }

  async *read(start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
    for (const partition of Object.keys(end)) {
      const to = positionOf(end[partition]).rows
      const { startMs, rows: from } = positionOf(start[partition])
      for (let row = from; row < to; row += BATCH_ROWS_TARGET) {
        this.#context.signal.throwIfAborted()
        const count = Math.min(BATCH_ROWS_TARGET, to - row)
        const rows = Array.from({ length: count }, (_, index) =>
          this.#row(startMs, (row + index) * this.#settings.partitions + Number(partition)),
        )
        yield { kind: 'columns', partition, batch: batchFromDatums(this.#context.supplied, rows) }
      }
    }
  }

  commit(): Promise<void> {
    return Promise.resolve()
  }

  /** Until the next row is due. */
  async waitForData(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context.io
    const dueMs = this.#startMs + this.#dueMs(this.#lastRows)
    await clock.sleep(Math.max(WAIT_MS_MIN, dueMs - clock.nowMs()), { signal }).catch(() => undefined)
  }

  prepareAvailableNow(): Promise<void> {
    this.#bounded = true
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #offset(startMs: number, rows: (partition: string) => number): SourceOffset {
    return Object.fromEntries(
      Array.from({ length: this.#settings.partitions }, (_, index) => [String(index), { startMs, rows: rows(String(index)) }]),
    )
  }

  #latest(start: SourceOffset): SourceOffset {
    this.#startMs = positionOf(start['0']).startMs
    if (this.#bound !== null) return this.#bound
    const total = this.#rowsAt(Math.max(0, this.#context.io.clock.nowMs() - this.#startMs))
    this.#lastRows = total
    const latest = this.#offset(this.#startMs, (partition) => {
      const own = Math.ceil((total - Number(partition)) / this.#settings.partitions)
      return Math.max(0, own, positionOf(start[partition]).rows)
    })
    if (this.#bounded) this.#bound = latest
    return latest
  }

  /** Rows that are due after so many milliseconds: linear, after a quadratic ramp. */
  #rowsAt(elapsedMs: number): number {
    const { rowsPerSecond, rampUpMs } = this.#settings
    if (elapsedMs >= rampUpMs) return Math.floor(((elapsedMs - rampUpMs / 2) * rowsPerSecond) / 1000)
    return Math.floor((elapsedMs * elapsedMs * rowsPerSecond) / (2 * rampUpMs) / 1000)
  }
  /** The time after which row `index` is due: the inverse. */
  #dueMs(index: number): number {
    const { rowsPerSecond, rampUpMs } = this.#settings
    const inRamp = (rampUpMs * rowsPerSecond) / 2000
    if (index + 1 >= inRamp) return ((index + 1) * 1000) / rowsPerSecond + rampUpMs / 2
    return Math.sqrt(((index + 1) * 2000 * rampUpMs) / rowsPerSecond)
  }

  #row(startMs: number, value: number): Datum[] {
    const micros = BigInt(startMs) * 1000n + BigInt(Math.round(this.#dueMs(value) * 1000))
    return this.#context.supplied.fields.map((one) => (one.name === 'value' ? BigInt(value) : micros))
  }
}
