/** `format('socket')`: Spark's options (host, port, includeTimestamp) and ours for what Spark leaves open: lost connections, long lines, bounded memory. */
import { field, stringType, structType, timestampType } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import { checkOptions, type OptionSpecs } from '../../plan/contracts/options.ts'
import type { SourceDescription, SourceProvider } from '../../plan/contracts/source.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import { SocketSource } from './socket-source.ts'

const MIB = 1024 * 1024

const options = {
  host: { type: 'string', required: true, doc: 'The server; localhost is tried on 127.0.0.1 and on ::1.' },
  port: { type: 'integer', required: true, min: 1, max: 65535, doc: 'The port, 1 to 65535.' },
  includeTimestamp: {
    type: 'boolean',
    default: 'false',
    doc: 'Whether the arrival time is a visible column timestamp; hidden it is there anyway.',
  },
  onDisconnect: {
    type: 'string',
    default: 'reconnect',
    oneOf: ['reconnect', 'fail', 'end'],
    doc: "When the connection is lost: 'reconnect' with growing pauses, 'fail' the query, or 'end' as Spark does: wait without new lines.",
  },
  maxReconnects: {
    type: 'integer',
    default: '60',
    min: 1,
    doc: 'Attempts in a row to get a lost connection back before the query fails (60 take about eight minutes).',
  },
  connectTimeoutMs: { type: 'integer', default: '10000', min: 1, doc: 'Milliseconds that one attempt to connect may take.' },
  maxRecordBytes: { type: 'bytes', default: String(16 * MIB), min: 1, doc: 'Bytes that one line may have; a longer one fails the query.' },
  maxBufferedBytes: {
    type: 'bytes',
    default: String(128 * MIB),
    min: 1,
    doc: 'Bytes of lines that may wait for the query; then the socket is not read on, and the server waits.',
  },
} as const satisfies OptionSpecs

export interface SocketSettings {
  readonly host: string
  readonly port: number
  readonly includeTimestamp: boolean
  readonly onDisconnect: 'reconnect' | 'fail' | 'end'
  readonly maxReconnects: number
  readonly connectTimeoutMs: number
  readonly maxRecordBytes: number
  readonly maxBufferedBytes: number
  /** `localhost:9999` */
  readonly title: string
}

function settingsOf(given: Options): SocketSettings {
  const checked = checkOptions('The socket source', given, options)
  const host = checked.requiredString('host')
  if (host.trim() === '')
    throw new MillraceError('INVALID_OPTION', "The socket source: option 'host' is empty.", { hint: options.host.doc })
  const port = checked.integer('port') ?? 0
  return {
    host,
    port,
    includeTimestamp: checked.boolean('includeTimestamp'),
    onDisconnect: checked.requiredString('onDisconnect').toLowerCase() as SocketSettings['onDisconnect'],
    maxReconnects: checked.integer('maxReconnects') ?? 0,
    connectTimeoutMs: checked.integer('connectTimeoutMs') ?? 0,
    maxRecordBytes: checked.integer('maxRecordBytes') ?? 0,
    maxBufferedBytes: checked.integer('maxBufferedBytes') ?? 0,
    title: `${host.includes(':') ? `[${host}]` : host}:${port}`,
  }
}

function describe(given: Options): SourceDescription {
  const { includeTimestamp, title } = settingsOf(given)
  const value = field('value', stringType)
  const timestamp = field('timestamp', timestampType)
  const text = structType([value])
  return {
    schema: includeTimestamp ? structType([value, timestamp]) : text,
    hidden: includeTimestamp ? [] : [Object.freeze({ ...timestamp, note: 'arrival' })],
    guarantee: 'transient',
    decoder: { format: 'text', schema: text, declared: text, mode: 'PERMISSIVE', corruptRecordColumn: null },
    title,
  }
}

/** The socket source: a column `value` with the lines, and a hidden column `timestamp` with their arrival. */
export const socketSource: SourceProvider = Object.freeze({
  format: 'socket',
  options,
  userSchema: 'none',
  describe,
  open: (context) => SocketSource.open(context, settingsOf(context.options)),
} satisfies SourceProvider)
