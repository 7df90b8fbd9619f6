/**
 * Writes Kafka's wire types one after the other into bytes that grow. Long runs of bytes (record batches) are not copied: the message becomes several parts,
 * to be sent one after the other. What does not fit its wire type is refused with KAFKA_PROTOCOL_ERROR, never cut.
 */
import { protocolFault } from './fault.ts'
import { uuidBytes } from './uuid.ts'
import { STRING_BYTES_MAX } from './wire-reader.ts'

const TWO_32 = 4_294_967_296
const INT32_MAX = 0x7fff_ffff
/** Copying less than this is cheaper than one more part. */
const OWN_PART_BYTES_MIN = 8192

/** One message or frame, in parts that follow each other. */
export interface WireParts {
  readonly parts: readonly Uint8Array[]
  readonly byteLength: number
}

export class WireWriter {
  #bytes: Buffer
  #view: DataView
  #at = 0
  /** Where the current part begins in #bytes. */
  #from = 0
  readonly #parts: Uint8Array[] = []
  #partsBytes = 0

  constructor(sizeHint = 256) {
    this.#bytes = Buffer.allocUnsafeSlow(sizeHint)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get byteLength(): number {
    return this.#partsBytes + this.#at - this.#from
  }

  int8(value: number): void {
    this.#integer(value, -128, 127)
    const at = this.#advance(1)
    this.#view.setInt8(at, value)
  }
  bool(value: boolean): void {
    const at = this.#advance(1)
    this.#view.setInt8(at, value ? 1 : 0)
  }
  int16(value: number): void {
    this.#integer(value, -32768, 32767)
    const at = this.#advance(2)
    this.#view.setInt16(at, value)
  }
  uint16(value: number): void {
    this.#integer(value, 0, 65535)
    const at = this.#advance(2)
    this.#view.setUint16(at, value)
  }
  int32(value: number): void {
    this.#integer(value, -INT32_MAX - 1, INT32_MAX)
    const at = this.#advance(4)
    this.#view.setInt32(at, value)
  }
  uint32(value: number): void {
    this.#integer(value, 0, TWO_32 - 1)
    const at = this.#advance(4)
    this.#view.setUint32(at, value)
  }
  int64(value: number): void {
    this.#integer(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    const at = this.#advance(8)
    this.#view.setInt32(at, Math.floor(value / TWO_32))
    this.#view.setUint32(at + 4, value >>> 0)
  }
  bigInt64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) protocolFault(`the integer ${value} does not fit 64 bits`)
    const at = this.#advance(8)
    this.#view.setBigInt64(at, value)
  }
  float64(value: number): void {
    const at = this.#advance(8)
    this.#view.setFloat64(at, value)
  }
  uuid(value: string): void {
    this.raw(uuidBytes(value))
  }

  uvarint(value: number): void {
    this.#integer(value, 0, TWO_32 - 1)
    let at = this.#advance(uvarintBytes(value))
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.#bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[at] = rest
  }
  varint(value: number): void {
    this.#integer(value, -INT32_MAX - 1, INT32_MAX)
    this.uvarint(((value << 1) ^ (value >> 31)) >>> 0)
  }
  varlong(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) protocolFault(`the integer ${value} does not fit 64 bits`)
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.#byte(Number(rest))
  }

  nullableString(value: string | null): void {
    if (value === null) {
      this.int16(-1)
      return
    }
    const length = this.#stringBytes(value)
    this.int16(length)
    this.#text(value, length)
  }
  compactNullableString(value: string | null): void {
    if (value === null) {
      this.uvarint(0)
      return
    }
    const length = this.#stringBytes(value)
    this.uvarint(length + 1)
    this.#text(value, length)
  }
  nullableBytes(value: Uint8Array | null): void {
    if (value === null) {
      this.int32(-1)
      return
    }
    this.int32(value.length)
    this.raw(value)
  }
  compactNullableBytes(value: Uint8Array | null): void {
    if (value === null) {
      this.uvarint(0)
      return
    }
    this.uvarint(value.length + 1)
    this.raw(value)
  }

  /** Bytes as they are. Long ones become a part of their own, and must not change until the message was sent. */
  raw(bytes: Uint8Array): void {
    if (bytes.length >= OWN_PART_BYTES_MIN) {
      this.#closePart()
      this.#parts.push(bytes)
      this.#partsBytes += bytes.length
      return
    }
    const at = this.#advance(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** What `write` writes (no long runs of bytes), behind its length as a uvarint. */
  sized(write: () => void): void {
    const offset = this.#advance(1) - this.#from
    const parts = this.#parts.length
    write()
    if (this.#parts.length !== parts) protocolFault('a tagged field is longer than this writer allows')
    const at = this.#from + offset
    const size = this.#at - at - 1
    const wider = uvarintBytes(size) - 1
    if (wider > 0) {
      const end = this.#advance(wider)
      this.#bytes.copyWithin(end - size + wider, end - size, end)
    }
    const end = this.#at
    this.#at = end - size - wider - 1
    this.uvarint(size)
    this.#at = end
  }

  /** All that was written, in parts. Nothing may be written afterwards. */
  finish(): WireParts {
    this.#closePart()
    return { parts: this.#parts, byteLength: this.#partsBytes }
  }
  /** All that was written, in one piece. */
  concat(): Uint8Array {
    const { parts, byteLength } = this.finish()
    const [first] = parts
    return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts, byteLength)
  }

  #closePart(): void {
    if (this.#at > this.#from) this.#parts.push(this.#bytes.subarray(this.#from, this.#at))
    this.#partsBytes += this.#at - this.#from
    this.#from = this.#at
  }
  #integer(value: number, min: number, max: number): void {
    if (!(Number.isInteger(value) && value >= min && value <= max))
      protocolFault(`${String(value)} is not an integer from ${min} to ${max}`)
  }
  #stringBytes(value: string): number {
    const length = Buffer.byteLength(value, 'utf8')
    if (length > STRING_BYTES_MAX) protocolFault(`a string has ${length} bytes, and ${STRING_BYTES_MAX} are allowed`)
    return length
  }
  #text(value: string, length: number): void {
    const at = this.#advance(length)
    this.#bytes.write(value, at, length, 'utf8')
  }
  #byte(value: number): void {
    const at = this.#advance(1)
    this.#bytes[at] = value
  }
  // Where to write comes first: advancing may replace the bytes.
  #advance(length: number): number {
    if (this.#at + length > this.#bytes.length) {
      const written = this.#at - this.#from
      // Parts that are closed keep the bytes that they stand in.
      const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, written + length))
      this.#bytes.copy(grown, 0, this.#from, this.#at)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
      this.#from = 0
      this.#at = written
    }
    const at = this.#at
    this.#at = at + length
    return at
  }
}

const uvarintBytes = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5
