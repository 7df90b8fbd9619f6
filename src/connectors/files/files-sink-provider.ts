/** `format('json')` and `format('text')` of writeStream: files in a folder. */
import type { StructType } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import { checkOptions, type OptionSpecs } from '../../plan/contracts/options.ts'
import type { SinkProvider } from '../../plan/contracts/sink.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import { FilesSink, type FilesSinkSettings } from './files-sink.ts'

const options = {
  path: {
    type: 'string',
    required: true,
    doc: 'The folder; it is made if it is not there. With a checkpoint it belongs to the one query, and its manifest (`_millrace`) says what is published.',
  },
  maxFileBytes: {
    type: 'bytes',
    default: String(128 * 1024 * 1024),
    min: 1,
    doc: 'A part that has so many bytes is full, and the epoch goes on in another one.',
  },
  lineSep: { type: 'string', doc: 'What ends a row; if absent, \\n.' },
  compactInterval: { type: 'integer', default: '10', min: 2, max: 10_000, doc: 'So many files of the manifest are merged into one.' },
} as const satisfies OptionSpecs

function settingsOf(format: FilesSinkSettings['format'], given: Options): FilesSinkSettings {
  const owner = `The ${format} sink`
  const checked = checkOptions(owner, given, options)
  const path = checked.requiredString('path').replace(/(.)\/+$/, '$1')
  const lineSeparator = checked.string('lineSep') ?? '\n'
  if (path === '' || lineSeparator === '')
    throw new MillraceError('INVALID_OPTION', `${owner}: option '${path === '' ? 'path' : 'lineSep'}' is empty.`)
  return {
    format,
    path,
    lineSeparator,
    maxFileBytes: checked.integer('maxFileBytes') ?? 0,
    compactInterval: checked.integer('compactInterval') ?? 0,
  }
}

function provider(format: FilesSinkSettings['format'], checkSchema: (schema: StructType) => void): SinkProvider {
  return Object.freeze({
    format,
    options,
    modes: ['append'],
    delivery: 'exactly-once',
    needsCheckpoint: true,
    check: (given, schema, mode) => {
      settingsOf(format, given)
      if (mode !== 'append')
        throw new MillraceError('OUTPUT_MODE_NOT_SUPPORTED', `The ${format} sink does not take output mode '${mode}'.`, {
          hint: 'Files are only appended to, as in Spark: use append mode, with a watermark where the query aggregates.',
        })
      checkSchema(schema)
    },
    open: (context) => FilesSink.open(context, settingsOf(format, context.options)),
  } satisfies SinkProvider)
}

/** A JSON object a line; fields that are null are left out. */
export const jsonFilesSink: SinkProvider = provider('json', () => undefined)

/** The one string column, a row a line. */
export const textFilesSink: SinkProvider = provider('text', ({ fields }) => {
  if (fields.length === 1 && fields[0]?.type.kind === 'string') return
  throw new MillraceError('UNSUPPORTED_OPERATION', 'The text sink writes one string column.', {
    hint: `The result has: ${fields.map(({ name, type }) => `${name} ${type.kind}`).join(', ')}. Select one column, cast to string, or use format('json').`,
  })
})
