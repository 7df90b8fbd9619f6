/** Bytes that grow, and numbers written into them as JavaScript writes them: the shortest digits that give the number back. */

/** Four digits as bytes, by their number. */
const FOUR_DIGITS = Uint8Array.from({ length: 40_000 }, (_, index) => 0x30 + (Math.floor((index >> 2) / 10 ** (3 - (index & 3))) % 10))

export class GrowingBytes {
  bytes = new Uint8Array(64 * 1024)
  at = 0

  #room(count: number): void {
    if (this.at + count <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.at + count))
    grown.set(this.bytes.subarray(0, this.at))
    this.bytes = grown
  }

  byte(byte: number): void {
    if (this.at === this.bytes.length) this.#room(1)
    this.bytes[this.at++] = byte
  }
  put(bytes: Uint8Array): void {
    const { length } = bytes
    this.#room(length)
    // A call costs more than the bytes of a short text.
    if (length > 32) this.bytes.set(bytes, this.at)
    else for (let index = 0; index < length; index++) this.bytes[this.at + index] = bytes[index] as number
    this.at += length
  }
  ascii(text: string): void {
    const { length } = text
    this.#room(length)
    for (let index = 0; index < length; index++) this.bytes[this.at + index] = text.charCodeAt(index)
    this.at += length
  }
  two(value: number): void {
    this.digits(value, 2)
  }
  three(value: number): void {
    this.digits(value, 3)
  }
  /** The last `count` of the four digits of a number below 10,000. */
  digits(value: number, count: number): void {
    this.#room(4)
    for (let index = 4 - count; index < 4; index++) this.bytes[this.at++] = FOUR_DIGITS[4 * value + index] as number
  }

  /** What was written, as bytes of their own; the next begin anew. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.at)
    this.at = 0
    return taken
  }
}

/** A finite number. The sign of -0 is left out. */
export function putNumber(out: GrowingBytes, value: number): void {
  const whole = value | 0
  if (whole === value) putInt(out, whole)
  else if (!putHundredths(out, value)) out.ascii(String(value))
}

/** A number of at most two decimals; false where it is none. */
function putHundredths(out: GrowingBytes, value: number): boolean {
  // If value * 100 rounds to an int m of which m / 100 is the value, then m / 100 without its last zero is the shortest text: of at most 15 significant digits
  // only one decimal reads back as a double.
  const hundredfold = value * 100
  if (!(hundredfold < 2147483647 && hundredfold > -2147483647)) return false
  let scaled = (hundredfold < 0 ? hundredfold - 0.5 : hundredfold + 0.5) | 0
  if (scaled / 100 !== value) return false
  if (scaled < 0) {
    out.byte(0x2d)
    scaled = -scaled
  }
  const before = (scaled / 100) | 0
  const behind = scaled - before * 100
  putInt(out, before)
  out.byte(0x2e)
  if (behind % 10 === 0) out.digits(behind / 10, 1)
  else out.digits(behind, 2)
  return true
}

function putInt(out: GrowingBytes, value: number): void {
  if (value < 0) {
    if (value === -2147483648) {
      out.ascii('-2147483648')
      return
    }
    out.byte(0x2d)
    value = -value
  }
  if (value >= 100_000_000) {
    const top = (value / 100_000_000) | 0
    out.digits(top, top < 10 ? 1 : 2)
    value -= top * 100_000_000
    const high = (value / 10_000) | 0
    out.digits(high, 4)
    out.digits(value - high * 10_000, 4)
  } else if (value >= 10_000) {
    const high = (value / 10_000) | 0
    out.digits(high, width(high))
    out.digits(value - high * 10_000, 4)
  } else out.digits(value, width(value))
}
const width = (value: number): number => (value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4)
