/**
 * The files that a source has found, in the order in which it found them: entry i of the source's log is file i. A position is a count of them, with a digest of
 * their paths.
 *
 * Fault model: with a log (the query has a checkpoint) a file is in the log, durably, before any position covers it; so after a restart the same files are read
 * in the same order, whatever came, went or changed its time meanwhile. Without a log they are found again in the order of their times; if that is another one,
 * the digest differs and the source refuses to guess.
 */
import { resolve } from 'node:path'
import { intType, stringType } from '../../data/data-type.ts'
import { hashDatums } from '../../data/hash.ts'
import { MillraceError } from '../../error.ts'
import type { FileInfo } from '../../io/io.ts'
import type { SourceLog, SourceOffset } from '../../plan/contracts/source.ts'

const PARTITION = '0'
/** Entries that are appended at once. */
const APPENDED_MAX = 4096

interface Position {
  readonly files: number
  /** Over the paths of these files, in order. */
  readonly order: number
}
const NOTHING: Position = { files: 0, order: 0 }

export type FoundFile = Pick<FileInfo, 'path' | 'sizeBytes' | 'modifiedMs'>
/** What the log has of a file, as JSON. */
interface LoggedFile {
  readonly path: string
  readonly size: number
  readonly mtime: number
}

export interface FoundFilesOptions {
  readonly log: SourceLog | null
  /** What the source reads, for messages. */
  readonly path: string
  /** The files that are there now. */
  readonly list: () => Promise<readonly FileInfo[]>
}

export class FoundFiles {
  readonly #options: FoundFilesOptions
  readonly #files: FoundFile[] = []
  /** The digest of the paths up to and with each file. */
  readonly #digests: number[] = []
  /** However the source's path is spelled this time. */
  readonly #paths = new Set<string>()
  #logged: Promise<void> | null = null

  constructor(options: FoundFilesOptions) {
    this.#options = options
  }

  get length(): number {
    return this.#files.length
  }

  at(index: number): FoundFile {
    return this.#files[index] as FoundFile
  }

  /** Adds the files that were not there before; in the log when this resolves. */
  async look(): Promise<void> {
    await this.#load()
    const found = (await this.#options.list()).filter((file) => !this.#paths.has(resolve(file.path)))
    for (let from = 0; from < found.length; from += APPENDED_MAX) {
      const files = found.slice(from, from + APPENDED_MAX)
      await this.#options.log?.append(files.map(({ path, sizeBytes, modifiedMs }) => encode({ path, size: sizeBytes, mtime: modifiedMs })))
      for (const file of files) this.#add(file)
    }
  }

  offset(files: number): SourceOffset {
    return { [PARTITION]: { files, order: this.#digests[files - 1] ?? 0 } }
  }

  /** The position as a count. Throws SOURCE_FAILED or CHECKPOINT_DAMAGED where the files before it are not the ones that it was made with. */
  async countIn(offset: SourceOffset): Promise<number> {
    const { files, order } = (offset[PARTITION] ?? NOTHING) as unknown as Position
    await this.#load()
    if (files > this.#files.length && this.#options.log === null) await this.look()
    if ((this.#digests[files - 1] ?? 0) === order && files <= this.#files.length) return files
    const { path, log } = this.#options
    if (log !== null)
      throw new MillraceError(
        'CHECKPOINT_DAMAGED',
        `The log of the files found in '${path}' does not have the ${files} files of the position.`,
        {
          hint: 'The log and the journal of the checkpoint are not of one time. Restore the whole checkpoint from one copy.',
          details: { path, files, logged: this.#files.length },
        },
      )
    throw new MillraceError('SOURCE_FAILED', `The ${files} files of '${path}' that were read before are not the first ones any more.`, {
      hint: 'Without a checkpoint, files that were read have to stay, with their times.',
      details: { path, files },
    })
  }

  /** What earlier runs found. */
  #load(): Promise<void> {
    this.#logged ??= (async () => {
      const { log } = this.#options
      if (log === null) return
      for await (const entry of log.read(0, log.length)) {
        const { path, size, mtime } = decode(entry)
        this.#add({ path, sizeBytes: size, modifiedMs: mtime })
      }
    })()
    return this.#logged
  }

  #add(file: FoundFile): void {
    this.#paths.add(resolve(file.path))
    this.#files.push(file)
    this.#digests.push(hashDatums([intType, stringType], [this.#digests.at(-1) ?? 0, file.path]))
  }
}

const encode = (file: LoggedFile): Uint8Array => new TextEncoder().encode(JSON.stringify(file))
const decode = (entry: Uint8Array): LoggedFile => JSON.parse(new TextDecoder().decode(entry)) as LoggedFile
