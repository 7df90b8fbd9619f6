/** `format('kafka')`: Spark's options and columns, and the typed form whose values are decoded as they are fetched. */
import {
  binaryType,
  type Field,
  field,
  intType,
  longType,
  type StructType,
  stringType,
  structType,
  timestampType,
} from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import { KafkaClient } from '../../kafka/client/client.ts'
import { type CheckedOptions, checkOptions } from '../../plan/contracts/options.ts'
import type { DecoderSpec, ParseMode, SourceDescription, SourceProvider } from '../../plan/contracts/source.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import { clientSettings } from './client-options.ts'
import type { Connect, KafkaAccess } from './kafka-access.ts'
import { KafkaSource } from './kafka-source.ts'
import { SOURCE, sourceOptions, sourceSettings } from './source-settings.ts'

export const recordFields: readonly Field[] = [
  field('key', binaryType),
  field('value', binaryType),
  field('topic', stringType),
  field('partition', intType),
  field('offset', longType),
  field('timestamp', timestampType),
  field('timestampType', intType),
]

function describe(given: Options, userSchema: StructType | null): SourceDescription {
  const checked = checkOptions(SOURCE, given, sourceOptions)
  clientSettings(SOURCE, checked)
  const { title } = sourceSettings(checked)
  if (checked.requiredString('valueFormat').toLowerCase() === 'binary') {
    if (userSchema !== null)
      throw new MillraceError('INVALID_SCHEMA', `${SOURCE} has a fixed schema, and one was given.`, {
        hint: "Leave .schema(…) out, or set 'valueFormat' to 'json' if it is that of the values.",
      })
    return { schema: structType(recordFields), hidden: [], guarantee: 'replayable', decoder: null, title }
  }
  if (userSchema === null)
    throw new MillraceError('SCHEMA_REQUIRED', `${SOURCE} needs the schema of the values, which are JSON.`, {
      hint: 'Give one with .schema(…), or in value: json({ … }).',
    })
  const schema = nullable(userSchema)
  const decoder = decoderOf(checked, schema)
  const visible = new Set(schema.fields.map(({ name }) => name))
  const hidden = recordFields.filter(({ name }) => name !== 'value' && !visible.has(name))
  return { schema, hidden: hidden.map((one) => Object.freeze({ ...one, note: 'record' })), guarantee: 'replayable', decoder, title }
}

function decoderOf(checked: CheckedOptions, schema: StructType): DecoderSpec {
  const corrupt = checked.requiredString('columnNameOfCorruptRecord')
  const column = schema.fields.find(({ name }) => name === corrupt)
  if (column !== undefined && column.type.kind !== 'string')
    throw new MillraceError('INVALID_SCHEMA', `The column '${corrupt}' takes the text of malformed values, so it must be a string.`)
  const mode = checked.requiredString('mode').toUpperCase() as ParseMode
  return { format: 'json', schema, declared: schema, mode, corruptRecordColumn: column === undefined ? null : corrupt }
}

/** As for files: a value may lack any field. */
const nullable = (schema: StructType): StructType =>
  structType(schema.fields.map(({ name, type }) => field(name, type.kind === 'struct' ? nullable(type) : type)))

/** `connect` stands for the cluster in tests. */
export function kafkaSourceOn(connect: Connect<KafkaAccess>): SourceProvider {
  return Object.freeze({
    format: 'kafka',
    options: sourceOptions,
    userSchema: 'optional',
    describe,
    open: (context) => {
      const checked = checkOptions(SOURCE, context.options, sourceOptions)
      const settings = sourceSettings(checked)
      // Half of it, so that what is looked at each time is new.
      const metadataAgeMsMax = Math.ceil(settings.discoveryMs / 2)
      return KafkaSource.open(context, settings, connect({ ...clientSettings(SOURCE, checked)(context.io), metadataAgeMsMax }))
    },
  } satisfies SourceProvider)
}

/** The records of Kafka's topics: replayable, each epoch exactly its range of offsets. */
export const kafkaSource: SourceProvider = kafkaSourceOn((options) => new KafkaClient(options))
