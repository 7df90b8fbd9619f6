/** `writeStream`: where the result goes, and how it is started. */
import { MillraceError } from '../error.ts'
import type { TriggerSpec } from '../plan/contracts/backend.ts'
import type { Delivery, OutputMode, SinkProvider } from '../plan/contracts/sink.ts'
import type { Relation } from '../plan/nodes/relation.ts'
import { describe } from './column.ts'
import type { DataFrame } from './data-frame.ts'
import { Frame } from './frame.ts'
import { type KafkaWriteOptions, kafkaWriteOptions } from './kafka.ts'
import { optionText } from './option-text.ts'
import type { SessionCore } from './session-core.ts'
import { type ForeachWriter, foreachSink } from './sinks/foreach.ts'
import { type BatchFunction, foreachBatchSink } from './sinks/foreach-batch.ts'
import { StreamingQuery } from './streaming-query.ts'
import { type Trigger, triggerSpec } from './trigger.ts'

export interface StartOptions {
  /** Stops the query when it is aborted. */
  readonly signal?: AbortSignal
}

const deliveries: readonly Delivery[] = ['exactly-once', 'at-least-once']
const modes: readonly OutputMode[] = ['append', 'update', 'complete']

/** Every setter changes this writer and gives it back, as in Spark. */
export class DataStreamWriter<Row> {
  readonly #session: SessionCore
  readonly #plan: Relation
  #mode: OutputMode = 'append'
  #sink: SinkProvider | null = null
  #trigger: TriggerSpec = { kind: 'default' }
  #name: string | null = null
  readonly #options = new Map<string, string>()

  /** @internal */
  constructor(session: SessionCore, plan: Relation) {
    this.#session = session
    this.#plan = plan
  }

  /** append (default): rows that will not change. update: rows that changed. complete: the whole result, each epoch. */
  outputMode(mode: OutputMode): this {
    // Spark takes modes in any case, so a program that comes from there may write 'Complete'.
    const known = modes.find((one) => one === String(mode).toLowerCase())
    if (known === undefined)
      throw new MillraceError('INVALID_ARGUMENT', `outputMode: '${String(mode)}' is not an output mode.`, {
        hint: `There are: ${modes.join(', ')}.`,
      })
    this.#mode = known
    return this
  }
  /** Throws UNKNOWN_FORMAT, with the nearest name. */
  format(name: 'console' | 'json' | 'kafka' | 'memory' | 'noop' | 'text' | (string & {})): this {
    this.#sink = this.#session.catalog.sink(name)
    return this
  }
  /** `checkpointLocation`, `delivery`, `takeover` and `checkpointRenames` are for the query, all others for the sink. */
  option(name: string, value: string | number | boolean): this {
    this.#options.set(name, optionText(name, value))
    return this
  }
  options(options: { readonly [name: string]: string | number | boolean }): this {
    for (const [name, value] of Object.entries(options)) this.option(name, value)
    return this
  }
  trigger(trigger: Trigger): this {
    this.#trigger = triggerSpec(trigger)
    return this
  }
  /** The name of the query, unique among the active ones of the session. */
  queryName(name: string): this {
    if (typeof name !== 'string' || name.trim() === '')
      throw new MillraceError('INVALID_ARGUMENT', 'queryName: a name must be a text that is not empty.')
    this.#name = name
    return this
  }
  /** Records in Kafka's topics; at least once. `key` is the column whose value is the key, which decides on the partition. */
  kafka(options: KafkaWriteOptions & { readonly key?: keyof Row & string }): this {
    this.format('kafka')
    for (const [name, value] of Object.entries(kafkaWriteOptions(options))) this.#options.set(name, optionText(name, value))
    return this
  }
  /** Calls a function for each row; at least once. It may return a promise, which is waited for. */
  foreach(writer: ((row: Row) => void | Promise<void>) | ForeachWriter<Row>): this {
    this.#sink = foreachSink(writer as ForeachWriter<unknown>)
    return this
  }
  /** Calls a function with the rows of each epoch as a static DataFrame; at least once, with the same id and rows for the same epoch. */
  foreachBatch(write: (batch: DataFrame<Row>, epochId: number) => void | Promise<void>): this {
    this.#sink = foreachBatchSink((plan) => new Frame(this.#session, plan).typed(), write as BatchFunction)
    return this
  }

  /**
   * Starts the query and returns at once. What is wrong with plan, options or name throws here.
   *
   * @throws MillraceError OUTPUT_MODE_NOT_SUPPORTED, UNKNOWN_OPTION, INVALID_OPTION, QUERY_NAME_IN_USE and others
   */
  start(options: StartOptions = {}): StreamingQuery {
    this.#session.mustRun()
    checkStartOptions(options)
    if (this.#sink === null) {
      const known = this.#session.catalog.sinks().map((one) => one.format)
      throw new MillraceError('MISSING_OPTION', 'writeStream: no sink was named.', {
        hint: `Use .format('console') (there are: ${known.join(', ')}), .foreach(…) or .foreachBatch(…).`,
      })
    }
    return this.startInto(this.#sink, options)
  }

  /** @internal */
  startInto(sink: SinkProvider, options: StartOptions): StreamingQuery {
    const { queries, backend } = this.#session
    queries.checkName(this.#name)
    const { query, sink: sinkOptions } = this.#splitOptions()
    const running = backend.start(
      {
        plan: this.#plan,
        sink,
        sinkOptions,
        outputMode: this.#mode,
        trigger: this.#trigger,
        name: this.#name,
        checkpointLocation: query.get('checkpointlocation') ?? null,
        takeover: booleanOf('takeover', query.get('takeover')),
        checkpointRenames: query.get('checkpointrenames') ?? null,
        delivery: deliveryOf(query.get('delivery')),
        configuration: this.#session.configuration(),
        signal: options.signal ?? null,
      },
      queries.broadcast,
    )
    const started = new StreamingQuery(running, this.#session.print)
    queries.add(started)
    return started
  }

  #splitOptions(): { readonly query: ReadonlyMap<string, string>; readonly sink: Record<string, string> } {
    const query = new Map<string, string>()
    const sink: Record<string, string> = {}
    for (const [name, value] of this.#options) {
      if (/^(checkpointLocation|delivery|takeover|checkpointRenames)$/i.test(name)) query.set(name.toLowerCase(), value)
      else sink[name] = value
    }
    return { query, sink }
  }
}

function booleanOf(name: string, text: string | undefined): boolean {
  if (text === undefined || /^(true|false)$/i.test(text)) return text?.toLowerCase() === 'true'
  throw new MillraceError('INVALID_OPTION', `writeStream: option '${name}' is '${text}'.`, { hint: 'It is true or false.' })
}

function deliveryOf(text: string | undefined): Delivery | null {
  if (text === undefined) return null
  const found = deliveries.find((one) => one === text.toLowerCase())
  if (found !== undefined) return found
  throw new MillraceError('INVALID_OPTION', `writeStream: option 'delivery' is '${text}'.`, {
    hint: `It is one of ${deliveries.join(', ')}.`,
  })
}

/** In Spark `start` takes a path, and untyped code may give one: it must not be overlooked. */
function checkStartOptions(options: StartOptions): void {
  const { signal } = options
  if (typeof options === 'object' && (signal === undefined || signal instanceof AbortSignal)) return
  const given = typeof options === 'object' ? `signal is ${describe(signal)}` : `there is ${describe(options)}`
  throw new MillraceError('INVALID_ARGUMENT', `start: { signal } was expected, and ${given}.`, {
    hint: "A signal is an AbortSignal; a path is an option of the sink: .option('path', …).",
  })
}
