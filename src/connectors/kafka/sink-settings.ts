/** The options of the Kafka sink, and what the columns of a result mean to it. */
import { type DataType, type StructType, simpleString } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import type { ProducerOptions } from '../../kafka/client/produce/producer.ts'
import { type CompressionName, compressionNames } from '../../kafka/protocol/compression/codecs.ts'
import type { CheckedOptions, OptionSpecs } from '../../plan/contracts/options.ts'
import { clientOptions } from './client-options.ts'
import { hasBytes, hasText } from './column-bytes.ts'

export const SINK = 'The kafka sink'
export const sinkOptions = {
  ...clientOptions,
  topic: {
    type: 'string',
    doc: 'The topic of all rows. Without it the column topic names that of each; the option counts where there are both.',
  },
  valueFormat: {
    type: 'string',
    default: 'columns',
    oneOf: ['columns', 'json'],
    doc: "columns: Spark's, value and, where they are there, key, topic and partition; other columns are not written. json: the value is the row as a JSON object.",
  },
  keyColumn: { type: 'string', doc: 'With json: the column whose value is the key too; numbers and booleans become texts.' },
  includeHeaders: { type: 'boolean', default: 'false', doc: 'Only false: there is no type for lists yet.' },
  'kafka.acks': {
    type: 'string',
    default: 'all',
    oneOf: ['all', '-1', '1'],
    doc: 'Whether all replicas that are in sync (all, -1) or the leader alone (1) have a record before it counts as written.',
  },
  'kafka.enable.idempotence': {
    type: 'boolean',
    default: 'true',
    doc: 'Whether brokers write each batch once and in order, however often it is sent. Not with acks 1.',
  },
  'kafka.compression.type': { type: 'string', default: 'none', oneOf: compressionNames, doc: 'How batches are compressed.' },
  'kafka.linger.ms': { type: 'integer', default: '5', min: 0, doc: 'Milliseconds that a batch waits for more records.' },
  'kafka.batch.size': { type: 'bytes', default: String(256 << 10), min: 1, doc: 'Bytes with which a batch is full, before compression.' },
  'kafka.delivery.timeout.ms': {
    type: 'integer',
    default: '120000',
    min: 1,
    doc: 'Milliseconds in which a record must be written, all attempts together; then the query fails.',
  },
  'kafka.buffer.memory': {
    type: 'bytes',
    default: String(32 << 20),
    min: 1,
    doc: 'Bytes of records that may wait to be written; then the query waits.',
  },
} as const satisfies OptionSpecs

export interface KafkaSinkSettings {
  /** Null: the column `topic` says it. */
  readonly topic: string | null
  readonly isJson: boolean
  readonly keyColumn: string | null
  readonly producer: ProducerOptions
}

/** Throws INVALID_OPTION, UNSUPPORTED_OPERATION. */
export function sinkSettings(checked: CheckedOptions): KafkaSinkSettings {
  if (checked.boolean('includeHeaders'))
    throw new MillraceError('UNSUPPORTED_OPERATION', `${SINK} cannot write headers: there is no type for lists yet.`)
  const isJson = checked.requiredString('valueFormat').toLowerCase() === 'json'
  const topic = checked.string('topic')
  const keyColumn = checked.string('keyColumn')
  if (topic?.trim() === '') throw new MillraceError('INVALID_OPTION', `${SINK}: option 'topic' is empty.`, { hint: sinkOptions.topic.doc })
  if (isJson && topic === null)
    throw new MillraceError('MISSING_OPTION', `${SINK} needs the option 'topic' where rows are written as JSON.`, {
      hint: sinkOptions.topic.doc,
    })
  if (!isJson && keyColumn !== null)
    throw new MillraceError('INVALID_OPTION', `${SINK} has 'keyColumn', and the values are those of a column.`, {
      hint: "Name the column key, or set 'valueFormat' to 'json'.",
    })
  const acks = checked.requiredString('kafka.acks') === '1' ? 'leader' : 'all'
  return {
    topic,
    isJson,
    keyColumn,
    producer: {
      acks,
      idempotence: acks === 'all' && checked.boolean('kafka.enable.idempotence'),
      compression: checked.requiredString('kafka.compression.type').toLowerCase() as CompressionName,
      lingerMs: checked.integer('kafka.linger.ms') ?? 0,
      batchBytesMax: checked.integer('kafka.batch.size') ?? 0,
      deliveryTimeoutMs: checked.integer('kafka.delivery.timeout.ms') ?? 0,
      bufferBytesMax: checked.integer('kafka.buffer.memory') ?? 0,
    },
  }
}

/** Where the parts of a record stand in the result; -1 where they are not there. */
export interface RecordParts {
  /** -1: the row as JSON. */
  readonly value: number
  readonly key: number
  readonly topic: number
  readonly partition: number
}

/** Throws UNRESOLVED_COLUMN, DATATYPE_MISMATCH, MISSING_OPTION, UNSUPPORTED_OPERATION. */
export function recordParts({ fields }: StructType, { topic, isJson, keyColumn }: KafkaSinkSettings): RecordParts {
  const find = (name: string, fits: (type: DataType) => boolean, wanted: string): number => {
    const index = fields.findIndex((one) => one.name.toLowerCase() === name.toLowerCase())
    const type = fields[index]?.type
    if (type !== undefined && !fits(type))
      throw new MillraceError('DATATYPE_MISMATCH', `${SINK}: the column '${name}' is ${simpleString(type)}, and ${wanted} was expected.`, {
        details: { column: name },
      })
    return index
  }
  const required = (name: string, index: number, hint: string): number => {
    if (index >= 0) return index
    const known = fields.map((one) => one.name).join(', ')
    throw new MillraceError('UNRESOLVED_COLUMN', `${SINK} needs the column '${name}', and the result has: ${known}.`, { hint })
  }
  if (isJson) {
    const key = keyColumn === null ? -1 : find(keyColumn, (type) => hasBytes(type) || hasText(type), 'a text, binary, number or boolean')
    return { value: -1, key: keyColumn === null ? -1 : required(keyColumn, key, 'It is the key.'), topic: -1, partition: -1 }
  }
  if (fields.some(({ name }) => name.toLowerCase() === 'headers'))
    throw new MillraceError('UNSUPPORTED_OPERATION', `${SINK} cannot write headers: there is no type for lists yet.`)
  const value = find('value', hasBytes, 'string or binary')
  const named = find('topic', ({ kind }) => kind === 'string', 'string')
  if (topic === null && named < 0)
    throw new MillraceError('MISSING_OPTION', `${SINK} needs the option 'topic', or a column of the name.`, { hint: sinkOptions.topic.doc })
  return {
    value: required('value', value, 'Alias one to it, or write the row as JSON: kafka({ …, value: json() }).'),
    key: find('key', hasBytes, 'string or binary'),
    topic: topic === null ? named : -1,
    partition: find('partition', ({ kind }) => kind === 'int', 'int'),
  }
}
