/**
 * A cursor over the bytes of one JSON record. It checks RFC 8259 strictly and says where the tokens are; it makes a value only when asked for one.
 * json-records.ts relies on it to see every byte of a record, also under members that nobody wants.
 *
 * - Every method stands on the first byte of its token and leaves the cursor behind it; only `skipSpace` moves over white space.
 * - Anything wrong throws JsonFault. Nothing else is thrown, whatever the bytes are.
 * - Inside strings invalid UTF-8 is let through and read as U+FFFD, as Spark does; outside of strings a byte beyond ASCII is a fault.
 * - Objects and arrays may stand in each other DEPTH_LIMIT deep, which bounds the recursion.
 */
import { wellFormed } from '../../data/datum.ts'
import { textOf } from './text-records.ts'

export const DEPTH_LIMIT = 512

/** What is wrong with a record, and at which byte of it (from 0). */
export class JsonFault extends Error {
  readonly position: number
  constructor(message: string, position: number) {
    super(message)
    this.position = position
  }
}

const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20]
export const QUOTE = 0x22
const [PLUS, COMMA, MINUS, POINT, ZERO, COLON] = [0x2b, 0x2c, 0x2d, 0x2e, 0x30, 0x3a]
export const OPEN_BRACKET = 0x5b
const [BACKSLASH, CLOSE_BRACKET, LETTER_U, CLOSE_BRACE] = [0x5c, 0x5d, 0x75, 0x7d]
export const OPEN_BRACE = 0x7b
export const [LETTER_F, LETTER_N, LETTER_T] = [0x66, 0x6e, 0x74]
const LITERALS: Readonly<Record<number, string>> = { [LETTER_F]: 'false', [LETTER_N]: 'null', [LETTER_T]: 'true' }
/** What a letter after a backslash stands for. */
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const ESCAPE_BYTES = new Set(Object.keys(ESCAPES).map((letter) => letter.charCodeAt(0)))

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 0x39
const isHex = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)

