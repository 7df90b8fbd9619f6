/**
 * A log in segments, `<runner epoch>-<number>` in one folder: the journal and the logs of sources are such. Only its runner appends to a segment. The first
 * block of a segment says which one it goes on from, and how long that one was when it was read: what an older runner appended later is not in the log.
 *
 * Fault model: a segment is created exclusively, its first block is synced and then its folder, before anything is appended. One without a good first block
 * was never used, and is not there for readers. The segment that is gone on from is pinned by length and checksum: if it is shorter or other, it is damage.
 */

import { basename } from 'node:path'
import { assert, MillraceError } from '../../error.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type { Disk, WritableFile } from '../../io/io.ts'
import type { Json } from '../../plan/contracts/source.ts'
import { type Block, encodeBlock, nameChecksum, scanBlocks } from './block.ts'
import { decodeJson, encodeJson } from './payload.ts'

/** Where a segment ends for those that go on from it. */
export interface Seal {
  readonly name: string
  readonly length: number
  readonly checksum: number
}
export interface SegmentHeader {
  readonly format: number
  readonly runnerEpoch: number
  readonly sequence: number
  /** Null in the first segment of a log. */
  readonly previous: Seal | null
  /** What the kind of log keeps here. */
  readonly content: Json
}
export interface Segment {
  readonly name: string
  readonly path: string
  readonly header: SegmentHeader
  /** Only those before the seal; the first one is the header's. */
  readonly blocks: readonly Block[]
  readonly seal: Seal
  /** Bytes behind the last good block; 0 where the segment is sealed. */
  readonly tornBytes: number
}
export interface LogScan {
  /** Oldest first; segments that nothing goes on from are not among them. */
  readonly segments: readonly Segment[]
  /** Files that are not part of the log: never used, or of a runner that was shut out. */
  readonly strays: readonly string[]
  /** Where the oldest one goes on from a segment that is not there any more. */
  readonly missing: Seal | null
}

export const FORMAT_VERSION = 1
const NAME = /^(\d{10})-(\d{6})$/
export const segmentName = (runnerEpoch: number, sequence: number): string =>
  `${String(runnerEpoch).padStart(10, '0')}-${String(sequence).padStart(6, '0')}`

/**
 * Reads a log. `kind` is part of every chain, so that a file of another log is damage. `keep` cuts payloads down to what is kept in memory: without it that is
 * the whole log. Throws CHECKPOINT_DAMAGED, CHECKPOINT_FORMAT.
 */
export async function scanLog(
  disk: Disk,
  folder: string,
  kind: string,
  keep: (payload: Uint8Array) => Uint8Array = (payload) => payload,
): Promise<LogScan> {
  if ((await disk.stat(folder)) === null) return { segments: [], strays: [], missing: null }
  const names = (await disk.list(folder)).map((info) => basename(info.path)).filter((name) => NAME.test(name))
  const found = new Map<string, Segment>()
  for (const name of names.sort()) {
    const segment = await readSegment(disk, folder, kind, name, keep)
    if (segment !== null) found.set(name, segment)
  }
  const chain: Segment[] = []
  let missing: Seal | null = null
  let next = [...found.values()].at(-1)
  while (next !== undefined) {
    chain.unshift(next)
    const { previous }: SegmentHeader = next.header
    if (previous === null) break
    const before = found.get(previous.name)
    if (before === undefined) missing = previous
    next = before === undefined ? undefined : sealed(before, previous)
  }
  const used = new Set(chain.map((segment) => segment.name))
  return { segments: chain, strays: names.filter((name) => !used.has(name)).map((name) => `${folder}/${name}`), missing }
}

async function readSegment(
  disk: Disk,
  folder: string,
  kind: string,
  name: string,
  keep: (payload: Uint8Array) => Uint8Array,
): Promise<Segment | null> {
  const path = `${folder}/${name}`
  const { blocks, length, tornBytes } = scanBlocks(path, `${kind}/${name}`, await readWhole(disk, path))
  const [first] = blocks
  if (first === undefined) return null
  const header = decodeJson(first.payload, path).json as unknown as SegmentHeader
  if (header.format !== FORMAT_VERSION) {
    throw new MillraceError(
      'CHECKPOINT_FORMAT',
      `'${path}' has format ${header.format}, and this version reads format ${FORMAT_VERSION}.`,
      {
        details: { path, format: header.format },
      },
    )
  }
  const kept = blocks.map((block) => ({ ...block, payload: keep(block.payload) }))
  return { name, path, header, blocks: kept, seal: { name, length, checksum: blocks.at(-1)?.checksum ?? 0 }, tornBytes }
}

