/** The options of the Kafka source, Spark's and ours, and what they mean. */
import { MillraceError } from '../../error.ts'
import type { FetcherOptions } from '../../kafka/client/fetch/fetcher.ts'
import type { Isolation } from '../../kafka/client/offsets.ts'
import type { CheckedOptions, OptionSpecs } from '../../plan/contracts/options.ts'
import { clientOptions } from './client-options.ts'
import { type StartingOffsets, startingOffsetsOf, startingOptions } from './starting-offsets.ts'
import { selectionOf, selectionOptions, selectionTitle, type TopicSelection } from './topic-selection.ts'

export const SOURCE = 'The kafka source'
export const sourceOptions = {
  ...clientOptions,
  ...selectionOptions,
  ...startingOptions,
  failOnDataLoss: {
    type: 'boolean',
    default: 'true',
    doc: 'When records are gone before they were read (retention, a topic deleted or made anew): true fails the query, false reports what is lost and goes on with what is there.',
  },
  maxOffsetsPerTrigger: {
    type: 'integer',
    min: 1,
    doc: 'Offsets that one epoch takes at most, over all partitions by how far they are behind.',
  },
  minPartitions: { type: 'integer', min: 1, doc: 'Has no effect: one process reads all partitions.' },
  includeHeaders: {
    type: 'boolean',
    default: 'false',
    doc: 'Only false: there is no type for lists yet, so that headers cannot be a column.',
  },
  valueFormat: {
    type: 'string',
    default: 'binary',
    oneOf: ['binary', 'json'],
    doc: "binary: Spark's columns. json: values are JSON objects, and the columns those of .schema(…); key, topic, partition, offset, timestamp and timestampType are hidden columns.",
  },
  mode: {
    type: 'string',
    default: 'PERMISSIVE',
    oneOf: ['PERMISSIVE', 'DROPMALFORMED', 'FAILFAST'],
    doc: 'What becomes of a value that is not JSON or does not fit: PERMISSIVE gives nulls and fills the column of corrupt records, DROPMALFORMED leaves it out, FAILFAST ends the query.',
  },
  columnNameOfCorruptRecord: {
    type: 'string',
    default: '_corrupt_record',
    doc: 'The string column of the schema, if it has it, that gets the text of values that do not fit.',
  },
  groupIdPrefix: {
    type: 'string',
    default: 'millrace',
    doc: 'With a checkpoint, offsets are committed to the group <prefix>-<query id>-source, for tools that show lag. The query itself goes by its checkpoint alone.',
  },
  'kafka.group.id': { type: 'string', doc: 'The name of that group, in place of the one that is made; then without a checkpoint too.' },
  'kafka.isolation.level': {
    type: 'string',
    default: 'read_committed',
    oneOf: ['read_committed', 'read_uncommitted'],
    doc: 'Whether records of transactions that were aborted, or are still open, are left out. In Spark read_uncommitted is the default.',
  },
  'kafka.fetch.min.bytes': { type: 'bytes', default: '1', min: 1, doc: 'Bytes for which a broker waits before it answers.' },
  'kafka.fetch.max.wait.ms': { type: 'integer', default: '500', min: 0, doc: 'Milliseconds that a broker waits for them.' },
  'kafka.fetch.max.bytes': { type: 'bytes', default: String(16 << 20), min: 1, doc: 'Bytes of one answer, roughly.' },
  'kafka.max.partition.fetch.bytes': { type: 'bytes', default: String(1 << 20), min: 1, doc: 'Of them, bytes of one partition, roughly.' },
  'kafka.check.crcs': { type: 'boolean', default: 'true', doc: 'Whether the checksums of batches are compared.' },
  'kafka.metadata.max.age.ms': {
    type: 'integer',
    default: '10000',
    min: 100,
    doc: 'How often new topics and partitions are looked for, in milliseconds.',
  },
} as const satisfies OptionSpecs

export interface KafkaSourceSettings {
  readonly selection: TopicSelection
  readonly starting: StartingOffsets
  readonly failOnDataLoss: boolean
  readonly maxOffsets: number | null
  readonly isolation: Isolation
  readonly fetch: FetcherOptions
  readonly checkCrc: boolean
  readonly discoveryMs: number
  readonly groupId: string | null
  readonly groupIdPrefix: string
  readonly title: string
}

/** Throws MISSING_OPTION, INVALID_OPTION, UNSUPPORTED_OPERATION. */
export function sourceSettings(checked: CheckedOptions): KafkaSourceSettings {
  const selection = selectionOf(SOURCE, checked)
  if (checked.boolean('includeHeaders'))
    throw new MillraceError('UNSUPPORTED_OPERATION', `${SOURCE} cannot give headers: there is no type for lists yet.`, {
      hint: "Leave out 'includeHeaders'.",
    })
  const isolation = checked.requiredString('kafka.isolation.level').toLowerCase() as Isolation
  return {
    selection,
    starting: startingOffsetsOf(SOURCE, checked),
    failOnDataLoss: checked.boolean('failOnDataLoss'),
    maxOffsets: checked.integer('maxOffsetsPerTrigger'),
    isolation,
    fetch: {
      isolation,
      minBytes: checked.integer('kafka.fetch.min.bytes') ?? 1,
      maxWaitMs: checked.integer('kafka.fetch.max.wait.ms') ?? 0,
      fetchBytesMax: checked.integer('kafka.fetch.max.bytes') ?? 0,
      partitionBytesMax: checked.integer('kafka.max.partition.fetch.bytes') ?? 0,
    },
    checkCrc: checked.boolean('kafka.check.crcs'),
    discoveryMs: checked.integer('kafka.metadata.max.age.ms') ?? 0,
    groupId: checked.string('kafka.group.id'),
    groupIdPrefix: checked.requiredString('groupIdPrefix'),
    title: selectionTitle(selection),
  }
}