export class JsonReader {
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  #at = 0
  #end = 0
  #depth = 0
  #stringStart = 0
  #stringEnd = 0
  #escaped = false
  #ascii = true
  // Made once: what is skipped makes no objects.
  readonly #skipElement = (): void => this.skip()
  readonly #skipMember = (): void => {
    this.#name()
    this.skip()
  }

  /** Stands at the beginning of a record, behind a byte order mark. */
  begin(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
    this.#depth = 0
    this.#at = end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? start + 3 : start
  }

  /** The byte that the cursor stands on, -1 behind the last. */
  get next(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at] as number) : -1
  }
  /** The position in the record, from 0. */
  get position(): number {
    return this.#at - this.#start
  }

  skipSpace(): void {
    for (; ; this.#at++) {
      const byte = this.next
      if (byte !== SPACE && byte !== LINE_FEED && byte !== RETURN && byte !== TAB) return
    }
  }

  /** A fault at the cursor: what was expected there, and what is there. */
  fault(expected: string): JsonFault {
    const byte = this.next
    const found = byte < 0 ? 'the end' : byte > SPACE && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${hex(byte)}`
    return new JsonFault(`expected ${expected}, found ${found}`, this.position)
  }

  /** Checks the string; `text`, `isPlain` and `isText` then speak of it. */
  string(): void {
    this.#stringStart = ++this.#at
    this.#escaped = false
    this.#ascii = true
    for (;;) {
      const byte = this.next
      if (byte === QUOTE) break
      if (byte < SPACE) throw this.fault('the rest of a string')
      this.#at++
      if (byte === BACKSLASH) this.#escape()
      else if (byte >= 0x80) this.#ascii = false
    }
    this.#stringEnd = this.#at++
  }

  #escape(): void {
    this.#escaped = true
    const letter = this.next
    if (letter !== LETTER_U && !ESCAPE_BYTES.has(letter)) throw this.fault('a letter of an escape')
    this.#at++
    if (letter !== LETTER_U) return
    for (let digit = 0; digit < 4; digit++, this.#at++) if (!isHex(this.next)) throw this.fault('a hexadecimal digit')
  }

  /** The last string as text. A lone surrogate, like every byte that is no UTF-8, becomes U+FFFD. */
  text(): string {
    return stringText(this.#bytes, this.#stringStart, this.#stringEnd, this.#escaped)
  }

  /** Whether the last string is plain ASCII without escapes; only then `isText` speaks for it. */
  get isPlain(): boolean {
    return this.#ascii && !this.#escaped
  }
  /** Whether the last string, a plain one, has just these bytes. */
  isText(bytes: Uint8Array): boolean {
    if (bytes.length !== this.#stringEnd - this.#stringStart) return false
    for (let index = 0; index < bytes.length; index++) if (bytes[index] !== this.#bytes[this.#stringStart + index]) return false
    return true
  }

  /** Checks the number; true if it has neither fraction nor exponent. */
  number(): boolean {
    let whole = true
    if (this.next === MINUS) this.#at++
    if (this.next === ZERO) this.#at++
    else this.#digits()
    if (this.next === POINT) {
      whole = false
      this.#at++
      this.#digits()
    }
    if ((this.next | 0x20) === 0x65) {
      whole = false
      this.#at++
      if (this.next === PLUS || this.next === MINUS) this.#at++
      this.#digits()
    }
    return whole
  }
  #digits(): void {
    if (!isDigit(this.next)) throw this.fault('a digit')
    while (isDigit(this.next)) this.#at++
  }

  /** Checks `true`, `false` or `null`. */
  literal(): void {
    for (const letter of LITERALS[this.next] ?? '') {
      if (this.next !== letter.charCodeAt(0)) throw this.fault(`the letter '${letter}'`)
      this.#at++
    }
  }

  /** Walks through the object; `member` is called on each value, with its name as the last string, and must move behind the value. */
  object(member: () => void): void {
    this.#items(CLOSE_BRACE, () => {
      this.#name()
      member()
    })
  }

  #name(): void {
    if (this.next !== QUOTE) throw this.fault('the name of a member in double quotes')
    this.string()
    this.skipSpace()
    if (this.next !== COLON) throw this.fault("':'")
    this.#at++
    this.skipSpace()
  }

  /** What stands between brackets, separated by commas. */
  #items(close: number, item: () => void): void {
    if (++this.#depth > DEPTH_LIMIT) throw new JsonFault(`objects and arrays are nested more than ${DEPTH_LIMIT} deep`, this.position)
    this.#at++
    this.skipSpace()
    const empty = this.next === close
    while (!empty) {
      item()
      this.skipSpace()
      if (this.next === close) break
      if (this.next !== COMMA) throw this.fault(`',' or '${String.fromCharCode(close)}'`)
      this.#at++
      this.skipSpace()
    }
    this.#depth--
    this.#at++
  }

  /** Checks a value of any kind. */
  skip(): void {
    const byte = this.next
    if (byte === QUOTE) this.string()
    else if (byte === OPEN_BRACE) this.#items(CLOSE_BRACE, this.#skipMember)
    else if (byte === OPEN_BRACKET) this.#items(CLOSE_BRACKET, this.#skipElement)
    else if (byte === MINUS || isDigit(byte)) this.number()
    else if (LITERALS[byte] !== undefined) this.literal()
    else throw this.fault('a value')
  }

  /** The text from a position up to the cursor. */
  rawFrom(position: number): string {
    return textOf(this.#bytes, this.#start + position, this.#at)
  }
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

/** What a checked string between its quotes says; `escaped` if it has a backslash. */
export function stringText(bytes: Uint8Array, start: number, end: number, escaped: boolean): string {
  const raw = textOf(bytes, start, end)
  if (!escaped) return raw
  const text = raw.replace(/\\(?:u(.{4})|(.))/g, (_, code: string | undefined, letter: string) =>
    code === undefined ? (ESCAPES[letter] as string) : String.fromCharCode(Number.parseInt(code, 16)),
  )
  return wellFormed(text)
}
