/**
 * A cursor over the bytes of one message, for Kafka's wire types (big-endian). Every length and count is checked against the bytes that remain before anything
 * is made from it, so that what a message costs is in proportion to its size. Whatever the bytes are, only KAFKA_PROTOCOL_ERROR is thrown.
 *
 * - 64-bit integers are numbers: offsets, times and ids. Beyond ±(2^53 − 1) they are refused, since nobody could compute with them.
 * - What `bytes` and `records` return shares memory with the message.
 */
import { protocolFault } from './fault.ts'
import { UUID_BYTES } from './uuid.ts'

const TWO_32 = 4_294_967_296
/** Strings have at most so many bytes, in either encoding. */
export const STRING_BYTES_MAX = 0x7fff

export class WireReader {
  readonly #bytes: Buffer
  readonly #view: DataView
  #at: number
  #end: number

  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = from
    this.#end = to
  }

  get position(): number {
    return this.#at
  }
  get remaining(): number {
    return this.#end - this.#at
  }

  int8(): number {
    return this.#view.getInt8(this.#advance(1))
  }
  bool(): boolean {
    return this.#view.getInt8(this.#advance(1)) !== 0
  }
  int16(): number {
    return this.#view.getInt16(this.#advance(2))
  }
  uint16(): number {
    return this.#view.getUint16(this.#advance(2))
  }
  int32(): number {
    return this.#view.getInt32(this.#advance(4))
  }
  uint32(): number {
    return this.#view.getUint32(this.#advance(4))
  }
  int64(): number {
    const at = this.#advance(8)
    const value = this.#view.getInt32(at) * TWO_32 + this.#view.getUint32(at + 4)
    if (!Number.isSafeInteger(value)) this.fault(`the integer ${this.#view.getBigInt64(at)} is beyond ±(2^53 − 1)`)
    return value
  }
  /** The same, but what is beyond is the nearest number. */
  int64Near(): number {
    const at = this.#advance(8)
    const value = this.#view.getInt32(at) * TWO_32 + this.#view.getUint32(at + 4)
    return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
  }
  bigInt64(): bigint {
    return this.#view.getBigInt64(this.#advance(8))
  }
  float64(): number {
    return this.#view.getFloat64(this.#advance(8))
  }
  uuid(): string {
    const at = this.#advance(UUID_BYTES)
    return this.#bytes.toString('base64url', at, at + UUID_BYTES)
  }

  /** An unsigned integer of up to 32 bits, seven a byte, the lowest first. */
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#view.getUint8(this.#advance(1))
      if (shift === 28 && byte > 0x0f) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    return this.fault('an integer of variable length has more than 32 bits')
  }
  /** A signed integer of up to 32 bits, its sign in the lowest bit. */
  varint(): number {
    const value = this.uvarint()
    return (value >>> 1) ^ -(value & 1)
  }
  /** A signed integer of up to 64 bits, its sign in the lowest bit. */
  varlong(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#view.getUint8(this.#advance(1))
      if (shift === 63n && byte > 0x01) break
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
    }
    return this.fault('an integer of variable length has more than 64 bits')
  }

  nullableString(): string | null {
    return this.#string(this.int16())
  }
  compactNullableString(): string | null {
    return this.#string(this.uvarint() - 1)
  }
  nullableBytes(): Uint8Array | null {
    return this.#range(this.int32())
  }
  compactNullableBytes(): Uint8Array | null {
    return this.#range(this.uvarint() - 1)
  }
  /** How many elements follow, each of at least `bytesMin` bytes; -1 for a null array. */
  arrayLength(bytesMin: number): number {
    return this.#count(this.int32(), bytesMin)
  }
  compactArrayLength(bytesMin: number): number {
    return this.#count(this.uvarint() - 1, bytesMin)
  }

  /**
   * The tagged fields at the end of a flexible struct. `known` reads the field of its tag and returns true, or returns false for one to be passed over.
   * A field must have exactly the length that it declares.
   */
  taggedFields(known: (tag: number) => boolean): void {
    const count = this.#count(this.uvarint(), 2)
    for (let index = 0; index < count; index++) {
      const tag = this.uvarint()
      const size = this.uvarint()
      this.#expect(size)
      const outer = this.#end
      const end = this.#at + size
      this.#end = end
      if (!known(tag)) this.#at = end
      if (this.#at !== end) this.fault(`the field of tag ${tag} ends ${end - this.#at} bytes too early`)
      this.#end = outer
    }
  }

  /** The next bytes, which share memory with the message. */
  raw(length: number): Uint8Array {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }
  /** Throws unless everything was read. */
  end(): void {
    if (this.remaining > 0) this.fault(`${this.remaining} bytes are left over`)
  }
  fault(why: string): never {
    return protocolFault(`at byte ${this.#at}, ${why}`, { at: this.#at, length: this.#bytes.length })
  }

  #string(length: number): string | null {
    if (length < 0) return this.#absent(length)
    if (length > STRING_BYTES_MAX) this.fault(`a string has ${length} bytes`)
    const at = this.#advance(length)
    return this.#bytes.toString('utf8', at, at + length)
  }
  #range(length: number): Uint8Array | null {
    if (length < 0) return this.#absent(length)
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }
  #count(count: number, bytesMin: number): number {
    if (count < -1) this.#absent(count)
    if (count * bytesMin > this.remaining) this.fault(`${count} elements are announced, and ${this.remaining} bytes remain`)
    return count
  }
  #absent(length: number): null {
    return length === -1 ? null : this.fault(`a length is ${length}`)
  }
  #expect(length: number): void {
    if (length > this.#end - this.#at) this.fault(`${length} bytes are expected, and ${this.remaining} remain`)
  }
  #advance(length: number): number {
    const at = this.#at
    if (length > this.#end - at) this.#expect(length)
    this.#at = at + length
    return at
  }
}
