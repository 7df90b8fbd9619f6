/**
 * The configuration keys that the embedded engine reads from a session, checked at start. Keys of Spark that have no meaning here (`spark.…`) are let
 * through, so that a program can carry the settings of its cluster; a misspelt key of ours is refused.
 */
import { timeZone } from '../../data/time-zone.ts'
import { MillraceError } from '../../error.ts'
import type { CheckedOptions, OptionSpecs } from '../../plan/contracts/options.ts'
import { checkOptions } from '../../plan/contracts/options.ts'
import { intervalMicros } from '../../plan/interval.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import type { Codegen } from '../compile/executors.ts'

/** What docs/options.md shows under "Session". */
export const configurationSpecs = {
  'millrace.watermark.policy': {
    type: 'string',
    default: 'partitionMin',
    oneOf: ['partitionMin', 'sparkMax'],
    doc: 'partitionMin: the watermark is the minimum over partitions, so that no row is dropped when partitions are read unevenly. sparkMax: one maximum, as Spark.',
  },
  'millrace.watermark.idleTimeout': {
    type: 'string',
    default: '30 seconds',
    doc: "How long a partition may be caught up and silent before it no longer holds the watermark: a length of time, or 'never'.",
  },
  'millrace.watermark.closeOnIdle': {
    type: 'string',
    default: 'hold',
    oneOf: ['hold', 'wallClock'],
    doc: 'When all partitions are idle. hold: the watermark stays. wallClock: it goes on with the wall clock, so that the last windows close.',
  },
  'millrace.maxBytesPerTrigger': {
    type: 'bytes',
    default: String(64 * 1024 * 1024),
    min: 1,
    doc: 'Bytes that one epoch takes from each source, roughly.',
  },
  'millrace.state.maxBytes': {
    type: 'bytes',
    default: String(1024 * 1024 * 1024),
    min: 1,
    doc: 'Bytes of memory that the state of one operator may take; a query that would pass it ends with STATE_TOO_LARGE, its checkpoint intact.',
  },
  'millrace.checkpoint.epochsRetained': {
    type: 'integer',
    default: '100',
    min: 1,
    doc: 'How many epochs a checkpoint can be rewound by; spark.sql.streaming.minBatchesToRetain means the same.',
  },
  'millrace.pollInterval': {
    type: 'string',
    default: '10 milliseconds',
    doc: 'How often a source that cannot announce new data is asked for it.',
  },
  'millrace.codegen': {
    type: 'string',
    default: 'auto',
    oneOf: ['auto', 'off'],
    doc: 'auto: expressions and JSON decoding run as code generated for them, where the process may make code from strings. off: they are interpreted, with the same answers.',
  },
  'millrace.sql.session.timeZone': {
    type: 'string',
    default: 'UTC',
    doc: "The time zone of casts, dates and hours: 'UTC', an offset such as '+02:00', or a region such as 'Europe/Berlin'. spark.sql.session.timeZone means the same.",
  },
} as const satisfies OptionSpecs

export interface QueryConfiguration {
  readonly watermarkPolicy: 'partitionMin' | 'sparkMax'
  /** Null: never. */
  readonly idleTimeoutMs: number | null
  readonly closeOnIdle: 'hold' | 'wallClock'
  readonly maxBytesPerTrigger: number
  readonly pollIntervalMs: number
  readonly stateBytesMax: number
  readonly epochsRetained: number
  readonly timeZone: string
  /** Null: not said. */
  readonly codegen: Codegen | null
}

/** Throws UNKNOWN_OPTION, INVALID_OPTION or INVALID_INTERVAL. */
export function queryConfiguration(configuration: Options): QueryConfiguration {
  const ours: Record<string, string> = {}
  for (const [key, value] of Object.entries(configuration)) {
    if (key.toLowerCase() === 'spark.sql.session.timezone') ours['millrace.sql.session.timeZone'] ??= value
    else if (key.toLowerCase() === 'spark.sql.streaming.minbatchestoretain') ours['millrace.checkpoint.epochsRetained'] ??= value
    else if (key.toLowerCase().startsWith('millrace.')) ours[key] = value
  }
  const checked = checkOptions('The session', ours, configurationSpecs)
  const zone = checked.requiredString('millrace.sql.session.timeZone')
  timeZone(zone)
  return {
    watermarkPolicy: checked.string('millrace.watermark.policy')?.toLowerCase() === 'sparkmax' ? 'sparkMax' : 'partitionMin',
    idleTimeoutMs: idleTimeout(checked),
    closeOnIdle: checked.string('millrace.watermark.closeOnIdle')?.toLowerCase() === 'wallclock' ? 'wallClock' : 'hold',
    maxBytesPerTrigger: checked.integer('millrace.maxBytesPerTrigger') ?? 0,
    stateBytesMax: checked.integer('millrace.state.maxBytes') ?? 0,
    epochsRetained: checked.integer('millrace.checkpoint.epochsRetained') ?? 0,
    pollIntervalMs: milliseconds(checked, 'millrace.pollInterval'),
    timeZone: zone,
    codegen: codegenOf(ours, checked),
  }
}

function codegenOf(given: Options, checked: CheckedOptions): Codegen | null {
  if (!Object.keys(given).some((key) => key.toLowerCase() === 'millrace.codegen')) return null
  return checked.string('millrace.codegen')?.toLowerCase() === 'off' ? 'off' : 'auto'
}

function idleTimeout(checked: CheckedOptions): number | null {
  const text = checked.requiredString('millrace.watermark.idleTimeout')
  return text.trim().toLowerCase() === 'never' ? null : milliseconds(checked, 'millrace.watermark.idleTimeout')
}

function milliseconds(checked: CheckedOptions, name: string): number {
  const micros = intervalMicros(checked.requiredString(name))
  if (micros <= 0n) throw new MillraceError('INVALID_OPTION', `The session: '${name}' must be longer than nothing.`)
  return Number(micros) / 1000
}
