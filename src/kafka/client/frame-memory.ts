/**
 * Memory for the frames of one connection. Large frames (fetched records) come from a few buffers that are used again once they are given back; small ones are
 * made and left to the collector. Behind each frame are `SLACK_BYTES` more, so that who reads words at its end stays inside.
 */
export const SLACK_BYTES = 64
/** Below this, making memory costs less than minding it. */
const KEPT_BYTES_MIN = 64 * 1024
const KEPT_MAX = 4
/** A frame takes at most so many times the memory that it needs. */
const WASTE_MAX = 4

export class FrameMemory {
  readonly #free: ArrayBuffer[] = []

  take(length: number): Uint8Array {
    const needed = length + SLACK_BYTES
    if (needed < KEPT_BYTES_MIN) return new Uint8Array(new ArrayBuffer(needed), 0, length)
    let best = -1
    for (let i = 0; i < this.#free.length; i++) {
      const size = this.#free[i]?.byteLength ?? 0
      if (size >= needed && size <= WASTE_MAX * needed && (best < 0 || size < (this.#free[best]?.byteLength ?? 0))) best = i
    }
    const [found] = best < 0 ? [] : this.#free.splice(best, 1)
    return new Uint8Array(found ?? new ArrayBuffer(roomy(needed)), 0, length)
  }

  /** Nobody reads the frame any more. Where too many lie, the smallest goes. */
  give(frame: Uint8Array): void {
    const buffer = frame.buffer as ArrayBuffer
    if (buffer.byteLength < KEPT_BYTES_MIN || this.#free.includes(buffer)) return
    this.#free.push(buffer)
    if (this.#free.length > KEPT_MAX) this.#free.sort((a, b) => b.byteLength - a.byteLength).pop()
  }
}

/** Up to the next quarter of a power of two, so that frames of about the same size fit each other's memory. */
function roomy(sizeBytes: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(sizeBytes)) - 2)
  return Math.ceil(sizeBytes / step) * step
}
