/** What all parts of a session share: formats, backend, configuration, queries. The composition root makes the parts; users hold StreamSession (session.ts). */
import type { StructType } from '../data/data-type.ts'
import type { Batch } from '../data/vector.ts'
import { MillraceError } from '../error.ts'
import type { Io } from '../io/io.ts'
import type { Backend } from '../plan/contracts/backend.ts'
import type { Catalog } from '../plan/contracts/catalog.ts'
import type { Options } from '../plan/nodes/relation.ts'
import { StreamingQueryManager } from './streaming-query-manager.ts'

/** Tables that queries of the session have written into memory. */
export interface TableLookup {
  /** Throws INVALID_ARGUMENT where there is no such table. */
  table(name: string): { readonly schema: StructType; batches(): readonly Batch[] }
}
export interface SessionParts {
  readonly catalog: Catalog
  readonly backend: Backend
  readonly io: Io
  readonly tables: TableLookup
  /** Where printSchema and explain write. */
  readonly print: (text: string) => void
}

export class SessionCore {
  readonly catalog: Catalog
  readonly backend: Backend
  readonly io: Io
  readonly tables: TableLookup
  readonly print: (text: string) => void
  readonly queries = new StreamingQueryManager()
  readonly #configuration = new Map<string, string>()
  #stopped = false

  constructor(parts: SessionParts) {
    this.catalog = parts.catalog
    this.backend = parts.backend
    this.io = parts.io
    this.tables = parts.tables
    this.print = parts.print
  }

  configuration(): Options {
    return Object.fromEntries(this.#configuration)
  }
  get(key: string): string | undefined {
    return this.#configuration.get(key)
  }
  set(key: string, value: string | number | boolean): void {
    this.#configuration.set(key, String(value))
  }
  unset(key: string): void {
    this.#configuration.delete(key)
  }

  get isStopped(): boolean {
    return this.#stopped
  }
  /** Throws SESSION_STOPPED. */
  mustRun(): void {
    if (this.#stopped) throw new MillraceError('SESSION_STOPPED', 'The session was stopped, so it starts no query.')
  }
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.queries.active.map((query) => query.stop()))
  }
}
