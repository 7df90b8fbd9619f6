/** Writes little-endian numbers and lanes one after the other into bytes that grow. */
import { assert } from '../error.ts'

assert(new Uint8Array(Uint16Array.of(1).buffer)[0] === 1, 'this machine is big-endian, and files of lanes are little-endian')

export class ByteWriter {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  get length(): number {
    return this.#length
  }
  // Where to write comes first: advancing may replace the bytes.

  uint8(value: number): void {
    const at = this.#advance(1)
    this.#bytes[at] = value
  }
  uint32(value: number): void {
    const at = this.#advance(4)
    this.#view.setUint32(at, value, true)
  }
  float64(value: number): void {
    const at = this.#advance(8)
    this.#view.setFloat64(at, value, true)
  }
  bytes(bytes: Uint8Array): void {
    const at = this.#advance(bytes.length)
    this.#bytes.set(bytes, at)
  }
  /** The entries of a typed array. */
  lane(lane: ArrayBufferView): void {
    this.bytes(new Uint8Array(lane.buffer, lane.byteOffset, lane.byteLength))
  }
  /** Room for so many bytes, to be written before anything else is. */
  room(length: number): Uint8Array {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }
  /** All that was written, as long as nothing more is. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #advance(length: number): number {
    const at = this.#length
    this.#length += length
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    return at
  }
}
