/**
 * A sink that keeps one table on the disk, exactly once: each state of the table is a file of its own with the token of its epoch, published by linking it to
 * the number after all that its writer has read. A runner begins by publishing the last state again under its own name; so the number that an older runner
 * would take is taken, whenever that wakes up. Update mode replaces rows by `keys`, complete mode all of them.
 */
import { crc32 } from 'node:zlib'
import { jsonRow } from '../../src/data/json-value.ts'
import type { Batch } from '../../src/data/vector.ts'
import { datumRows } from '../../src/data/vector-builder.ts'
import { MillraceError } from '../../src/error.ts'
import type { Disk } from '../../src/io/io.ts'
import type {
  CommittedOutput,
  EpochInfo,
  EpochToken,
  RunnerInfo,
  Sink,
  SinkContext,
  SinkProvider,
  SinkToken,
} from '../../src/plan/contracts/sink.ts'

interface TableState {
  readonly runnerEpoch: number
  readonly token: EpochToken | null
  /** By the text of the keys. */
  readonly rows: Readonly<Record<string, unknown>>
}
interface StoredState extends TableState {
  readonly sequence: number
}

const options = {
  path: { type: 'string', required: true, doc: 'The folder of the states.' },
  keys: { type: 'string', required: true, doc: 'The columns that are the key, with commas between.' },
} as const

export const tableSink: SinkProvider = Object.freeze({
  format: 'table',
  options,
  modes: ['update', 'complete'],
  delivery: 'exactly-once',
  needsCheckpoint: true,
  open: async (context) => {
    const { path = '', keys = '' } = context.options
    await context.io.disk.makeFolder(path)
    return new TableSink(context, path, keys.split(','))
  },
} satisfies SinkProvider)

/** The rows of the newest state, sorted; null where there is none. Throws CHECKPOINT_DAMAGED. */
export async function tableRows(disk: Disk, folder: string): Promise<string[] | null> {
  const last = await lastState(disk, folder)
  return last === null
    ? null
    : Object.values(last.rows)
        .map((row) => JSON.stringify(row))
        .sort()
}

class TableSink implements Sink {
  readonly #context: SinkContext
  readonly #folder: string
  readonly #keys: readonly string[]
  #runnerEpoch = 0
  #last: StoredState | null = null
  #rows: Record<string, unknown> | null = null

  constructor(context: SinkContext, folder: string, keys: readonly string[]) {
    this.#context = context
    this.#folder = folder
    this.#keys = keys
  }

  async fence({ runnerEpoch }: RunnerInfo, committed: CommittedOutput | null): Promise<EpochToken | null> {
    this.#runnerEpoch = runnerEpoch
    for (;;) {
      this.#last = await lastState(this.#context.io.disk, this.#folder)
      if (committed !== null && (this.#last?.token?.epoch ?? -1) < committed.epoch)
        throw new MillraceError('OUTPUT_OLDER_THAN_CHECKPOINT', `The table '${this.#folder}' lacks epoch ${committed.epoch}.`)
      if (this.#last !== null && this.#last.runnerEpoch >= runnerEpoch) throw fenced(this.#folder)
      const { token = null, rows = {} } = this.#last ?? {}
      if (await this.#publish({ runnerEpoch, token, rows })) return token
    }
  }

  async begin({ epoch }: EpochInfo): Promise<void> {
    const { token = null, rows = {} } = this.#last ?? {}
    if ((token?.epoch ?? -1) >= epoch) this.#rows = null
    else this.#rows = this.#context.mode === 'complete' ? {} : { ...rows }
  }

  write(batch: Batch): Promise<void> {
    for (const datums of datumRows(batch)) {
      const row = jsonRow(this.#context.schema, datums)
      if (this.#rows !== null) this.#rows[JSON.stringify(this.#keys.map((key) => row[key]))] = row
    }
    return Promise.resolve()
  }

  async commit(_: EpochInfo, token: EpochToken): Promise<SinkToken> {
    const rows = this.#rows
    this.#rows = null
    if (rows === null) return null
    if (await this.#publish({ runnerEpoch: this.#runnerEpoch, token, rows })) return this.#last?.sequence ?? null
    throw fenced(this.#folder)
  }

  abort(): Promise<void> {
    this.#rows = null
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** False where someone else has taken the number. */
  async #publish(state: TableState): Promise<boolean> {
    const { disk } = this.#context.io
    const sequence = (this.#last?.sequence ?? 0) + 1
    const draft = `${this.#folder}/.draft-${this.#runnerEpoch}`
    const json = JSON.stringify(state)
    await disk.remove(draft)
    const file = await disk.create(draft)
    await file.append(Buffer.from(`${crc32(`${sequence} ${json}`)} ${json}`))
    await file.sync()
    await file.close()
    try {
      await disk.link(draft, pathOf(this.#folder, sequence))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
    await disk.syncFolder(this.#folder)
    await disk.remove(draft)
    this.#last = { ...state, sequence }
    return true
  }
}

const pathOf = (folder: string, sequence: number): string => `${folder}/${String(sequence).padStart(6, '0')}`
const fenced = (folder: string): MillraceError => new MillraceError('QUERY_FENCED', `Another runner writes the table '${folder}'.`)

async function lastState(disk: Disk, folder: string): Promise<StoredState | null> {
  if ((await disk.stat(folder)) === null) return null
  const names = (await disk.list(folder)).map(({ path }) => path.slice(folder.length + 1)).filter((name) => /^\d{6}$/.test(name))
  const sequence = Number(names.at(-1) ?? 0)
  if (sequence === 0) return null
  const path = pathOf(folder, sequence)
  const chunks: Uint8Array[] = []
  for await (const chunk of disk.read(path)) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const space = text.indexOf(' ')
  const json = text.slice(space + 1)
  if (space < 0 || String(crc32(`${sequence} ${json}`)) !== text.slice(0, space))
    throw new MillraceError('CHECKPOINT_DAMAGED', `The table state '${path}' is damaged.`, { details: { path } })
  return { ...(JSON.parse(json) as TableState), sequence }
}
