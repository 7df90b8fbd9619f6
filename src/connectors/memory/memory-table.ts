/**
 * Where the memory sink puts its rows: tables by query name, readable from code and from the session (`session.table(name)`). In append and update mode the
 * rows of every epoch are added, as in Spark; in complete mode each epoch replaces the table. An epoch that was committed before has no effect.
 */
import type { StructType } from '../../data/data-type.ts'
import { rowsOf } from '../../data/surface.ts'
import type { Batch } from '../../data/vector.ts'
import { MillraceError, nearestName } from '../../error.ts'
import type { OutputMode } from '../../plan/contracts/sink.ts'

export class MemoryTable {
  readonly name: string
  readonly schema: StructType
  readonly mode: OutputMode
  #epochs: { readonly epoch: number; readonly batches: readonly Batch[] }[] = []
  #committed: number | null = null

  constructor(name: string, schema: StructType, mode: OutputMode) {
    this.name = name
    this.schema = schema
    this.mode = mode
  }

  /** The last epoch that was committed. */
  get committedEpoch(): number | null {
    return this.#committed
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

  /** @internal */
  commit(epoch: number, batches: readonly Batch[]): void {
    if (this.#committed !== null && epoch <= this.#committed) return
    if (this.mode === 'complete') this.#epochs = []
    this.#epochs.push({ epoch, batches })
    this.#committed = epoch
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
