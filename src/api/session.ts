/** The entry point of a program: `StreamSession.builder.appName('…').getOrCreate()`. The composition root makes sessions with an engine behind them. */
import type { StructType } from '../data/data-type.ts'
import { batchFromRows, type Row } from '../data/surface.ts'
import type { RowInput } from '../data/type-builder.ts'
import type { SinkProvider } from '../plan/contracts/sink.ts'
import type { SourceProvider } from '../plan/contracts/source.ts'
import { LocalRelationNode } from '../plan/nodes/relation.ts'
import type { DataFrame } from './data-frame.ts'
import { Frame } from './frame.ts'
import { type CheckSchema, type RowOfSchema, type SchemaLike, structFrom } from './schema.ts'
import { SessionCore, type SessionParts } from './session-core.ts'
import { type DataStreamReader, Reader } from './stream-reader.ts'
import type { StreamingQueryManager } from './streaming-query-manager.ts'

/** Settings of a session: keys of `millrace.…`, and of `spark.…` for the cluster that the same program may run on. */
export interface RuntimeConfig {
  get(key: string): string | undefined
  set(key: string, value: string | number | boolean): void
  unset(key: string): void
}

export class Session implements AsyncDisposable {
  readonly #core: SessionCore
  readonly #appName: string
  readonly #onStop: () => void

  /** @internal */
  constructor(parts: SessionParts, appName: string, onStop: () => void = () => undefined) {
    this.#core = new SessionCore(parts)
    this.#appName = appName
    this.#onStop = onStop
  }

  get appName(): string {
    return this.#appName
  }
  get conf(): RuntimeConfig {
    return this.#core
  }
  /** Reads a stream. */
  get readStream(): DataStreamReader {
    return new Reader(this.#core) as unknown as DataStreamReader
  }
  /** The queries of this session. */
  get streams(): StreamingQueryManager {
    return this.#core.queries
  }
  /** A static DataFrame of rows. Throws ROW_TYPE_MISMATCH. */
  createDataFrame<const X extends SchemaLike>(
    rows: readonly RowInput<RowOfSchema<X>>[],
    schema: X & CheckSchema<X>,
  ): DataFrame<RowOfSchema<X>> {
    const type = structFrom(schema)
    return this.#local(type, rows as readonly Row[])
  }
  /** What the query of this name has written with format('memory'), as a static DataFrame of this moment. */
  table(name: string): DataFrame {
    const table = this.#core.tables.table(name)
    return new Frame(this.#core, LocalRelationNode.create({ schema: table.schema, batches: table.batches() })).typed()
  }
  /** Adds a source of one's own: `readStream.format(provider.format)`. */
  registerSource(provider: SourceProvider): this {
    this.#core.catalog.registerSource(provider)
    return this
  }
  /** Adds a sink of one's own: `writeStream.format(provider.format)`. */
  registerSink(provider: SinkProvider): this {
    this.#core.catalog.registerSink(provider)
    return this
  }
  /** Stops all queries of the session; it starts none after. */
  async stop(): Promise<void> {
    this.#onStop()
    await this.#core.stop()
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #local<R>(schema: StructType, rows: readonly Row[]): DataFrame<R> {
    return new Frame(this.#core, LocalRelationNode.create({ schema, batches: [batchFromRows(schema, rows)] })).typed()
  }
}

/** Builds a session, or gives the one that is there. */
export class SessionBuilder<S extends Session> {
  readonly #getOrCreate: (appName: string) => S
  readonly #settings = new Map<string, string | number | boolean>()
  #appName = 'millrace'

  /** @internal */
  constructor(getOrCreate: (appName: string) => S) {
    this.#getOrCreate = getOrCreate
  }
  appName(name: string): this {
    this.#appName = name
    return this
  }
  config(key: string, value: string | number | boolean): this {
    this.#settings.set(key, value)
    return this
  }
  /** The active session of this process, with the settings added; a new one where there is none. */
  getOrCreate(): S {
    const session = this.#getOrCreate(this.#appName)
    for (const [key, value] of this.#settings) session.conf.set(key, value)
    return session
  }
}
