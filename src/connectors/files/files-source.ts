/**
 * Files as a source: one partition, whose position counts the files that were found, in their order (found-files.ts). A file counts as whole when it is found:
 * writers move files into the folder, as with Spark and Flink.
 *
 * Fault model: what is read of a file is what it had when it was found, so that a replay reads the same. A file that has grown since is read to its old size,
 * and one that was written anew with the same size is read as it is; both are reported. One that is shorter, or gone, fails the query by name. A file that was
 * read may go.
 */
import type { Datum } from '../../data/datum.ts'
import type { Batch } from '../../data/vector.ts'
import { constantVector } from '../../data/vector-builder.ts'
import { MillraceError } from '../../error.ts'
import type { ReadLimit, Source, SourceBatch, SourceContext, SourceLatest, SourceOffset } from '../../plan/contracts/source.ts'
import { LineBlocks } from '../lines/line-blocks.ts'
import { RecordCutter } from '../lines/record-cutter.ts'
import { listFiles } from './file-listing.ts'
import type { FilesSettings } from './files-provider.ts'
import { type FoundFile, FoundFiles } from './found-files.ts'
import { PublishedOutputs } from './published-outputs.ts'
import { ReadBuffers } from './read-buffers.ts'

const PARTITION = '0'
/** Between two looks at the folder when there was nothing new. */
const LOOK_MS = 250

export class FilesSource implements Source {
  readonly #context: SourceContext
  readonly #settings: FilesSettings
  readonly #found: FoundFiles
  readonly #buffers = new ReadBuffers()
  #bounded = false

  constructor(context: SourceContext, settings: FilesSettings) {
    this.#context = context
    this.#settings = settings
    const outputs = new PublishedOutputs(context.io.disk)
    this.#found = new FoundFiles({ log: context.log, path: settings.path, list: () => listFiles(context.io.disk, settings, outputs) })
  }

  initialOffset(): Promise<SourceOffset> {
    return Promise.resolve(this.#found.offset(0))
  }

  async latestOffset(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest> {
    // First, so that a log that does not fit the position is not written to.
    const from = await this.#found.countIn(start)
    if (!this.#bounded) await this.#found.look()
    const maxFiles = limit.all ? Number.POSITIVE_INFINITY : (this.#settings.maxFiles ?? Number.POSITIVE_INFINITY)
    let end = from
    for (let bytes = 0; end < this.#found.length; end++) {
      bytes += this.#found.at(end).sizeBytes
      if (end > from && (bytes > limit.maxBytes || end - from >= maxFiles)) break
    }
    const all = this.#found.length
    return { end: this.#found.offset(end), caughtUp: end === all ? [PARTITION] : [], latest: this.#found.offset(all) }
  }

  async *read(start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
    const to = await this.#found.countIn(end)
    for (let index = await this.#found.countIn(start); index < to; index++) {
      const file = this.#found.at(index)
      await this.#warnIfChanged(file)
      yield* this.#settings.separator === null ? this.#lines(file) : this.#records(file, 0)
    }
  }

  commit(): Promise<void> {
    return Promise.resolve()
  }

  async waitForData(signal: AbortSignal): Promise<void> {
    await this.#context.io.clock.sleep(LOOK_MS, { signal }).catch(() => undefined)
  }

  async prepareAvailableNow(): Promise<void> {
    await this.#found.look()
    this.#bounded = true
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async *#lines(file: FoundFile): AsyncGenerator<SourceBatch> {
    const { maxRecordBytes } = this.#settings
    const blocks = new LineBlocks()
    const supplied = this.#supplied(file, 1)
    let given = 0
    const batch = (bytes: Uint8Array, release: () => void): SourceBatch => {
      const isFirst = given === 0
      given += bytes.length
      return { kind: 'lines', partition: PARTITION, bytes, supplied, origin: file.path, isFirst, release }
    }
    for await (const chunk of this.#chunks(file, 0, file.sizeBytes)) {
      const block = blocks.push(chunk)
      // There may be a line that is too long: only whoever looks at each of them can tell.
      if (blocks.unfinishedBytes > maxRecordBytes || (block?.length ?? 0) > maxRecordBytes) return yield* this.#records(file, given)
      const release = (): void => this.#buffers.giveBack(chunk)
      if (block === null) release()
      else yield batch(block, release)
    }
    const last = blocks.end()
    if (last !== null) yield batch(last, () => undefined)
  }

  /** The records from the byte `from` on, which begins one; those before are counted. */
  async *#records(file: FoundFile, from: number): AsyncGenerator<SourceBatch> {
    const { separator, maxRecordBytes } = this.#settings
    const cutter = new RecordCutter({ separator, maxRecordBytes, origin: file.path, ownsChunks: true })
    for await (const chunk of this.#chunks(file, 0, from)) {
      cutter.push(chunk)
      this.#buffers.giveBack(chunk)
    }
    const cut = (slices: ReturnType<RecordCutter['end']>, release: () => void): SourceBatch[] => {
      if (slices === null) return []
      const count = slices.starts.length
      const [supplied, origin] = [this.#supplied(file, count), `${file.path}:${cutter.records - count + 1}`]
      return [{ kind: 'records', partition: PARTITION, ...slices, supplied, origin, release }]
    }
    for await (const chunk of this.#chunks(file, from, file.sizeBytes)) yield* cut(cutter.push(chunk), () => this.#buffers.giveBack(chunk))
    yield* cut(cutter.end(), () => undefined)
  }

  async #warnIfChanged({ path, sizeBytes, modifiedMs }: FoundFile): Promise<void> {
    const { io, report } = this.#context
    // What cannot be looked at is told when it is read.
    const now = await io.disk.stat(path).catch(() => null)
    if (now !== null && (now.sizeBytes > sizeBytes || (now.sizeBytes === sizeBytes && now.modifiedMs !== modifiedMs)))
      report({ kind: 'warning', message: changedText(path, sizeBytes, now.sizeBytes) })
  }

  async *#chunks({ path, sizeBytes }: FoundFile, start: number, end: number): AsyncGenerator<Uint8Array> {
    const { io, signal } = this.#context
    let left = end - start
    try {
      for await (const chunk of io.disk.read(path, { start, end, signal, memory: (size) => this.#buffers.take(size) })) {
        left -= chunk.length
        yield chunk
      }
    } catch (error) {
      signal.throwIfAborted()
      throw unreadable(path, `it cannot be read: ${error instanceof Error ? error.message : String(error)}`, error)
    }
    if (left > 0) throw unreadable(path, `it has ${left} bytes less than the ${sizeBytes} that it had when it was found`)
  }

  #supplied(file: FoundFile, length: number): Batch {
    const { supplied: schema } = this.#context
    if (schema.fields.length === 0) return { schema, length, columns: [] }
    const name = file.path.slice(file.path.lastIndexOf('/') + 1)
    const metadata: Datum = [file.path, name, BigInt(file.sizeBytes), BigInt(Math.floor(file.modifiedMs)) * 1000n]
    return { schema, length, columns: schema.fields.map(({ type }) => constantVector(type, metadata, length)) }
  }
}

const changedText = (path: string, before: number, now: number): string =>
  now > before
    ? `The file '${path}' has grown since it was found: ${before} of its ${now} bytes are read. Move files into the folder when they are whole.`
    : `The file '${path}' was written anew since it was found; it is read as it is now.`

function unreadable(path: string, what: string, cause?: unknown): MillraceError {
  return new MillraceError('SOURCE_FAILED', `The file '${path}' is not what was found: ${what}.`, {
    hint: 'A file has to stay as it is until it is read; leave it in the folder, or use a path that leaves it out.',
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  })
}
