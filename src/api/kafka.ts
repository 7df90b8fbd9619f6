/** What `readStream.kafka` and `writeStream.kafka` take, and the options that it stands for. */
import type { StructType } from '../data/data-type.ts'
import type { Timestamp } from '../data/timestamp.ts'
import { MillraceError } from '../error.ts'
import { type CheckSchema, type RowOfSchema, type SchemaLike, structFrom } from './schema.ts'

/** How the values of records become rows. */
export interface ValueFormat<out Row> {
  /** Never there: it carries the row's type for the compiler. */
  readonly row?: Row
  readonly format: 'json'
  readonly schema: StructType
  readonly options: JsonValueOptions
}
/** How rows become the values of records. */
export interface ValueEncoding {
  readonly format: 'json'
  readonly schema: null
}
export interface JsonValueOptions {
  /** What becomes of a value that is not JSON or does not fit the schema; PERMISSIVE if absent. */
  readonly mode?: 'PERMISSIVE' | 'DROPMALFORMED' | 'FAILFAST'
  /** The string column of the schema, if it has it, that gets the text of such values; `_corrupt_record` if absent. */
  readonly columnNameOfCorruptRecord?: string
}

/**
 * Values that are JSON objects: with a schema to be read, without one to be written.
 *
 * @example
 * ```ts
 * import { json, t } from 'millrace'
 *
 * const value = json({ id: t.long, at: t.timestamp })
 * console.log(value.format) // json
 * ```
 */
export function json(): ValueEncoding
export function json<const X extends SchemaLike>(schema: X & CheckSchema<X>, options?: JsonValueOptions): ValueFormat<RowOfSchema<X>>
export function json(schema?: unknown, options: JsonValueOptions = {}): ValueFormat<unknown> | ValueEncoding {
  if (schema === undefined) return Object.freeze({ format: 'json', schema: null })
  return Object.freeze({ format: 'json', schema: structFrom(schema), options })
}

/** The columns of records, as Spark has them. */
export interface KafkaRow {
  key: Uint8Array | null
  value: Uint8Array | null
  topic: string
  partition: number
  offset: number
  timestamp: Timestamp
  timestampType: number
}
/** What is there of a record beside its value: hidden columns where values are decoded. */
export type KafkaMeta = Omit<KafkaRow, 'value'>

type Texts = string | readonly string[]
/** By topic and partition. */
export type ByPartition = { readonly [topic: string]: { readonly [partition: number]: number } }
interface KafkaCluster {
  /** `host:port`, one or several. */
  readonly bootstrapServers: Texts
  /** Settings by Kafka's own names: `{ 'security.protocol': 'SSL' }`. */
  readonly kafka?: { readonly [name: string]: string | number | boolean }
}
export interface KafkaReadOptions extends KafkaCluster {
  /** Topics by name. One of subscribe, subscribePattern and assign is needed. */
  readonly subscribe?: Texts
  /** Topics whose whole name fits. */
  readonly subscribePattern?: string | RegExp
  /** Partitions by topic. */
  readonly assign?: { readonly [topic: string]: readonly number[] }
  /** Where a query without checkpoint begins; `latest` if absent. Of offsets, -2 is the earliest and -1 the latest. */
  readonly startingOffsets?: 'earliest' | 'latest' | ByPartition
  /** Milliseconds since 1970. */
  readonly startingTimestamp?: number
  readonly startingOffsetsByTimestamp?: ByPartition
  readonly startingOffsetsByTimestampStrategy?: 'error' | 'latest'
  readonly failOnDataLoss?: boolean
  readonly maxOffsetsPerTrigger?: number
  readonly groupIdPrefix?: string
}
export interface KafkaWriteOptions extends KafkaCluster {
  /** The topic of all rows. Without it the column `topic` names that of each. */
  readonly topic?: string
  /** `json()`: the value is the row as a JSON object. Without it the columns `key` and `value` are written. */
  readonly value?: ValueEncoding
}

/** As texts under the names of `.option(…)`; the schema of the values, if they are decoded. */
export function kafkaReadOptions(given: KafkaReadOptions & { readonly value?: ValueFormat<unknown> | ValueEncoding }): {
  readonly options: Readonly<Record<string, unknown>>
  readonly schema: StructType | null
} {
  const { value, subscribePattern, ...rest } = given
  const pattern = subscribePattern instanceof RegExp ? subscribePattern.source : subscribePattern
  // Untyped code may give the form that is for writing.
  if (value?.schema === null)
    throw new MillraceError('SCHEMA_REQUIRED', 'readStream.kafka: value is json() without a schema.', {
      hint: 'Write json({ id: t.long, … }).',
    })
  const decoding = value === undefined ? {} : { valueFormat: value.format, ...value.options }
  return { options: flat({ ...rest, subscribePattern: pattern, ...decoding }), schema: value?.schema ?? null }
}

export function kafkaWriteOptions({ value, ...rest }: KafkaWriteOptions & { readonly key?: string }): Readonly<Record<string, unknown>> {
  const { key, ...others } = rest
  return flat({ ...others, keyColumn: key, ...(value === undefined ? {} : { valueFormat: value.format }) })
}

function flat({
  bootstrapServers,
  kafka,
  ...rest
}: KafkaCluster & { readonly [name: string]: unknown }): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = { 'kafka.bootstrap.servers': textOf(bootstrapServers) }
  for (const [name, value] of Object.entries(kafka ?? {})) options[`kafka.${name}`] = value
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) options[name] = textOf(value)
  return options
}

/** Lists with commas, objects as JSON, all else as it is. */
function textOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
