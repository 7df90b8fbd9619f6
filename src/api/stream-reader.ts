/** `readStream`: where rows come from. The interface has the types; the class behind it collects what was given. */
import type { StructType } from '../data/data-type.ts'
import { MillraceError } from '../error.ts'
import type { TypedSource } from '../plan/contracts/source.ts'
import { ReadNode } from '../plan/nodes/relation.ts'
import type { DataFrame } from './data-frame.ts'
import type { FileMeta, FormatEntry, FormatRegistry, KnownFormat, Missing, MissingOption, Part } from './formats.ts'
import { Frame } from './frame.ts'
import { type KafkaMeta, type KafkaReadOptions, type KafkaRow, kafkaReadOptions, type ValueFormat } from './kafka.ts'
import { optionText } from './option-text.ts'
import { type CheckSchema, type RowOfSchema, type SchemaLike, structFrom } from './schema.ts'
import type { SessionCore } from './session-core.ts'
import type { Simplify, Untyped } from './types/rows.ts'

type Options<F extends KnownFormat> = FormatRegistry<{}>[F]['options']
/** Files without a schema: it has to be inferred first, which reads them. */
export interface Uninferred {
  /** Reads what is there now. Throws MISSING_OPTION, SOURCE_FAILED. */
  inferSchema(): Promise<DataFrame<Untyped, FileMeta>>
}

export interface DataStreamReader<F = never, Given = {}, Row = never> {
  /** `kafka`, `socket`, `rate`, `json`, `text`, or the name of a source that was registered. Throws UNKNOWN_FORMAT at load. */
  format<const G extends KnownFormat | (string & {})>(name: G): DataStreamReader<G, Given, Row>
  option<const K extends keyof Part<FormatEntry<F, Given>, 'options'> & string, const V extends Part<FormatEntry<F, Given>, 'options'>[K]>(
    name: K,
    value: V,
  ): DataStreamReader<F, Simplify<Given & { [P in K]: V }>, Row>
  options<const O extends Partial<Part<FormatEntry<F, Given>, 'options'>>>(options: O): DataStreamReader<F, Simplify<Given & O>, Row>
  schema<const X extends SchemaLike>(schema: X & CheckSchema<X>): DataStreamReader<F, Given, RowOfSchema<X>>
  /** The source's name in progress and checkpoints. */
  name(name: string): DataStreamReader<F, Given, Row>
  /** Throws UNKNOWN_FORMAT, UNKNOWN_OPTION, MISSING_OPTION, SCHEMA_REQUIRED. Does no I/O. */
  load(
    this: [Missing<F, Given>] extends [never] ? unknown : MissingOption<Missing<F, Given>>,
  ): DataFrame<[Row] extends [never] ? Part<FormatEntry<F, Given>, 'row'> : Row, Part<FormatEntry<F, Given>, 'meta'>>
  load(path: string): DataFrame<[Row] extends [never] ? Part<FormatEntry<F, Given>, 'row'> : Row, Part<FormatEntry<F, Given>, 'meta'>>

  /** Lines of a TCP connection. */
  socket<const O extends Partial<Options<'socket'>> & { host: string; port: number }>(
    options: O,
  ): DataFrame<FormatRegistry<O>['socket']['row'], FormatRegistry<O>['socket']['meta']>
  /** Rows made at a rate. */
  rate(options?: Partial<Options<'rate'>>): DataFrame<FormatRegistry<{}>['rate']['row']>
  /** Files of a folder whose lines are JSON objects. */
  json(path: string): [Row] extends [never] ? Uninferred : DataFrame<Row, FileMeta>
  json<const X extends SchemaLike>(
    path: string,
    options: { readonly schema: X & CheckSchema<X> } & Partial<Omit<Options<'json'>, 'path'>>,
  ): DataFrame<RowOfSchema<X>, FileMeta>
  /** Files of a folder, line by line. */
  text(path: string, options?: Partial<Omit<Options<'text'>, 'path'>>): DataFrame<{ value: string }, FileMeta>
  /** Records of Kafka's topics: rows of their values where `value` says how to read them, else the records as Spark has them. */
  kafka<R>(options: KafkaReadOptions & { readonly value: ValueFormat<R> }): DataFrame<R, KafkaMeta>
  kafka(options: KafkaReadOptions): DataFrame<KafkaRow>
  /** A source that is an object: a MemoryStream of the test kit, or one's own. */
  source<R>(source: TypedSource<R>): DataFrame<R>
}

interface ReaderState {
  readonly format: string | null
  readonly options: Readonly<Record<string, string>>
  readonly schema: StructType | null
  readonly name: string | null
}

/** Every setter gives a new reader. */
export class Reader {
  readonly #session: SessionCore
  readonly #state: ReaderState

  constructor(session: SessionCore, state: ReaderState = { format: null, options: {}, schema: null, name: null }) {
    this.#session = session
    this.#state = state
  }

  format(format: string): Reader {
    return this.#with({ format })
  }
  option(name: string, value: unknown): Reader {
    return this.#with({ options: { ...this.#state.options, [name]: optionText(name, value) } })
  }
  options(options: Readonly<Record<string, unknown>>): Reader {
    return Object.entries(options).reduce<Reader>((reader, [name, value]) => reader.option(name, value), this)
  }
  schema(schema: unknown): Reader {
    return this.#with({ schema: structFrom(schema) })
  }
  name(name: string): Reader {
    return this.#with({ name })
  }
  load(path?: string): Frame {
    if (path !== undefined) return this.option('path', path).load()
    const { format, options, schema, name } = this.#state
    if (format === null) {
      const known = this.#session.catalog.sources().map((one) => one.format)
      throw new MillraceError('MISSING_OPTION', 'readStream: no source was named.', {
        hint: `Use .format('socket') (there are: ${known.join(', ')}).`,
      })
    }
    return new Frame(this.#session, ReadNode.create({ format, options, schema, name }))
  }
  socket(options: Readonly<Record<string, unknown>>): Frame {
    return this.format('socket').options(options).load()
  }
  rate(options: Readonly<Record<string, unknown>> = {}): Frame {
    return this.format('rate').options(options).load()
  }
  json(path: string, options: Readonly<Record<string, unknown>> = {}): Frame | { inferSchema(): Promise<Frame> } {
    const { schema, ...rest } = options
    const reader = this.format('json').options({ path, ...rest })
    if (schema !== undefined) return reader.schema(schema).load()
    return reader.#state.schema === null ? { inferSchema: () => reader.#infer() } : reader.load()
  }
  text(path: string, options: Readonly<Record<string, unknown>> = {}): Frame {
    return this.format('text').options(options).load(path)
  }
  kafka(given: KafkaReadOptions): Frame {
    const { options, schema } = kafkaReadOptions(given)
    const reader = this.format('kafka').options(options)
    return schema === null ? reader.load() : reader.#with({ schema }).load()
  }
  source({ provider }: TypedSource<unknown>): Frame {
    this.#session.catalog.registerSource(provider)
    return this.format(provider.format).load()
  }

  async #infer(): Promise<Frame> {
    const provider = this.#session.catalog.source(this.#state.format ?? '')
    if (provider.inferSchema === undefined)
      throw new MillraceError('SCHEMA_REQUIRED', `The ${provider.format} source cannot infer a schema.`)
    return this.#with({ schema: await provider.inferSchema(this.#state.options, this.#session.io) }).load()
  }
  #with(state: Partial<ReaderState>): Reader {
    return new Reader(this.#session, { ...this.#state, ...state })
  }
}
