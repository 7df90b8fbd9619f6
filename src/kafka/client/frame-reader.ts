/**
 * Reads frames from a channel in place: four bytes of length, then the frame, straight into memory of its own. Nothing is copied and nothing is put together.
 * A length is believed up to a limit, and memory for a frame is taken only when its length is known.
 */
import { MillraceError } from '../../error.ts'
import type { Receiver } from '../../io/io.ts'
import type { FrameMemory } from './frame-memory.ts'

const PREFIX_BYTES = 4
/** A record of TLS that says "alert", seen as a length. */
const TLS_ALERT = 0x1503

export interface FrameListener {
  /** The frame without its length; its memory is whose who listens. */
  frame(bytes: Uint8Array): void
  /** What arrives cannot be frames. The channel is of no use any more. */
  fault(error: MillraceError): void
  closed(error: Error | null): void
}

export class FrameReader implements Receiver {
  readonly #memory: FrameMemory
  readonly #frameBytesMax: number
  readonly #listener: FrameListener
  readonly #prefix = new Uint8Array(PREFIX_BYTES)
  /** The frame that is being read; the prefix while its length is not known. */
  #target: Uint8Array = this.#prefix
  #have = 0
  #faulty = false

  constructor(memory: FrameMemory, frameBytesMax: number, listener: FrameListener) {
    this.#memory = memory
    this.#frameBytesMax = frameBytesMax
    this.#listener = listener
  }

  room(): Uint8Array {
    return this.#target.subarray(this.#have)
  }

  received(sizeBytes: number): void {
    if (this.#faulty) return
    this.#have += sizeBytes
    if (this.#have < this.#target.length) return
    const target = this.#target
    this.#have = 0
    this.#target = this.#prefix
    if (target === this.#prefix) this.#begin()
    else this.#listener.frame(target)
  }

  closed(error: Error | null): void {
    this.#listener.closed(error)
  }

  #begin(): void {
    const prefix = this.#prefix
    const length = new DataView(prefix.buffer).getInt32(0)
    // The shortest frame is a correlation id.
    if (length >= PREFIX_BYTES && length <= this.#frameBytesMax) this.#target = this.#memory.take(length)
    else {
      this.#faulty = true
      const hint = length >> 16 === TLS_ALERT ? 'The listener at this port speaks TLS: set tls.' : undefined
      const message = `A frame of ${length} bytes is announced, and ${this.#frameBytesMax} are allowed.`
      this.#listener.fault(new MillraceError('KAFKA_PROTOCOL_ERROR', message, hint === undefined ? {} : { hint }))
    }
  }
}
