/**
 * Files as a source: one partition, whose position counts the files that were read, in the order in which they were found (time of change, then path). A
 * file counts as whole when it is listed: writers move files into the folder, as with Spark.
 *
 * Fault model: a position also carries a digest of the paths before it. A new object (after a restart) finds the files again in the order of their times; if
 * that is another order (a file with an older time came later, or one that was read is gone), the digest differs and the source refuses to guess.
 */
import { intType, stringType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { hashDatums } from '../../data/hash.ts'
import { batchFromDatums } from '../../data/vector-builder.ts'
import { MillraceError } from '../../error.ts'
import type { FileInfo } from '../../io/io.ts'
import type { ReadLimit, Source, SourceBatch, SourceContext, SourceLatest, SourceOffset } from '../../plan/contracts/source.ts'
import { RecordCutter, type RecordSlices } from '../lines/record-cutter.ts'
import { listFiles } from './file-listing.ts'
import type { FilesSettings } from './files-provider.ts'

const PARTITION = '0'
/** Between two looks at the folder when there was nothing new. */
const LOOK_MS = 250

interface Position {
  readonly files: number
  /** Over the paths of these files, in order. */
  readonly order: number
}
const NOTHING: Position = { files: 0, order: 0 }
const positionIn = (offset: SourceOffset): Position => (offset[PARTITION] ?? NOTHING) as unknown as Position
const offsetOf = ({ files, order }: Position): SourceOffset => ({ [PARTITION]: { files, order } })

export class FilesSource implements Source {
  readonly #context: SourceContext
  readonly #settings: FilesSettings
  /** Every file ever found, in order. */
  readonly #found: FileInfo[] = []
  /** The digest of the paths up to and with each file. */
  readonly #digests: number[] = []
  readonly #paths = new Set<string>()
  #bounded = false

  constructor(context: SourceContext, settings: FilesSettings) {
    this.#context = context
    this.#settings = settings
  }

  initialOffset(): Promise<SourceOffset> {
    return Promise.resolve(offsetOf(NOTHING))
  }

  async latestOffset(start: SourceOffset, limit: ReadLimit): Promise<SourceLatest> {
    if (!this.#bounded) await this.#look()
    const from = await this.#filesBefore(start)
    const maxFiles = limit.all ? Number.POSITIVE_INFINITY : (this.#settings.maxFiles ?? Number.POSITIVE_INFINITY)
    let end = from
    for (let bytes = 0; end < this.#found.length; end++) {
      bytes += this.#found[end]?.sizeBytes ?? 0
      if (end > from && (bytes > limit.maxBytes || end - from >= maxFiles)) break
    }
    return { end: this.#offset(end), caughtUp: end === this.#found.length ? [PARTITION] : [], latest: this.#offset(this.#found.length) }
  }

  async *read(start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
    const to = await this.#filesBefore(end)
    for (let index = await this.#filesBefore(start); index < to; index++) yield* this.#readFile(this.#found[index] as FileInfo)
  }

  commit(): Promise<void> {
    return Promise.resolve()
  }

  async waitForData(signal: AbortSignal): Promise<void> {
    await this.#context.io.clock.sleep(LOOK_MS, { signal }).catch(() => undefined)
  }

  async prepareAvailableNow(): Promise<void> {
    await this.#look()
    this.#bounded = true
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #look(): Promise<void> {
    for (const file of await listFiles(this.#context.io.disk, this.#settings)) {
      if (this.#paths.has(file.path)) continue
      this.#paths.add(file.path)
      this.#found.push(file)
      this.#digests.push(hashDatums([intType, stringType], [this.#digests.at(-1) ?? 0, file.path]))
    }
  }

  #offset(files: number): SourceOffset {
    return offsetOf({ files, order: this.#digests[files - 1] ?? 0 })
  }

  /** The position as an index. Throws SOURCE_FAILED where the files before it are not the ones that it was made with. */
  async #filesBefore(offset: SourceOffset): Promise<number> {
    const { files, order } = positionIn(offset)
    if (files > this.#found.length) await this.#look()
    if ((this.#digests[files - 1] ?? 0) === order && files <= this.#found.length) return files
    throw new MillraceError(
      'SOURCE_FAILED',
      `The ${files} files of '${this.#settings.path}' that were read before are not the first ones any more.`,
      {
        hint: 'Files that were read have to stay, with their times, while a query goes on from a checkpoint.',
        details: { path: this.#settings.path, files },
      },
    )
  }

  async *#readFile(file: FileInfo): AsyncGenerator<SourceBatch> {
    const { separator, maxRecordBytes } = this.#settings
    const cutter = new RecordCutter({ separator, maxRecordBytes, origin: file.path })
    let records = 0
    const batch = (slices: RecordSlices): SourceBatch => {
      const first = records
      records += slices.starts.length
      return {
        kind: 'records',
        partition: PARTITION,
        ...slices,
        supplied: this.#supplied(file, slices.starts.length),
        origin: `${file.path}:${first + 1}`,
      }
    }
    for await (const chunk of this.#chunks(file)) {
      const slices = cutter.push(chunk)
      if (slices !== null) yield batch(slices)
    }
    const last = cutter.end()
    if (last !== null) yield batch(last)
  }

  async *#chunks(file: FileInfo): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#context.io.disk.read(file.path, { signal: this.#context.signal })
    } catch (error) {
      this.#context.signal.throwIfAborted()
      throw new MillraceError(
        'SOURCE_FAILED',
        `The file '${file.path}' cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        {
          hint: 'A file has to stay until it is read; leave it in the folder, or use a path that leaves it out.',
          details: { path: file.path },
          cause: error,
        },
      )
    }
  }

  #supplied(file: FileInfo, rows: number) {
    const { supplied } = this.#context
    const name = file.path.slice(file.path.lastIndexOf('/') + 1)
    const metadata: Datum = [file.path, name, BigInt(file.sizeBytes), BigInt(Math.floor(file.modifiedMs)) * 1000n]
    return batchFromDatums(
      supplied,
      Array.from({ length: rows }, () => supplied.fields.map(() => metadata)),
    )
  }
}
