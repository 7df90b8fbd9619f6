/** What the file sink does with the parts of an epoch: with a checkpoint they go through a manifest (manifest-output.ts), without one they just get names. */
import { MillraceError } from '../../error.ts'
import type { Disk } from '../../io/io.ts'
import type { EpochInfo, EpochToken, SinkToken } from '../../plan/contracts/sink.ts'
import { linkOnce } from './manifest-log.ts'
import { digits, nameOf, type OutputLayout } from './output-layout.ts'
import type { WrittenPart } from './part-writer.ts'

export interface EpochOutput {
  /** Throws QUERY_FENCED where a newer runner has taken over. */
  check(): Promise<void>
  /** Whether readers see the epoch already: then it has no effect. */
  has(info: EpochInfo): boolean
  /** The name of a part in the work folder. */
  workName(info: EpochInfo, part: number): string
  /** Makes the parts, which are synced, visible: all of them or none. Null where there are no rows. */
  publish(info: EpochInfo, token: EpochToken, parts: readonly WrittenPart[]): Promise<SinkToken>
}

/**
 * At least once, for a query without a checkpoint: each start writes names of its own, so that nothing that is there is replaced. What a crash leaves under
 * hidden names stays.
 */
export class LooseOutput implements EpochOutput {
  readonly #disk: Disk
  readonly #layout: OutputLayout
  readonly #extension: string
  readonly #start: string
  #last = -1

  constructor(disk: Disk, layout: OutputLayout, { extension, start }: { readonly extension: string; readonly start: string }) {
    this.#disk = disk
    this.#layout = layout
    this.#extension = extension
    this.#start = start
  }

  check(): Promise<void> {
    return Promise.resolve()
  }
  has({ epoch }: EpochInfo): boolean {
    return epoch <= this.#last
  }
  workName({ epoch }: EpochInfo, part: number): string {
    return `${this.#start}-${digits(epoch)}-${part}`
  }
  async publish({ epoch }: EpochInfo, _: EpochToken, parts: readonly WrittenPart[]): Promise<SinkToken> {
    const names = parts.map(({ path }) => `part-${nameOf(path)}.${this.#extension}`)
    for (const [index, { path }] of parts.entries()) await linkPart(this.#disk, path, `${this.#layout.folder}/${names[index]}`)
    if (parts.length > 0) await this.#disk.syncFolder(this.#layout.folder)
    for (const { path } of parts) await this.#disk.remove(path)
    this.#last = epoch
    return names.length === 0 ? null : { parts: names }
  }
}

/** Gives a part its name. False where it has it already; anything else that has it is refused with SINK_FAILED. */
export async function linkPart(disk: Disk, path: string, newPath: string): Promise<boolean> {
  if (await linkOnce(disk, path, newPath)) return true
  if (await isSameFile(disk, path, newPath)) return false
  throw new MillraceError('SINK_FAILED', `The file sink cannot give the name '${newPath}' to a part: another file has it.`, {
    hint: 'Move that file away: names that begin with part- are the sink’s.',
    details: { path: newPath },
  })
}

async function isSameFile(disk: Disk, a: string, b: string): Promise<boolean> {
  const [one, two] = [await disk.stat(a), await disk.stat(b)]
  if (one === null || two === null || one.sizeBytes !== two.sizeBytes) return false
  const other = disk.read(b)[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  for await (const chunk of disk.read(a)) {
    for (let at = 0; at < chunk.length; ) {
      if (rest.length === 0) {
        const next = await other.next()
        if (next.done) return false
        rest = next.value
      }
      const count = Math.min(rest.length, chunk.length - at)
      if (Buffer.compare(rest.subarray(0, count), chunk.subarray(at, at + count)) !== 0) return false
      rest = rest.subarray(count)
      at += count
    }
  }
  return true
}
