/** Reads what byte-writer.ts wrote. Whatever the bytes are, it reads nothing beyond their end, and says CHECKPOINT_DAMAGED instead. */
import { MillraceError } from '../error.ts'

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #what: string
  #at = 0

  /** `what` the bytes are, for messages: 'the state of an operator'. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }
  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }
  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), true)
  }
  /** The next bytes; they share memory with what is read. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }
  /** Fills a typed array, whose entries the caller has counted: the bytes are there before it is made, see `expect`. */
  lane<T extends ArrayBufferView>(lane: T): T {
    new Uint8Array(lane.buffer, lane.byteOffset, lane.byteLength).set(this.bytes(lane.byteLength))
    return lane
  }
  /** Throws unless so many bytes remain. */
  expect(length: number): void {
    if (length > this.remaining) this.damaged(`${length} bytes are expected at byte ${this.#at}, and ${this.remaining} are there`)
  }
  /** Throws unless everything was read. */
  end(): void {
    if (this.remaining > 0) this.damaged(`${this.remaining} bytes are left over at byte ${this.#at}`)
  }
  damaged(why: string): never {
    throw new MillraceError('CHECKPOINT_DAMAGED', `The bytes of ${this.#what} cannot be read: ${why}.`, {
      details: { what: this.#what, at: this.#at, length: this.#bytes.length, why },
    })
  }

  #advance(length: number): number {
    this.expect(length)
    const at = this.#at
    this.#at += length
    return at
  }
}
