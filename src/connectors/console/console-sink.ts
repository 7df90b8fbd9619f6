/** The console sink: each epoch as a table, to the character as Spark prints it. It keeps no more rows of an epoch than it shows. */
import { once } from 'node:events'
import type { Datum } from '../../data/datum.ts'
import { timeZone } from '../../data/time-zone.ts'
import type { Batch } from '../../data/vector.ts'
import { datumRows, takeRows } from '../../data/vector-builder.ts'
import { MillraceError } from '../../error.ts'
import { checkOptions, type OptionSpecs } from '../../plan/contracts/options.ts'
import type { EpochInfo, Sink, SinkContext, SinkProvider } from '../../plan/contracts/sink.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import { tableText } from './table-text.ts'

const options = {
  numRows: { type: 'integer', default: '20', min: 0, doc: 'Rows of each epoch that are shown.' },
  truncate: { type: 'string', default: 'true', doc: 'true cuts cells to 20 characters, a number to so many, false not at all.' },
} as const satisfies OptionSpecs

/** Takes text; resolves when more may come. */
export type Write = (text: string) => Promise<void> | void

/** A console sink that writes somewhere else than to the terminal. */
export function consoleSinkTo(write: Write): SinkProvider {
  return Object.freeze({
    format: 'console',
    options,
    modes: ['append', 'update', 'complete'],
    delivery: 'at-least-once',
    defaultIntervalMs: 1000,
    check: (given) => void settings(given),
    open: (context) => Promise.resolve(new ConsoleSink(write, context)),
  } satisfies SinkProvider)
}

/** `format('console')`. */
export const consoleSink: SinkProvider = consoleSinkTo(async (text) => {
  // A terminal or pipe that is slower than the query is waited for.
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
})

function settings(given: Options): { readonly numRows: number; readonly truncate: number } {
  const checked = checkOptions('The console sink', given, options)
  const text = checked.requiredString('truncate').toLowerCase()
  if (!/^(true|false|\d{1,9})$/.test(text)) {
    throw new MillraceError(
      'INVALID_OPTION',
      `The console sink: option 'truncate' is '${text}', which is not true, false or a whole number.`,
      { hint: options.truncate.doc },
    )
  }
  return { numRows: checked.integer('numRows') ?? 0, truncate: text === 'true' ? 20 : text === 'false' ? 0 : Number(text) }
}

const RULE = '-'.repeat(43)

class ConsoleSink implements Sink {
  readonly #write: Write
  readonly #context: SinkContext
  readonly #numRows: number
  readonly #truncate: number
  #rows: (readonly Datum[])[] = []
  #hasMore = false

  constructor(write: Write, context: SinkContext) {
    const { numRows, truncate } = settings(context.options)
    this.#write = write
    this.#context = context
    this.#numRows = numRows
    this.#truncate = truncate
  }

  begin(): Promise<void> {
    this.#rows = []
    this.#hasMore = false
    return Promise.resolve()
  }
  write(batch: Batch): Promise<void> {
    const room = this.#numRows - this.#rows.length
    if (batch.length > room) this.#hasMore = true
    const shown =
      batch.length > room
        ? takeRows(
            batch,
            Int32Array.from({ length: room }, (_, row) => row),
          )
        : batch
    this.#rows.push(...datumRows(shown))
    return Promise.resolve()
  }
  async commit({ epoch }: EpochInfo): Promise<null> {
    const { schema, timeZone: zone } = this.#context
    const table = tableText(schema, this.#rows, { truncate: this.#truncate, zone: timeZone(zone) })
    const more = this.#hasMore ? `only showing top ${this.#numRows} ${this.#numRows === 1 ? 'row' : 'rows'}` : ''
    await this.#write(`${RULE}\nBatch: ${epoch}\n${RULE}\n${table}${more}\n`)
    return null
  }
  abort(): Promise<void> {
    return this.begin()
  }
  close(): Promise<void> {
    return Promise.resolve()
  }
}
