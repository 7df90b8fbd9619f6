/** The composition root: puts the embedded engine and the built-in connectors behind the API. Nothing else knows all of them. */
import { Session, SessionBuilder } from './api/session.ts'
import type { SessionParts } from './api/session-core.ts'
import { consoleSink } from './connectors/console/console-sink.ts'
import { jsonFilesSource, textFilesSource } from './connectors/files/files-provider.ts'
import { jsonFilesSink, textFilesSink } from './connectors/files/files-sink-provider.ts'
import { kafkaSink } from './connectors/kafka/kafka-sink-provider.ts'
import { kafkaSource } from './connectors/kafka/kafka-source-provider.ts'
import { memorySink } from './connectors/memory/memory-sink.ts'
import { MemoryTables } from './connectors/memory/memory-table.ts'
import { noopSink } from './connectors/noop/noop-sink.ts'
import { rateSource } from './connectors/rate/rate-source.ts'
import { socketSource } from './connectors/socket/socket-provider.ts'
import { createEmbeddedBackend } from './engine/backend.ts'
import type { Io } from './io/io.ts'
import { realIo } from './io/real.ts'
import { Catalog } from './plan/contracts/catalog.ts'

export interface CompositionOptions {
  /** The door to disk, clock, network and chance. Default: the real one. */
  readonly io?: Io
  /** Where printSchema and explain write. Default: the terminal. */
  readonly print?: (text: string) => void
}

/** What a session of the embedded engine is made of: formats and tables are its own. */
export function sessionParts({ io = realIo, print = toTerminal }: CompositionOptions = {}): SessionParts {
  const tables = new MemoryTables()
  const catalog = new Catalog()
  for (const source of [socketSource, rateSource, jsonFilesSource, textFilesSource, kafkaSource]) catalog.registerSource(source)
  for (const sink of [consoleSink, noopSink, memorySink(tables), jsonFilesSink, textFilesSink, kafkaSink]) catalog.registerSink(sink)
  return { catalog, backend: createEmbeddedBackend({ catalog, io }), io, tables, print }
}

const toTerminal = (text: string): void => {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** The session that `getOrCreate` gives again, until it is stopped. */
let active: StreamSession | null = null

/**
 * Where a program begins: a session reads streams and starts queries in this process.
 *
 * @example
 * ```ts
 * import { StreamSession } from 'millrace'
 *
 * const session = StreamSession.builder.appName('first').getOrCreate()
 * console.log(session.appName) // first
 * await session.stop()
 * ```
 */
export class StreamSession extends Session {
  static get builder(): SessionBuilder<StreamSession> {
    return new SessionBuilder((appName) => {
      active ??= new StreamSession(sessionParts(), appName, () => {
        active = null
      })
      return active
    })
  }
}
