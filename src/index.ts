/** What `import 'millrace'` gives, and nothing else. */
export type { ColumnData, DataFrame, GroupedData, RowStream, Rows, StreamOptions } from './api/data-frame.ts'
export type { FileMeta, FileOptions, FormatRegistry, KafkaConnectionOptions, KafkaSourceOptions } from './api/formats.ts'
export * from './api/functions.ts'
export { type FixedInterval, type IntervalParts, interval } from './api/interval.ts'
export {
  type ByPartition,
  type JsonValueOptions,
  json,
  type KafkaMeta,
  type KafkaReadOptions,
  type KafkaRow,
  type KafkaWriteOptions,
  type ValueEncoding,
  type ValueFormat,
} from './api/kafka.ts'
export type { RowOfSchema, SchemaLike } from './api/schema.ts'
export type { RuntimeConfig, SessionBuilder } from './api/session.ts'
export type { ForeachWriter } from './api/sinks/foreach.ts'
export type { DataStreamReader, Uninferred } from './api/stream-reader.ts'
export type { DataStreamWriter, StartOptions } from './api/stream-writer.ts'
export type { StreamingQuery } from './api/streaming-query.ts'
export type { StreamingQueryManager } from './api/streaming-query-manager.ts'
export type { Trigger } from './api/trigger.ts'
export type { Column, Named } from './api/types/columns.ts'
export type { Untyped, Window } from './api/types/rows.ts'
export { StreamSession } from './composition.ts'
export type { DataType, Field, StructType } from './data/data-type.ts'
export { LocalDate } from './data/local-date.ts'
export type { StandardJsonSchema } from './data/standard-json-schema.ts'
export { Timestamp } from './data/timestamp.ts'
export { type Fields, type FieldType, type RowInput, type RowOfFields, t } from './data/type-builder.ts'
export type { Batch, Vector } from './data/vector.ts'
export { MillraceError } from './error.ts'
export type { ErrorCode } from './error-codes.ts'
export type {
  SourceProgress,
  StateOperatorProgress,
  StreamingQueryListener,
  StreamingQueryProgress,
  StreamingQueryStatus,
} from './plan/contracts/backend.ts'
export type { OptionSpec, OptionSpecs } from './plan/contracts/options.ts'
export type { Delivery, EpochInfo, OutputMode, Sink, SinkContext, SinkProvider } from './plan/contracts/sink.ts'
export type {
  ReadLimit,
  Source,
  SourceBatch,
  SourceContext,
  SourceDescription,
  SourceLatest,
  SourceOffset,
  SourceProvider,
  TypedSource,
} from './plan/contracts/source.ts'
