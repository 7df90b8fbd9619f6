/**
 * The output of a query with a checkpoint: exactly once. The entry of an epoch in the manifest publishes it, all at once; only then its parts, which are synced
 * under hidden names, get their own names as well. So a name that readers see is always of a published epoch and has the one content that was published under
 * it; no runner ever takes away a name that another may give. (The other order, names first, cannot be made safe: a runner that slept would replace or remove
 * under the same names what a newer one has published.)
 *
 * # Fault model
 * - A crash before the entry's link: nothing is published; the next fence removes the hidden parts, of which nobody can publish any (manifest-log.ts).
 * - After it, before the parts have their names: the epoch is published, and the next fence gives the names. Readers by the manifest see no part until it has
 *   its name. Hidden names are removed only after the folder with the others is durable.
 * - A sync that failed: the entry or the names are seen, and gone when the power goes. The next fence gives them again before it goes on from them, and before
 *   the hidden names go (manifest-renewal.ts).
 * - A rewind supersedes what older lineages wrote beyond an epoch: the fence says so in the manifest, then takes away the hidden names (a runner that slept can
 *   give no names any more), then the visible ones. It may stop anywhere: each later fence does the same again. The lineage in the names keeps them apart.
 * - Published parts that are gone are not missed: whoever reads them may move them away. One of the last epoch that has another size is damage (a disk that
 *   lost what it had confirmed).
 */
import { resolve } from 'node:path'
import { crc32 } from 'node:zlib'
import { MillraceError } from '../../error.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk } from '../../io/io.ts'
import type { CommittedOutput, EpochInfo, EpochToken, RunnerInfo, SinkToken } from '../../plan/contracts/sink.ts'
import { type EpochOutput, linkPart } from './epoch-output.ts'
import { compact, removeReplaced } from './manifest-compaction.ts'
import { checksumText, fenced } from './manifest-entry.ts'
import { chainFrom, codeOf, logFiles, publishEntry, readLog } from './manifest-log.ts'
import { renewLastEntry, renewPart, renewSegments } from './manifest-renewal.ts'
import { ManifestState } from './manifest-state.ts'
import {
  digits,
  entryFile,
  type LogFile,
  nameOf,
  type OutputLayout,
  partName,
  runnerOf,
  workPartName,
  workPartOf,
} from './output-layout.ts'
import type { WrittenPart } from './part-writer.ts'

export interface ManifestOptions {
  readonly disk: Disk
  readonly layout: OutputLayout
  readonly queryId: string
  readonly extension: string
  readonly compactInterval: number
}

export class ManifestOutput implements EpochOutput {
  readonly #options: ManifestOptions
  readonly #runner: RunnerInfo
  readonly #state: ManifestState
  /** The files that cover the log. */
  #files: readonly LogFile[]

  private constructor(options: ManifestOptions, runner: RunnerInfo, state: ManifestState, files: readonly LogFile[]) {
    this.#options = options
    this.#runner = runner
    this.#state = state
    this.#files = files
  }

