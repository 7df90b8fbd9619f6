/**
 * Turns raw records into columns, by the format that a source describes. The source runner relies on it; the sources only cut records.
 * `decoderFor` is called once per scan, `decode` once per batch of records.
 */
import type { Vector } from '../../data/vector.ts'
import type { DecoderSpec } from '../../plan/contracts/source.ts'
import { CannotGenerate } from '../compile/generated-code.ts'
import { GeneratedJson } from './generated/generated-json.ts'
import { jsonRecords } from './json-records.ts'
import type { Lines, Records } from './record-bounds.ts'
import { textRecords } from './text-records.ts'

export type { Lines, Records } from './record-bounds.ts'

export interface Decoded {
  /** How many records there were. */
  readonly records: number
  /** One per field of the spec's schema, in its order, each as long as the records that are kept. */
  readonly columns: readonly Vector[]
  /** The indexes of the records that are kept, ascending; null = all. */
  readonly kept: Int32Array | null
  /** Whether a column has slices of the records' bytes. */
  readonly sharesBytes: boolean
  readonly malformed: {
    readonly count: number
    /** At most 5; `record` is the index among the records. */
    readonly samples: readonly MalformedSample[]
  }
}
export interface MalformedSample {
  readonly record: number
  readonly message: string
}

export interface Decoder {
  /** Throws MALFORMED_RECORD under FAILFAST, and nothing else, whatever the bytes are. */
  decode(input: Records | Lines): Decoded
  /** For explain('codegen'): how the records are decoded, and why not faster. */
  describe(): string
}

export interface DecoderOptions {
  /** False: without code made from strings. Where the process forbids that, or a schema has no generated form, it is so in any case. */
  readonly generate?: boolean
}

/** The decoder of a spec; `timeZone` is the session's, for timestamps that name none. Both ways of decoding give the same rows. */
export function decoderFor(spec: DecoderSpec, timeZone: string, { generate = true }: DecoderOptions = {}): Decoder {
  if (spec.format === 'text') return textRecords(spec)
  if (!generate) return jsonRecords(spec, timeZone, 'generated code is switched off')
  try {
    return new GeneratedJson(spec, timeZone)
  } catch (error) {
    if (error instanceof CannotGenerate) return jsonRecords(spec, timeZone, error.message)
    throw error
  }
}
