/** Runs a plan over a script through the embedded backend to its end, and gives what each epoch wrote. */

import type { Datum } from '../../src/data/datum.ts'
import { datumRows } from '../../src/data/vector-builder.ts'
import { createEmbeddedBackend } from '../../src/engine/backend.ts'
import type { MillraceError } from '../../src/error.ts'
import { realIo } from '../../src/io/real.ts'
import type { StreamingQueryProgress } from '../../src/plan/contracts/backend.ts'
import { Catalog } from '../../src/plan/contracts/catalog.ts'
import type { OutputMode, SinkProvider } from '../../src/plan/contracts/sink.ts'
import { ReadNode, type Relation } from '../../src/plan/nodes/relation.ts'
import { type Script, scriptedSource } from './scripted-source.ts'

export interface Outcome {
  /** Rows by epoch, as datums in the order of the output columns. */
  readonly epochs: readonly (readonly (readonly Datum[])[])[]
  readonly rows: readonly (readonly Datum[])[]
  readonly progress: readonly StreamingQueryProgress[]
}

export const script: Relation = ReadNode.create({ format: 'script', options: {}, schema: null, name: null })

/** Rejects with the query's error. */
export async function runScript(
  source: Script,
  plan: Relation,
  mode: OutputMode,
  configuration: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const epochs: (readonly Datum[])[][] = []
  const progress: StreamingQueryProgress[] = []
  const backend = createEmbeddedBackend({ catalog: new Catalog().registerSource(scriptedSource(source)), io: realIo })
  const query = backend.start(
    {
      plan,
      sink: collectingSink(epochs),
      sinkOptions: {},
      outputMode: mode,
      trigger: { kind: 'availableNow' },
      name: null,
      checkpointLocation: null,
      takeover: false,
      checkpointRenames: null,
      delivery: null,
      configuration,
      signal: null,
    },
    { onQueryProgress: (event) => void progress.push(event.progress) },
  )
  await query.awaitTermination()
  return { epochs, rows: epochs.flat(), progress }
}

/** What the query gives, or the code of the error that ends it. */
export async function outcomeOrCode(run: () => Promise<Outcome>): Promise<Outcome | string> {
  try {
    return await run()
  } catch (error) {
    return (error as MillraceError).code
  }
}

function collectingSink(epochs: (readonly Datum[])[][]): SinkProvider {
  let open: (readonly Datum[])[] = []
  return {
    format: 'collect',
    options: {},
    modes: ['append', 'update', 'complete'],
    delivery: 'at-least-once',
    open: () =>
      Promise.resolve({
        begin: () => {
          open = []
          return Promise.resolve()
        },
        write: (batch) => {
          open.push(...datumRows(batch))
          return Promise.resolve()
        },
        commit: () => {
          epochs.push(open)
          return Promise.resolve(null)
        },
        abort: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  }
}
