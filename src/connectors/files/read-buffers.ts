/**
 * The memory that files are read into. It is used again when the engine says that it has taken what it needs (`release`), since new memory costs a page fault
 * for every 4 KiB, which is more than reading them from the system's cache.
 *
 * A chunk begins LEAD_BYTES into its buffer, where the unfinished line of the chunk before is put in front of it, and ends before some bytes that nobody uses,
 * so that a decoder may read words beyond its last byte. With 16 bytes that the allocator (glibc's) keeps in front of a large block, LEAD_BYTES make the chunk
 * begin with a page: the system copies between pages that are aligned alike two to three times as fast.
 */
import { Buffer } from 'node:buffer'
import { LEAD_BYTES } from '../lines/carried-bytes.ts'

const SLACK_BYTES = 64
/** One that is read into, and one that is decoded. */
const KEPT_MAX = 2

export class ReadBuffers {
  readonly #free: ArrayBufferLike[] = []

  take(sizeBytes: number): Uint8Array {
    const needed = LEAD_BYTES + sizeBytes + SLACK_BYTES
    const at = this.#free.findIndex((one) => one.byteLength >= needed)
    // New memory is not filled with zeros first, and is no part of the pool that small buffers share.
    const buffer = at < 0 ? Buffer.allocUnsafeSlow(needed).buffer : (this.#free.splice(at, 1)[0] as ArrayBufferLike)
    return new Uint8Array(buffer, LEAD_BYTES, sizeBytes)
  }

  /** Nobody looks at the buffer of these bytes any more. */
  giveBack({ buffer }: Uint8Array): void {
    if (this.#free.includes(buffer)) return
    this.#free.push(buffer)
    if (this.#free.length > KEPT_MAX) this.#free.sort((a, b) => b.byteLength - a.byteLength).pop()
  }
}
