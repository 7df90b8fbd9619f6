/** `format('json')` and `format('text')`: the files of a folder, which is watched; each file is read once. */
import { field, longType, type StructType, stringType, structType, timestampType } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import type { Io } from '../../io/io.ts'
import { checkOptions, type OptionSpecs } from '../../plan/contracts/options.ts'
import type { DecoderSpec, HiddenColumn, ParseMode, SourceDescription, SourceProvider } from '../../plan/contracts/source.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import { RecordCutter } from '../lines/record-cutter.ts'
import { listFiles } from './file-listing.ts'
import { FilesSource } from './files-source.ts'
import { SchemaInference } from './infer-schema.ts'
import { PublishedOutputs } from './published-outputs.ts'

const shared = {
  path: {
    type: 'string',
    required: true,
    doc: 'A folder, a file, or a path whose last segment has a *. Names that begin with _ or . are left out.',
  },
  maxFilesPerTrigger: { type: 'integer', min: 1, doc: 'Files that one epoch takes at most.' },
  recursiveFileLookup: { type: 'boolean', default: 'false', doc: 'Whether folders within the folder are read too.' },
  lineSep: { type: 'string', doc: 'What ends a record; if absent, \\n, \\r and \\r\\n each do.' },
  maxRecordBytes: {
    type: 'bytes',
    default: String(16 * 1024 * 1024),
    min: 1,
    doc: 'Bytes that one record may have; a longer one fails the query.',
  },
} as const satisfies OptionSpecs
const jsonOptions = {
  ...shared,
  mode: {
    type: 'string',
    default: 'PERMISSIVE',
    oneOf: ['PERMISSIVE', 'DROPMALFORMED', 'FAILFAST'],
    doc: 'What becomes of a malformed record: PERMISSIVE gives nulls and fills the column of corrupt records, DROPMALFORMED leaves it out, FAILFAST ends the query.',
  },
  columnNameOfCorruptRecord: {
    type: 'string',
    default: '_corrupt_record',
    doc: 'The string column of the schema, if it has it, that gets the raw text of malformed records.',
  },
} as const satisfies OptionSpecs

export interface FilesSettings {
  readonly path: string
  readonly recursive: boolean
  readonly maxFiles: number | null
  readonly separator: Uint8Array | null
  readonly maxRecordBytes: number
}

function settingsOf(owner: string, given: Options, specs: OptionSpecs): FilesSettings {
  const checked = checkOptions(owner, given, specs)
  const separator = checked.string('lineSep')
  if (separator === '') throw new MillraceError('INVALID_OPTION', `${owner}: option 'lineSep' is empty.`, { hint: shared.lineSep.doc })
  return {
    path: checked.requiredString('path').replace(/(.)\/+$/, '$1'),
    recursive: checked.boolean('recursiveFileLookup'),
    maxFiles: checked.integer('maxFilesPerTrigger'),
    separator: separator === null ? null : new TextEncoder().encode(separator),
    maxRecordBytes: checked.integer('maxRecordBytes') ?? 0,
  }
}

const metadata: HiddenColumn = Object.freeze({
  ...field(
    '_metadata',
    structType([
      field('file_path', stringType, false),
      field('file_name', stringType, false),
      field('file_size', longType, false),
      field('file_modification_time', timestampType, false),
    ]),
    false,
  ),
  note: 'file',
})

const described = (schema: StructType, decoder: DecoderSpec, title: string): SourceDescription => ({
  schema,
  hidden: [metadata],
  guarantee: 'replayable',
  decoder,
  title,
})

const TEXT = 'The text source'
/** One string column, `value`, a row for each line. */
export const textFilesSource: SourceProvider = Object.freeze({
  format: 'text',
  options: shared,
  userSchema: 'none',
  describe: (given) => {
    const schema = structType([field('value', stringType)])
    return described(
      schema,
      { format: 'text', schema, declared: schema, mode: 'PERMISSIVE', corruptRecordColumn: null },
      settingsOf(TEXT, given, shared).path,
    )
  },
  open: (context) => Promise.resolve(new FilesSource(context, settingsOf(TEXT, context.options, shared))),
} satisfies SourceProvider)

const JSON_ = 'The json source'
/** A JSON object a line. As in Spark, every column can be null, whatever the schema says: a record may lack it. */
export const jsonFilesSource: SourceProvider = Object.freeze({
  format: 'json',
  options: jsonOptions,
  userSchema: 'required',
  describe: (given, userSchema) => {
    const { path } = settingsOf(JSON_, given, jsonOptions)
    const checked = checkOptions(JSON_, given, jsonOptions)
    const schema = nullable(userSchema ?? structType([]))
    const corrupt = checked.requiredString('columnNameOfCorruptRecord')
    const column = schema.fields.find((one) => one.name === corrupt)
    if (column !== undefined && column.type.kind !== 'string')
      throw new MillraceError('INVALID_SCHEMA', `The column '${corrupt}' takes the text of malformed records, so it must be a string.`)
    const mode = checked.requiredString('mode').toUpperCase() as ParseMode
    return described(
      schema,
      { format: 'json', schema, declared: schema, mode, corruptRecordColumn: column === undefined ? null : corrupt },
      path,
    )
  },
  inferSchema: async (given, io) => infer(settingsOf(JSON_, given, jsonOptions), io),
  open: (context) => Promise.resolve(new FilesSource(context, settingsOf(JSON_, context.options, jsonOptions))),
} satisfies SourceProvider)

const nullable = (schema: StructType): StructType =>
  structType(schema.fields.map(({ name, type }) => field(name, type.kind === 'struct' ? nullable(type) : type)))

async function infer(settings: FilesSettings, io: Io): Promise<StructType> {
  const inference = new SchemaInference()
  const utf8 = new TextDecoder()
  for (const { path } of await listFiles(io.disk, settings, new PublishedOutputs(io.disk))) {
    const cutter = new RecordCutter({ separator: settings.separator, maxRecordBytes: settings.maxRecordBytes, origin: path })
    const add = (slices: ReturnType<RecordCutter['push']>): void => {
      for (let record = 0; record < (slices?.starts.length ?? 0); record++)
        inference.add(utf8.decode(slices?.bytes.subarray(slices.starts[record], slices.ends[record])))
    }
    for await (const chunk of io.disk.read(path)) add(cutter.push(chunk))
    add(cutter.end())
  }
  const schema = inference.result()
  if (schema.fields.length === 0)
    throw new MillraceError('SCHEMA_REQUIRED', `No schema can be inferred from '${settings.path}': it has no JSON object.`, {
      hint: 'Give one with .schema(…).',
    })
  return schema
}
