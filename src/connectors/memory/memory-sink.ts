/** The memory sink: exactly-once, since a table ignores epochs that it has; nothing of an epoch is seen before its commit. */
import type { Batch } from '../../data/vector.ts'
import { copyBatch } from '../../data/vector-builder.ts'
import { MillraceError } from '../../error.ts'
import type { EpochInfo, EpochToken, RunnerInfo, Sink, SinkContext, SinkProvider, SinkToken } from '../../plan/contracts/sink.ts'
import { type MemoryTable, MemoryTables } from './memory-table.ts'

/** `format('memory')`: the query's name is the table's. */
export function memorySink(tables: MemoryTables): SinkProvider {
  return Object.freeze({
    ...provider((context) => tables.open(context.queryId, named(context.queryName), context.schema, context.mode)),
    check: (_options, _schema, _mode, queryName) => void named(queryName ?? null),
  } satisfies SinkProvider)
}

function named(queryName: string | null): string {
  if (queryName !== null) return queryName
  throw new MillraceError('MISSING_OPTION', 'The memory sink needs a query name: it is the name of the table.', {
    hint: "Set it with .queryName('…').",
  })
}

/**
 * A memory sink of its own, for tests: give `provider` where a sink is taken, and read `rows()`.
 *
 * @example
 * ```ts
 * import { MemorySink } from 'millrace/testing'
 *
 * const sink = new MemorySink()
 * console.log(sink.rows())
 * ```
 */
export class MemorySink {
  readonly provider: SinkProvider
  readonly #tables = new MemoryTables()

  constructor() {
    this.provider = provider((context) => this.#tables.open(context.queryId, 'result', context.schema, context.mode))
  }

  /** All rows: those of every epoch in append and update mode, those of the last one in complete mode. */
  rows(): Record<string, unknown>[] {
    return this.#tables.find('result')?.rows() ?? []
  }
  /** The rows of the last epoch. */
  latest(): Record<string, unknown>[] {
    return this.#tables.find('result')?.latest() ?? []
  }
  /** All rows, as columns. */
  batches(): readonly Batch[] {
    return this.#tables.find('result')?.batches() ?? []
  }
}

function provider(tableFor: (context: SinkContext) => MemoryTable): SinkProvider {
  return Object.freeze({
    format: 'memory',
    options: {},
    modes: ['append', 'update', 'complete'],
    delivery: 'exactly-once',
    open: async (context) => sinkOn(tableFor(context)),
  } satisfies SinkProvider)
}

function sinkOn(table: MemoryTable): Sink {
  let pending: Batch[] = []
  let runner: number | null = null
  const forget = async (): Promise<void> => {
    pending = []
  }
  return {
    async fence(info: RunnerInfo): Promise<EpochToken | null> {
      runner = info.runnerEpoch
      return table.fence(info)
    },
    async begin(): Promise<void> {
      table.check(runner)
      pending = []
    },
    write: async (batch) => void pending.push(copyBatch(batch)),
    async commit({ epoch }: EpochInfo, token: EpochToken): Promise<SinkToken> {
      table.check(runner)
      table.commit(token, pending)
      pending = []
      return { epoch }
    },
    abort: forget,
    close: forget,
  }
}
