/**
 * A source that plays a script: epoch by epoch, which rows of which partition arrive. One epoch of the engine reads exactly one epoch of the script, so that
 * a property test decides where the batches are cut.
 */
import { field, type StructType, structType } from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import type { Batch } from '../../src/data/vector.ts'
import { batchFromDatums } from '../../src/data/vector-builder.ts'
import type { Source, SourceBatch, SourceContext, SourceLatest, SourceOffset, SourceProvider } from '../../src/plan/contracts/source.ts'

export interface ScriptedRow {
  readonly partition: string
  readonly values: readonly Datum[]
}
export interface Script {
  readonly schema: StructType
  readonly partitions: readonly string[]
  readonly epochs: readonly (readonly ScriptedRow[])[]
}

/** The format's name is `script`. Positions count the epochs of the script, the same in every partition. */
export function scriptedSource(script: Script): SourceProvider {
  return {
    format: 'script',
    options: {},
    userSchema: 'none',
    describe: () => ({ schema: script.schema, hidden: [], guarantee: 'replayable', decoder: null, title: 'a script' }),
    open: (context) => Promise.resolve(new ScriptedSource(script, context)),
  }
}

class ScriptedSource implements Source {
  readonly #script: Script
  readonly #columns: readonly number[]
  readonly #schema: StructType

  constructor(script: Script, context: SourceContext) {
    this.#script = script
    this.#columns = context.supplied.fields.map((wanted) => script.schema.fields.findIndex((one) => one.name === wanted.name))
    this.#schema = structType(context.supplied.fields.map((wanted) => field(wanted.name, wanted.type, wanted.nullable)))
  }
  initialOffset(): Promise<SourceOffset> {
    return Promise.resolve(this.#at(0))
  }
  latestOffset(start: SourceOffset): Promise<SourceLatest> {
    const total = this.#script.epochs.length
    const next = Math.min(total, this.#position(start) + 1)
    return Promise.resolve({ end: this.#at(next), caughtUp: next === total ? this.#script.partitions : [], latest: this.#at(total) })
  }
  async *read(start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
    for (let epoch = this.#position(start); epoch < this.#position(end); epoch++) {
      for (const partition of this.#script.partitions) {
        const rows = (this.#script.epochs[epoch] ?? []).filter((row) => row.partition === partition)
        if (rows.length > 0) yield { kind: 'columns', partition, batch: this.#batch(rows) }
      }
    }
  }
  commit(): Promise<void> {
    return Promise.resolve()
  }
  waitForData(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
  close(): Promise<void> {
    return Promise.resolve()
  }

  #batch(rows: readonly ScriptedRow[]): Batch {
    return batchFromDatums(
      this.#schema,
      rows.map((row) => this.#columns.map((column) => row.values[column] ?? null)),
    )
  }
  #at(epoch: number): SourceOffset {
    return Object.fromEntries(this.#script.partitions.map((partition) => [partition, epoch]))
  }
  #position(offset: SourceOffset): number {
    return Number(Object.values(offset)[0] ?? 0)
  }
}
