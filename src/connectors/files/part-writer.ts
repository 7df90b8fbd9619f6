/** Writes the rows of an epoch to files under hidden names, part by part, each synced when it is full. Nothing of it is visible. */
import { crc32 } from 'node:zlib'
import type { Batch } from '../../data/vector.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk, WritableFile } from '../../io/io.ts'
import { checksumText } from './manifest-entry.ts'
import { createAnew } from './manifest-log.ts'

const CHUNK_BYTES = 256 * 1024

/** Rows as bytes, each with its end. */
export interface RowLines {
  /** Bytes that were made and not taken. */
  readonly length: number
  /** Appends rows of the batch from `from` on until there are so many bytes, one row at least; gives the first row that is not written. */
  add(batch: Batch, from: number, bytesMax: number): number
  take(): Uint8Array
}

export interface WrittenPart {
  readonly path: string
  readonly bytes: number
  readonly rows: number
  readonly crc32: string
}
export interface PartWriterOptions {
  readonly disk: Disk
  /** The hidden path of part `part`. */
  readonly pathOf: (part: number) => string
  readonly lines: RowLines
  /** A part that has so many bytes is full. */
  readonly maxFileBytes: number
}
interface OpenPart {
  readonly path: string
  readonly file: WritableFile
  bytes: number
  rows: number
  checksum: number
}

export class PartWriter {
  readonly #options: PartWriterOptions
  readonly #finished: WrittenPart[] = []
  #open: OpenPart | null = null
  /** Rows that are not in a file yet. */
  #rows = 0

  constructor(options: PartWriterOptions) {
    this.#options = options
    // What an epoch that failed left.
    options.lines.take()
  }

  async write(batch: Batch): Promise<void> {
    const { lines, maxFileBytes } = this.#options
    for (let row = 0; row < batch.length; ) {
      const bytesMax = Math.min(CHUNK_BYTES, maxFileBytes - (this.#open?.bytes ?? 0))
      const next = lines.add(batch, row, bytesMax)
      this.#rows += next - row
      row = next
      if (lines.length >= bytesMax) await this.#flush()
    }
  }

  /** Everything on the disk and synced; the names of the files are not. */
  async finish(): Promise<readonly WrittenPart[]> {
    if (this.#rows > 0) await this.#flush()
    if (this.#open !== null) await this.#close(this.#open)
    return this.#finished
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    const open = this.#open
    this.#open = null
    await open?.file.close()
    if (open !== null) await this.#options.disk.remove(open.path)
    for (const { path } of this.#finished.splice(0)) await this.#options.disk.remove(path)
  }

  /** Lets the files go, and leaves them where they are. */
  async release(): Promise<void> {
    const open = this.#open
    this.#open = null
    await open?.file.close()
  }

  async #flush(): Promise<void> {
    const bytes = this.#options.lines.take()
    this.#open ??= await this.#begin()
    const open = this.#open
    await open.file.append(bytes)
    open.bytes += bytes.length
    open.rows += this.#rows
    open.checksum = crc32(bytes, open.checksum)
    this.#rows = 0
    if (open.bytes >= this.#options.maxFileBytes) await this.#close(open)
  }

  async #begin(): Promise<OpenPart> {
    const path = this.#options.pathOf(this.#finished.length)
    return { path, file: await createAnew(this.#options.disk, path), bytes: 0, rows: 0, checksum: 0 }
  }

  async #close({ path, file, bytes, rows, checksum }: OpenPart): Promise<void> {
    crashPoint('files.part-written')
    await file.sync()
    await file.close()
    this.#finished.push({ path, bytes, rows, crc32: checksumText(checksum) })
    this.#open = null
  }
}
