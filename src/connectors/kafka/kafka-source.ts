/**
 * The Kafka source: partitions of topics, read ahead and given epoch by epoch, exactly the offsets that were planned and in an order that follows from them alone,
 * so that an epoch that is read again gives the same rows in the same order.
 *
 * Fault model: replayable, as long as the topic keeps the records. What is gone before it was read (by retention, or with a topic that was deleted or made anew)
 * fails the query with KAFKA_DATA_LOST, or is reported and left out where `failOnDataLoss` is false; it is never passed over silently. Brokers that do not answer
 * are waited for. Positions are those of the checkpoint; what is committed to a group is for others to look at.
 */
import { MillraceError } from '../../error.ts'
import type { ReadLimit, Source, SourceBatch, SourceContext, SourceLatest, SourceOffset } from '../../plan/contracts/source.ts'
import { DataSignal } from '../signal/data-signal.ts'
import { GroupProgress } from './group-progress.ts'
import type { KafkaAccess } from './kafka-access.ts'
import { LogEnds } from './log-ends.ts'
import { Losses } from './losses.ts'
import { Planner } from './planner.ts'
import { Prefetch } from './prefetch.ts'
import { type RangeReaderParts, readRange } from './range-reader.ts'
import { type KafkaSourceSettings, SOURCE } from './source-settings.ts'
import { resolveStarts } from './starting-offsets.ts'
import { TopicWatch } from './topic-watch.ts'

export class KafkaSource implements Source {
  readonly #settings: KafkaSourceSettings
  readonly #client: KafkaAccess
  readonly #signal: AbortSignal
  readonly #data = new DataSignal()
  readonly #watch: TopicWatch
  readonly #ends: LogEnds
  readonly #prefetch: Prefetch
  readonly #planner: Planner
  readonly #reading: RangeReaderParts
  readonly #group: GroupProgress
  /** Whether something came since the last plan. */
  #hasNews = false
  #isClosed = false

  private constructor(context: SourceContext, settings: KafkaSourceSettings, client: KafkaAccess) {
    const { io, signal, report, log } = context
    const { isolation, checkCrc, maxOffsets } = settings
    const onNews = (): void => this.#tell()
    this.#settings = settings
    this.#client = client
    this.#signal = signal
    this.#watch = new TopicWatch({ ...settings, directory: client, clock: io.clock, log, signal, report, onChange: onNews })
    this.#ends = new LogEnds(client, { isolation, signal, report })
    this.#prefetch = new Prefetch(client.fetcher(settings.fetch), { checkCrc, onNews })
    const losses = new Losses({ fail: settings.failOnDataLoss, watch: this.#watch, ends: this.#ends, report })
    this.#planner = new Planner({ watch: this.#watch, prefetch: this.#prefetch, ends: this.#ends, losses, maxOffsets })
    const isDecoded = context.description.decoder !== null
    this.#reading = { prefetch: this.#prefetch, losses, supplied: context.supplied, isDecoded, signal }
    // Without a checkpoint every start is a query of its own, and groups of it would pile up.
    const groupId = settings.groupId ?? (log === null ? null : `${settings.groupIdPrefix}-${context.queryId}-source`)
    this.#group = new GroupProgress({ groupId, client, clock: io.clock, report })
  }

  /** Connects and finds the topics. Throws KAFKA_UNREACHABLE, KAFKA_UNKNOWN_TOPIC and what else the cluster may refuse. */
  static async open(context: SourceContext, settings: KafkaSourceSettings, client: KafkaAccess): Promise<KafkaSource> {
    const source = new KafkaSource(context, settings, client)
    try {
      await source.#watch.open()
      source.#checkTopics()
      return source
    } catch (error) {
      await source.close()
      throw error
    }
  }

  async initialOffset(): Promise<SourceOffset> {
    const { starting, isolation } = this.#settings
    const options = { isolation, signal: this.#signal }
    return Object.fromEntries(await resolveStarts(SOURCE, starting, this.#watch.partitions, this.#client, options))
  }

  latestOffset(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest> {
    this.#hasNews = false
    return this.#planner.plan(start, limit)
  }

  read(start: SourceOffset, end: SourceOffset): AsyncIterable<SourceBatch> {
    return readRange(this.#reading, start, end)
  }

  async commit(end: SourceOffset): Promise<void> {
    await this.#planner.committed(end)
    this.#group.commit(end)
  }

  waitForData(signal: AbortSignal): Promise<void> {
    return this.#hasNews ? Promise.resolve() : this.#data.wait(signal)
  }

  prepareAvailableNow(): Promise<void> {
    return this.#planner.boundNow()
  }

  /** Under Spark's names, and how far each partition is behind. */
  metrics(): Readonly<Record<string, string>> {
    const { lags } = this.#planner
    if (lags.length === 0) return {}
    const offsets = lags.map((one) => one.offsets)
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
    return {
      minOffsetsBehindLatest: String(Math.min(...offsets)),
      maxOffsetsBehindLatest: String(Math.max(...offsets)),
      avgOffsetsBehindLatest: String(sum(offsets) / offsets.length),
      estimatedTotalBytesBehindLatest: String(sum(lags.map(({ bytes }) => bytes))),
      ...Object.fromEntries(lags.map((one) => [`offsetsBehindLatest.${one.name}`, String(one.offsets)])),
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#watch.close()
    await this.#group.close()
    this.#prefetch.close()
    await this.#client.close()
    this.#tell()
  }

  #tell(): void {
    this.#hasNews = true
    this.#data.fire()
  }

  #checkTopics(): void {
    const { missing } = this.#watch
    if (missing.length === 0 || !this.#settings.failOnDataLoss) return
    throw new MillraceError('KAFKA_UNKNOWN_TOPIC', `There is no topic ${missing.map((topic) => `'${topic}'`).join(', ')}.`, {
      details: { topics: missing },
    })
  }
}
