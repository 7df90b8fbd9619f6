/**
 * Where the memory sink puts its rows: tables by query name, readable from code and from the session (`session.table(name)`). In append and update mode the
 * rows of every epoch are added, as in Spark; in complete mode each epoch replaces the table. An epoch that was committed before has no effect.
 *
 * Fault model: a table lives as long as its session. A query that goes on from its checkpoint in the same process finds it with the token of its last epoch; in
 * a new process the table is empty and has no token. A rewind takes the rows of the epochs beyond away; in complete mode, where older results are not kept, the
 * table is empty then until the next epoch.
 */
import type { StructType } from '../../data/data-type.ts'
import { rowsOf } from '../../data/surface.ts'
import type { Batch } from '../../data/vector.ts'
import { MillraceError, nearestName } from '../../error.ts'
import type { EpochToken, OutputMode, RunnerInfo } from '../../plan/contracts/sink.ts'

interface CommittedEpoch {
  readonly token: EpochToken
  readonly batches: readonly Batch[]
}

export class MemoryTable {
  readonly name: string
  readonly schema: StructType
  readonly mode: OutputMode
  #epochs: CommittedEpoch[] = []
  #runner = -1

  constructor(name: string, schema: StructType, mode: OutputMode) {
    this.name = name
    this.schema = schema
    this.mode = mode
  }

  /** All rows of the table, as columns. */
  batches(): readonly Batch[] {
    return this.#epochs.flatMap((one) => one.batches)
  }

  /** All rows of the table. */
  rows(): Record<string, unknown>[] {
    return this.batches().flatMap(rowsOf)
  }

  /** The rows of the last epoch that was committed. */
  latest(): Record<string, unknown>[] {
    return this.#epochs.at(-1)?.batches.flatMap(rowsOf) ?? []
  }

  /** Shuts out older runners and takes back what a rewind supersedes; gives the token of the last epoch that is left. Throws QUERY_FENCED. @internal */
  fence({ runnerEpoch, lineage, rewoundTo }: RunnerInfo): EpochToken | null {
    if (this.#runner >= runnerEpoch) throw this.#fenced()
    this.#runner = runnerEpoch
    if (rewoundTo !== null) this.#epochs = this.#epochs.filter(({ token }) => token.lineage >= lineage || token.epoch <= rewoundTo)
    return this.#epochs.at(-1)?.token ?? null
  }

  /** Throws QUERY_FENCED unless `runner` is the last one; null where the query has no checkpoint. @internal */
  check(runner: number | null): void {
    if ((runner ?? -1) < this.#runner) throw this.#fenced()
  }

  /** @internal */
  commit(token: EpochToken, batches: readonly Batch[]): void {
    const last = this.#epochs.at(-1)
    if (last !== undefined && token.epoch <= last.token.epoch) return
    // What was replaced is not kept, but which epochs there were is.
    if (this.mode === 'complete') this.#epochs = this.#epochs.map((one) => ({ ...one, batches: [] }))
    this.#epochs.push({ token, batches })
  }

  #fenced(): MillraceError {
    return new MillraceError(
      'QUERY_FENCED',
      `Another runner of the query (number ${this.#runner}) writes the memory table '${this.name}' now.`,
      {
        details: { table: this.name, runner: this.#runner },
      },
    )
  }
}

/** The memory tables of a session, by the names of the queries that write them. */
export class MemoryTables {
  readonly #tables = new Map<string, { readonly queryId: string; readonly table: MemoryTable }>()

  /** Throws INVALID_ARGUMENT where no query wrote a table of this name. */
  table(name: string): MemoryTable {
    const found = this.find(name)
    if (found !== null) return found
    const known = this.names()
    const near = nearestName(name, known)
    throw new MillraceError('INVALID_ARGUMENT', `There is no memory table '${name}'.`, {
      hint: `${near === undefined ? '' : `Did you mean '${near}'? `}There are: ${known.join(', ') || 'none'}. A query with format('memory').queryName(…) makes one when its first epoch begins.`,
      details: { name, known },
    })
  }

  find(name: string): MemoryTable | null {
    return this.#tables.get(name.toLowerCase())?.table ?? null
  }

  names(): string[] {
    return [...this.#tables.values()].map(({ table }) => table.name)
  }

  /** The table of a query that goes on; a new, empty one for another query, as in Spark. @internal */
  open(queryId: string, name: string, schema: StructType, mode: OutputMode): MemoryTable {
    const found = this.#tables.get(name.toLowerCase())
    if (found?.queryId === queryId) return found.table
    const table = new MemoryTable(name, schema, mode)
    this.#tables.set(name.toLowerCase(), { queryId, table })
    return table
  }
}
