/**
 * The file sink: each epoch's rows as parts in a folder. What becomes of the parts, and what holds after a crash, is said in manifest-output.ts for a query with
 * a checkpoint (exactly once) and in epoch-output.ts for one without (at least once). Append mode only, as in Spark: a file that is published does not change.
 */
import { JsonLines } from '../../data/json-bytes.ts'
import type { Batch } from '../../data/vector.ts'
import { assert, MillraceError } from '../../error.ts'
import type { CommittedOutput, EpochInfo, EpochToken, RunnerInfo, Sink, SinkContext, SinkToken } from '../../plan/contracts/sink.ts'
import { type EpochOutput, LooseOutput } from './epoch-output.ts'
import { codeOf, entryLines, logFiles } from './manifest-log.ts'
import { checkOwner, ManifestOutput } from './manifest-output.ts'
import { type OutputLayout, outputLayout } from './output-layout.ts'
import { PartWriter, type RowLines } from './part-writer.ts'
import { TextLines } from './text-lines.ts'

export interface FilesSinkSettings {
  readonly format: 'json' | 'text'
  readonly path: string
  readonly lineSeparator: string
  readonly maxFileBytes: number
  readonly compactInterval: number
}

const extensions = { json: 'json', text: 'txt' } as const

export class FilesSink implements Sink {
  readonly #context: SinkContext
  readonly #settings: FilesSinkSettings
  readonly #layout: OutputLayout
  readonly #lines: RowLines
  #output: EpochOutput | null = null
  /** The work of an epoch that is begun; null between epochs, and in one that readers see already. */
  #writer: PartWriter | null = null
  /** While an epoch is published it is not known what of it is: its files are left to the next fence if that fails. */
  #isPublishing = false

  private constructor(context: SinkContext, settings: FilesSinkSettings) {
    this.#context = context
    this.#settings = settings
    this.#layout = outputLayout(settings.path)
    const { format, lineSeparator } = settings
    this.#lines = format === 'json' ? new JsonLines(context.schema, lineSeparator) : new TextLines(lineSeparator)
  }

  /** Throws SINK_FAILED where the path is no folder, or has the output of another query. */
  static async open(context: SinkContext, settings: FilesSinkSettings): Promise<FilesSink> {
    const sink = new FilesSink(context, settings)
    const { disk } = context.io
    const found = await disk.stat(settings.path)
    if (found !== null && !found.isDirectory)
      throw new MillraceError('SINK_FAILED', `The file sink needs a folder, and '${settings.path}' is a file.`)
    checkOwner(settings.path, { query: await sink.#owner() }, context.queryId)
    await disk.makeFolder(sink.#layout.work)
    return sink
  }

  async fence(runner: RunnerInfo, committed: CommittedOutput | null): Promise<EpochToken | null> {
    assert(this.#output === null, 'a file sink is fenced after it began an epoch')
    const { queryId, io } = this.#context
    const output = await ManifestOutput.fence(
      {
        disk: io.disk,
        layout: this.#layout,
        queryId,
        extension: extensions[this.#settings.format],
        compactInterval: this.#settings.compactInterval,
      },
      runner,
      committed,
    )
    this.#output = output
    return output.last
  }

  async begin(info: EpochInfo): Promise<void> {
    await this.#discard()
    this.#output ??= await this.#loose()
    const output = this.#output
    await output.check()
    if (this.#isPublishing)
      throw new MillraceError('SINK_FAILED', 'The last epoch failed while it was published: the file sink cannot know how much of it is.', {
        hint: 'Start the query again.',
      })
    if (output.has(info)) return
    this.#writer = new PartWriter({
      disk: this.#context.io.disk,
      pathOf: (part) => `${this.#layout.work}/${output.workName(info, part)}`,
      lines: this.#lines,
      maxFileBytes: this.#settings.maxFileBytes,
    })
  }

  async write(batch: Batch): Promise<void> {
    await this.#writer?.write(batch)
  }

  async commit(info: EpochInfo, token: EpochToken): Promise<SinkToken> {
    const output = this.#output
    assert(output !== null, 'a file sink commits an epoch that it did not begin')
    await output.check()
    if (this.#writer === null) return null
    const parts = await this.#writer.finish()
    this.#isPublishing = true
    const published = await output.publish(info, token, parts)
    this.#isPublishing = false
    this.#writer = null
    return published
  }

  async abort(): Promise<void> {
    await this.#discard()
  }

  async close(): Promise<void> {
    await this.#discard()
  }

  async #discard(): Promise<void> {
    const writer = this.#writer
    this.#writer = null
    if (!this.#isPublishing) await writer?.discard()
  }

  async #loose(): Promise<EpochOutput> {
    if ((await this.#owner()) !== null)
      throw new MillraceError('SINK_FAILED', `The folder '${this.#settings.path}' has the output of a query with a checkpoint.`, {
        hint: 'Start from that checkpoint, or write into another folder.',
        details: { path: this.#settings.path },
      })
    const start = this.#context.io.random.uuid().slice(0, 8)
    return new LooseOutput(this.#context.io.disk, this.#layout, { extension: extensions[this.#settings.format], start: `run${start}` })
  }

  /** The query whose output is here; null where there is none. */
  async #owner(): Promise<string | null> {
    const { disk } = this.#context.io
    for (const file of await logFiles(disk, this.#layout.log)) {
      try {
        for await (const { entry } of entryLines(disk, file)) return entry.query
      } catch (error) {
        // Merged into another one meanwhile.
        if (codeOf(error) !== 'ENOENT') throw error
      }
    }
    return null
  }
}