  /** Takes the output over for `runner`, and brings it in order. Throws QUERY_FENCED, CHECKPOINT_DAMAGED, SINK_FAILED. */
  static async fence(options: ManifestOptions, runner: RunnerInfo, committed: CommittedOutput | null): Promise<ManifestOutput> {
    const { disk, layout } = options
    await disk.makeFolder(layout.work)
    await disk.makeFolder(layout.log)
    const state = await takeOver(options, runner, committed)
    crashPoint('files.fenced')
    const all = await logFiles(disk, layout.log)
    const files = chainFrom(all, 1, layout.log)
    const chosen = new Set(files.map((file) => file.path))
    const output = new ManifestOutput(options, runner, state, files)
    await renewSegments(disk, layout, { all, chosen: files }, output.#hidden('again'))
    await removeReplaced(
      disk,
      all.filter((file) => !chosen.has(file.path)),
      (sequence) => state.mayBeFence(sequence),
    )
    await output.#tidyWork()
    await output.#removeSuperseded()
    await output.#checkLast()
    return output
  }

  get last(): EpochToken | null {
    return this.#state.last?.token ?? null
  }

  /** The number that this runner would take next is taken, and stays so, once it is fenced. */
  async check(): Promise<void> {
    const { disk, layout } = this.#options
    if ((await disk.stat(entryFile(layout.log, this.#state.next).path)) !== null) throw fenced(layout.folder, null)
  }

  has({ epoch }: EpochInfo): boolean {
    return epoch <= (this.last?.epoch ?? -1)
  }

  workName({ epoch, lineage }: EpochInfo, part: number): string {
    return workPartName(this.#runner.runnerEpoch, { lineage, epoch, part })
  }

  async publish({ epoch, lineage }: EpochInfo, token: EpochToken, parts: readonly WrittenPart[]): Promise<SinkToken> {
    if (parts.length === 0) return null
    const { disk, layout, queryId, extension } = this.#options
    const named = parts.map((one, part) => ({ ...one, name: partName({ lineage, epoch, part }, extension) }))
    await disk.syncFolder(layout.work)
    const entry = {
      kind: 'epoch' as const,
      query: queryId,
      runner: this.#runner.runnerEpoch,
      token: { epoch: token.epoch, lineage: token.lineage, beginChecksum: token.beginChecksum },
      parts: named.map(({ name, bytes, rows, crc32 }) => ({ name, bytes, rows, crc32 })),
    }
    const file = await publishEntry(disk, layout, this.#state, { entry, hidden: this.#hidden('entry') })
    if (file === null) throw fenced(layout.folder, null)
    this.#files = [...this.#files, file]
    for (const { path, name } of named) {
      await this.#name(path, name)
      crashPoint('files.part-linked')
    }
    await disk.syncFolder(layout.folder)
    for (const { path } of named) await disk.remove(path)
    await this.#compact()
    return { sequence: file.from, output: resolve(layout.folder) }
  }

  async #compact(): Promise<void> {
    const { disk, layout, compactInterval } = this.#options
    try {
      this.#files = await compact(this.#files, {
        disk,
        layout,
        interval: compactInterval,
        mayBeFence: (sequence) => this.#state.mayBeFence(sequence),
        hidden: this.#hidden('segment'),
      })
    } catch (error) {
      // An older runner was merging when it was fenced, and has removed what it merged.
      if (codeOf(error) !== 'ENOENT') throw error
      this.#files = chainFrom(await logFiles(disk, layout.log), 1, layout.log)
    }
  }

  /** A hidden part that is gone was taken by a newer runner, which has given the name or superseded the part. */
  async #name(path: string, name: string): Promise<void> {
    const { disk, layout } = this.#options
    try {
      await linkPart(disk, path, `${layout.folder}/${name}`)
    } catch (error) {
      if ((await disk.stat(path)) === null) throw fenced(layout.folder, null)
      throw error
    }
  }

  #hidden(what: string): string {
    return `${this.#options.layout.work}/${digits(this.#runner.runnerEpoch)}-${what}`
  }

  /** Gives names to what is published and has none, and removes what can be published no more. */
  async #tidyWork(): Promise<void> {
    const { disk, layout } = this.#options
    const files = (await disk.list(layout.work)).map(({ path }) => path)
    const done = files.filter((path) => (runnerOf(nameOf(path)) ?? Number.POSITIVE_INFINITY) <= this.#runner.runnerEpoch)
    let linked = false
    for (const path of done) {
      const part = workPartOf(nameOf(path))
      const epoch = part === null ? null : this.#state.find(part)
      if (part === null || epoch === null || epoch.runner !== part.runner || part.part >= epoch.parts) continue
      try {
        await this.#checkUnnamed(path, partName(part, epoch.extension))
        const newPath = `${layout.folder}/${partName(part, epoch.extension)}`
        // Whoever gave the name may have failed to make it durable, or this one would be gone.
        if (!(await linkPart(disk, path, newPath))) await renewPart(disk, layout, { path, newPath }, this.#hidden('again'))
      } catch (error) {
        // The older runner that published it has given the name itself, made it durable, and removed this one.
        if ((await disk.stat(path)) !== null) throw error
      }
      linked = true
    }
    if (linked) await disk.syncFolder(layout.folder)
    for (const path of [...done, this.#hidden('again')]) await disk.remove(path)
  }

  /** Nobody has read a part that has no name yet, so it must be what was published. */
  async #checkUnnamed(path: string, name: string): Promise<void> {
    const published = this.#state.lastEntry?.parts.find((one) => one.name === name)
    if (published === undefined) return
    let checksum = 0
    for await (const chunk of this.#options.disk.read(path)) checksum = crc32(chunk, checksum)
    if (checksumText(checksum) === published.crc32) return
    throw new MillraceError('CHECKPOINT_DAMAGED', `'${path}' is to become the part '${name}', and is not what was published.`, {
      hint: 'Something changed the file, or the disk lost what it had confirmed. Restore it from a copy, or move it away to go on without it.',
      details: { path, name },
    })
  }

  async #removeSuperseded(): Promise<void> {
    const { disk, layout } = this.#options
    if (this.#state.superseded.length === 0) return
    for (const { token, parts, extension } of this.#state.superseded) {
      for (let part = 0; part < parts; part++) await disk.remove(`${layout.folder}/${partName({ ...token, part }, extension)}`)
    }
    await disk.syncFolder(layout.folder)
  }

  async #checkLast(): Promise<void> {
    const { disk, layout } = this.#options
    for (const { name, bytes } of this.#state.lastEntry?.parts ?? []) {
      const path = `${layout.folder}/${name}`
      const found = await disk.stat(path)
      if (found !== null && found.sizeBytes !== bytes)
        throw new MillraceError('CHECKPOINT_DAMAGED', `The part '${path}' has ${found.sizeBytes} bytes, and ${bytes} were published.`, {
          hint: 'Something changed the file, or the disk lost what it had confirmed. Restore it from a copy, or move it away to go on without it.',
          details: { path, sizeBytes: found.sizeBytes, published: bytes },
        })
    }
  }
}

/** Reads the manifest and puts a fence at its end. */
async function takeOver(
  { disk, layout, queryId }: ManifestOptions,
  runner: RunnerInfo,
  committed: CommittedOutput | null,
): Promise<ManifestState> {
  const { runnerEpoch, lineage, rewoundTo } = runner
  const hidden = `${layout.work}/${digits(runnerEpoch)}-entry`
  const entry = { kind: 'fence' as const, query: queryId, runner: runnerEpoch, lineage, rewoundTo }
  for (let state = new ManifestState(); ; ) {
    await readLog(disk, layout.log, state)
    checkOwner(layout.folder, state, queryId)
    if (state.next === 1) await checkUnowned(disk, layout)
    if (state.runner >= runnerEpoch) throw fenced(layout.folder, state.runner)
    if (state.lineage > lineage) throw olderCheckpoint(layout.folder, state, lineage)
    checkHas(layout.folder, state, committed)
    await renewLastEntry(disk, layout, state, `${layout.work}/${digits(runnerEpoch)}-again`)
    const file = await publishEntry(disk, layout, state, { entry, hidden })
    if (file === null) continue
    // The second look: whether the fence stands at the end of the log. Otherwise all is read anew.
    const others = (await logFiles(disk, layout.log)).filter((one) => one.to >= file.from && one.path !== file.path)
    if (others.length === 0) return state
    state = new ManifestState()
  }
}

/** Throws SINK_FAILED where the output is another query's. */
export function checkOwner(folder: string, { query }: Pick<ManifestState, 'query'>, queryId: string): void {
  if (query === null || query === queryId) return
  throw new MillraceError(
    'SINK_FAILED',
    `The folder '${folder}' has the output of another query (its id is ${query}, this one's ${queryId}).`,
    {
      hint: 'Write into another folder, or start from the checkpoint of that query.',
      details: { path: folder, owner: query, queryId },
    },
  )
}

/** Throws OUTPUT_OLDER_THAN_CHECKPOINT. What was committed to another folder is not asked of this one. */
function checkHas(folder: string, { last }: ManifestState, committed: CommittedOutput | null): void {
  if (committed === null || (last?.token.epoch ?? -1) >= committed.epoch) return
  const { output } = committed.token as { readonly output?: string }
  if (output !== resolve(folder)) return
  throw new MillraceError(
    'OUTPUT_OLDER_THAN_CHECKPOINT',
    last === null
      ? `The output in '${folder}' has nothing of what the checkpoint has committed to it, up to epoch ${committed.epoch}.`
      : `The output in '${folder}' ends with epoch ${last.token.epoch}, and the checkpoint has committed up to epoch ${committed.epoch} to it.`,
    {
      hint:
        last === null
          ? 'Restore the output, or begin a new checkpoint. To go on without what is gone, write into another folder.'
          : `Restore the output, or take the query back to its last epoch: millrace checkpoint rewind <location> --to ${last.token.epoch}.`,
      details: { path: folder, last: last?.token.epoch ?? null, committed: committed.epoch },
    },
  )
}

/** Readers would not see parts that were there before the manifest. */
async function checkUnowned(disk: Disk, { folder, log }: OutputLayout): Promise<void> {
  const foreign = (await disk.list(folder)).find(({ path }) => nameOf(path).startsWith('part-'))
  // Where there is a manifest by now, another runner began it, and the part may be its.
  if (foreign === undefined || (await logFiles(disk, log)).length > 0) return
  throw new MillraceError('SINK_FAILED', `The folder '${folder}' has parts that no manifest lists, such as '${nameOf(foreign.path)}'.`, {
    hint: 'A query with a checkpoint writes into a folder of its own. Choose another folder, or move those files away.',
    details: { path: folder, part: foreign.path },
  })
}

function olderCheckpoint(folder: string, state: ManifestState, lineage: number): MillraceError {
  return new MillraceError(
    'CHECKPOINT_OLDER_THAN_OUTPUT',
    `The output in '${folder}' has lineage ${state.lineage}, and the checkpoint only ${lineage}.`,
    { details: { path: folder, lineage: state.lineage } },
  )
}