function sealed(segment: Segment, seal: Seal): Segment {
  const last = segment.blocks.findIndex((block) => block.endOffset === seal.length && block.checksum === seal.checksum)
  if (last < 0) {
    throw new MillraceError(
      'CHECKPOINT_DAMAGED',
      `'${segment.path}' is damaged: the log goes on from its first ${seal.length} bytes, and they are not what they were.`,
      { details: { path: segment.path, length: seal.length, found: segment.seal.length } },
    )
  }
  return { ...segment, blocks: segment.blocks.slice(0, last + 1), seal, tornBytes: 0 }
}

export async function readWhole(
  disk: Disk,
  path: string,
  range: { readonly start?: number; readonly end?: number } = {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of disk.read(path, range)) chunks.push(chunk)
  if (chunks.length === 1) return chunks[0] as Uint8Array
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** Appends blocks to the newest segment, and begins new ones. After an error it refuses everything: what a failed sync left is not known. */
export class SegmentWriter {
  readonly #disk: Disk
  readonly #folder: string
  readonly #kind: string
  readonly #runnerEpoch: number
  #sequence = -1
  #file: WritableFile | null = null
  #blocks = 0
  #seal: Seal | null
  #failed = false
  #unsynced = false

  /** `previous`: what the first segment goes on from. */
  constructor(disk: Disk, folder: string, kind: string, runnerEpoch: number, previous: Seal | null) {
    this.#disk = disk
    this.#folder = folder
    this.#kind = kind
    this.#runnerEpoch = runnerEpoch
    this.#seal = previous
  }

  get length(): number {
    return this.#file === null ? 0 : (this.#seal?.length ?? 0)
  }
  get name(): string {
    return segmentName(this.#runnerEpoch, this.#sequence)
  }

  /** Begins the next segment; it is durable when this resolves. */
  async roll(content: Json): Promise<void> {
    await this.#guarded(async () => {
      // Somebody may count on what was written and not synced yet: a sync of the next file says nothing of this one.
      if (this.#unsynced) await this.#file?.sync()
      await this.#file?.close()
      this.#unsynced = false
      this.#sequence++
      const header: SegmentHeader = {
        format: FORMAT_VERSION,
        runnerEpoch: this.#runnerEpoch,
        sequence: this.#sequence,
        previous: this.#seal,
        content,
      }
      this.#file = await this.#disk.create(`${this.#folder}/${this.name}`)
      crashPoint('journal.rolled')
      this.#blocks = 0
      this.#seal = { name: this.name, length: 0, checksum: nameChecksum(`${this.#kind}/${this.name}`) }
      await this.#write(encodeJson(header as unknown as Json, []))
      await this.#file.sync()
      await this.#disk.syncFolder(this.#folder)
    })
  }

  /** Appends a block, which is durable after `sync`. */
  async write(payload: Uint8Array): Promise<{ readonly offset: number; readonly endOffset: number; readonly checksum: number }> {
    return this.#guarded(async () => {
      assert(this.#file !== null, `the log ${this.#folder} is written before it is open`)
      const offset = this.length
      this.#unsynced = true
      await this.#write(payload)
      return { offset, endOffset: this.length, checksum: this.#seal?.checksum ?? 0 }
    })
  }

  async sync(): Promise<void> {
    await this.#guarded(async () => {
      await this.#file?.sync()
      this.#unsynced = false
    })
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close()
  }

  async #write(payload: Uint8Array): Promise<void> {
    const seal = this.#seal as Seal
    const { bytes, checksum } = encodeBlock(this.#blocks, seal.checksum, payload)
    await this.#file?.append(bytes)
    this.#blocks++
    this.#seal = { name: seal.name, length: seal.length + bytes.length, checksum }
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failed) throw new MillraceError('CHECKPOINT_FAILED', `'${this.#folder}' is not written any more: an earlier write failed.`)
    try {
      return await work()
    } catch (error) {
      this.#failed = true
      if (error instanceof MillraceError) throw error
      const message = error instanceof Error ? error.message : String(error)
      throw new MillraceError('CHECKPOINT_FAILED', `'${this.#folder}' cannot be written: ${message}.`, {
        details: { path: this.#folder },
        cause: error,
      })
    }
  }
}
