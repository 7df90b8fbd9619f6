/**
 * Whole lines of a stream of bytes, as blocks that nobody has looked through yet: a chunk up to its last line end, with what was left of the chunk before in
 * front. Where records end is found by whoever reads them (see the kind `lines` of SourceBatch). `\n`, `\r` and `\r\n` each end a line, wherever chunks are cut.
 */
import { Buffer } from 'node:buffer'
import { CarriedBytes } from './carried-bytes.ts'

const LF = 10
const CR = 13

export class LineBlocks {
  readonly #carried = new CarriedBytes()
  /** A `\r` was the last byte: a `\n` that follows belongs to it. */
  #skipLineFeed = false

  /** Bytes of the line that is not finished yet. */
  get unfinishedBytes(): number {
    return this.#carried.length
  }

  /** The lines that `chunk` finishes, or null. They share the chunk's memory, and LEAD_BYTES in front of it; of the rest a copy is kept. */
  push(chunk: Uint8Array): Uint8Array | null {
    const begin = this.#skipLineFeed && chunk[0] === LF ? 1 : 0
    if (chunk.length > 0) this.#skipLineFeed = false
    const own = begin === 0 ? chunk : chunk.subarray(begin)
    const end = behindLastLine(own)
    const block = end === 0 ? null : this.#carried.joined(own.subarray(0, end), true)
    this.#carried.add(own.subarray(end))
    if (end > 0 && end === own.length && own[end - 1] === CR) this.#skipLineFeed = true
    return block
  }

  /** The line that the end of the stream finishes, with an end of its own, or null. */
  end(): Uint8Array | null {
    this.#skipLineFeed = false
    return this.#carried.length === 0 ? null : this.#carried.joined(Uint8Array.of(LF), false)
  }
}

/** Where the last line ends, its end included; 0 where none does. A `\r` is only looked for behind the last `\n`: files without one are the rule. */
function behindLastLine(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const behind = view.lastIndexOf(LF) + 1
  return behind + view.subarray(behind).lastIndexOf(CR) + 1
}
