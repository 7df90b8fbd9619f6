/** Drives the file sink as the engine does, on any disk: starts from a checkpoint, epochs of ids, and what readers of the folder see. */

import { listFiles } from '../src/connectors/files/file-listing.ts'
import { jsonFilesSink } from '../src/connectors/files/files-sink-provider.ts'
import { PublishedOutputs } from '../src/connectors/files/published-outputs.ts'
import { field, intType, structType } from '../src/data/data-type.ts'
import { batchFromDatums } from '../src/data/vector-builder.ts'
import type { Io } from '../src/io/io.ts'
import type { EpochToken, RunnerInfo, Sink } from '../src/plan/contracts/sink.ts'

const SCHEMA = structType([field('id', intType)])
/** Epochs in their order, with the ids that each writes. */
export type Epochs = readonly (readonly [epoch: number, ids: readonly number[]])[]
export type Rewind = Partial<Pick<RunnerInfo, 'lineage' | 'rewoundTo'>>

export class OutputBench {
  readonly #io: Io
  readonly #folder: string
  readonly #options: Readonly<Record<string, string>>
  readonly #queryId: string
  /** What the last fence gave. */
  last: EpochToken | null = null

  constructor(io: Io, folder: string, options: Readonly<Record<string, string>> = {}, queryId = 'q') {
    this.#io = io
    this.#folder = folder
    this.#options = { path: folder, ...options }
    this.#queryId = queryId
  }

  open(): Promise<Sink> {
    return jsonFilesSink.open({
      options: this.#options,
      schema: SCHEMA,
      mode: 'append',
      queryId: this.#queryId,
      queryName: null,
      timeZone: 'UTC',
      io: this.#io,
      signal: new AbortController().signal,
    })
  }

  async start(runnerEpoch: number, rewind: Rewind = {}): Promise<Sink> {
    const sink = await this.open()
    this.last = (await sink.fence?.({ runnerEpoch, lineage: 0, rewoundTo: null, ...rewind }, null)) ?? null
    return sink
  }

  async epoch(sink: Sink, epoch: number, ids: readonly number[], lineage = 0): Promise<void> {
    const info = { epoch, batchTimeMs: epoch, lineage }
    await sink.begin(info)
    for (const id of ids) await sink.write(batchFromDatums(SCHEMA, [[id]]))
    await sink.commit(info, { epoch, lineage, beginChecksum: epoch })
  }

  /** A whole run: what is published already is not done again. */
  async run(runnerEpoch: number, epochs: Epochs, rewind: Rewind = {}): Promise<void> {
    const sink = await this.start(runnerEpoch, rewind)
    const last = this.last?.epoch ?? -1
    for (const [epoch, ids] of epochs) if (epoch > last) await this.epoch(sink, epoch, ids, rewind.lineage)
    await sink.close()
  }

  /** The rows that a reader by the manifest sees, in the order of their names. */
  async rows(): Promise<unknown[]> {
    const { disk } = this.#io
    if ((await disk.stat(this.#folder)) === null) return []
    const files = await listFiles(disk, { path: this.#folder, recursive: false }, new PublishedOutputs(disk))
    return this.#rowsOf(files.map(({ path }) => path).sort())
  }

  /** The rows of `cat part-*`. */
  async plainRows(): Promise<unknown[]> {
    return this.#rowsOf((await this.names()).map((name) => `${this.#folder}/${name}`))
  }

  async names(): Promise<string[]> {
    const files = await this.#io.disk.list(this.#folder)
    return files.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).filter((name) => name.startsWith('part-'))
  }

  async #rowsOf(paths: readonly string[]): Promise<unknown[]> {
    const rows: unknown[] = []
    for (const path of paths) {
      const chunks: Uint8Array[] = []
      for await (const chunk of this.#io.disk.read(path)) chunks.push(chunk)
      const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1)
      rows.push(...lines.map((line) => JSON.parse(line) as unknown))
    }
    return rows
  }
}
