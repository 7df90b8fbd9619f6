/**
 * What the compiler knows of formats: options, required options, row and hidden columns. Connectors add themselves by declaration merging:
 * `declare module 'millrace' { interface FormatRegistry<Given> { mine: { options: …; required: …; row: …; meta: … } } }`.
 */
import type { Timestamp } from '../data/timestamp.ts'
import type { KafkaMeta, KafkaRow } from './kafka.ts'
import type { Untyped } from './types/rows.ts'

/** `Given` are the options given so far, so that a row may depend on them. */
export interface FormatRegistry<Given> {
  socket: {
    options: {
      host: string
      port: number | string
      includeTimestamp: boolean
      onDisconnect: 'reconnect' | 'fail' | 'end'
      maxReconnects: number
      connectTimeoutMs: number
      maxRecordBytes: number
      maxBufferedBytes: number
    }
    required: 'host' | 'port'
    row: Given extends { includeTimestamp: true } ? { value: string; timestamp: Timestamp } : { value: string }
    meta: { timestamp: Timestamp }
  }
  rate: {
    options: { rowsPerSecond: number; rampUpTime: string; numPartitions: number }
    required: never
    row: { timestamp: Timestamp; value: number }
    meta: {}
  }
  json: {
    options: FileOptions & { mode: 'PERMISSIVE' | 'DROPMALFORMED' | 'FAILFAST'; columnNameOfCorruptRecord: string }
    required: 'path'
    row: Untyped
    meta: FileMeta
  }
  text: { options: FileOptions; required: 'path'; row: { value: string }; meta: FileMeta }
  kafka: { options: KafkaSourceOptions; required: 'kafka.bootstrap.servers'; row: KafkaRow; meta: KafkaMeta }
}
export interface FileOptions {
  path: string
  maxFilesPerTrigger: number
  lineSep: string
  maxRecordBytes: number
  recursiveFileLookup: boolean
}
export interface FileMeta {
  _metadata: { file_path: string; file_name: string; file_size: number; file_modification_time: Timestamp }
}
export interface KafkaConnectionOptions {
  'kafka.bootstrap.servers': string
  'kafka.client.id': string
  'kafka.security.protocol': 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  'kafka.sasl.mechanism': 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  'kafka.sasl.username': string
  'kafka.sasl.password': string
  'kafka.sasl.jaas.config': string
  'kafka.ssl.truststore.location': string
  'kafka.ssl.truststore.certificates': string
  'kafka.ssl.keystore.location': string
  'kafka.ssl.keystore.password': string
  'kafka.ssl.keystore.certificate.chain': string
  'kafka.ssl.keystore.key': string
  'kafka.ssl.key.password': string
  'kafka.ssl.endpoint.identification.algorithm': 'https' | ''
  'kafka.request.timeout.ms': number | string
  'kafka.default.api.timeout.ms': number | string
}
/** One of subscribe, subscribePattern and assign is needed. */
export interface KafkaSourceOptions extends KafkaConnectionOptions {
  subscribe: string
  subscribePattern: string
  assign: string
  startingOffsets: string
  startingTimestamp: number | string
  startingOffsetsByTimestamp: string
  startingOffsetsByTimestampStrategy: 'error' | 'latest'
  failOnDataLoss: boolean | string
  maxOffsetsPerTrigger: number | string
  minPartitions: number | string
  includeHeaders: boolean | string
  valueFormat: 'binary' | 'json'
  mode: 'PERMISSIVE' | 'DROPMALFORMED' | 'FAILFAST'
  columnNameOfCorruptRecord: string
  groupIdPrefix: string
  'kafka.group.id': string
  'kafka.isolation.level': 'read_committed' | 'read_uncommitted'
  'kafka.fetch.min.bytes': number | string
  'kafka.fetch.max.wait.ms': number | string
  'kafka.fetch.max.bytes': number | string
  'kafka.max.partition.fetch.bytes': number | string
  'kafka.check.crcs': boolean | string
  'kafka.metadata.max.age.ms': number | string
}
export type KnownFormat = keyof FormatRegistry<Untyped>
export type FormatEntry<F, Given> = F extends KnownFormat
  ? FormatRegistry<Given>[F]
  : { options: { [name: string]: string | number | boolean }; required: never; row: Untyped; meta: {} }
export type Part<E, P> = P extends keyof E ? E[P] : never
export interface MissingOption<Name> {
  readonly hint: 'set it with .option(…) before .load()'
  readonly option: Name
}
/** The required options that are not given yet. */
export type Missing<F, Given> = Exclude<Part<FormatEntry<F, Given>, 'required'>, keyof Given>
