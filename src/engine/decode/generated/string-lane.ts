/**
 * Strings: dictionary codes while there are few distinct ones, else slices of the records' bytes. What a slice cannot show (an escape, bytes that are no UTF-8)
 * is kept as a text beside the lane and put behind the bytes at the end of the batch.
 *
 * A dictionary that fills up, or that most strings are new to, turns the rest of the batch into slices. Where it had served well a new one is begun with the
 * next batch, else the column stays with slices.
 */
import { Buffer, isUtf8 } from 'node:buffer'
import type { Datum } from '../../../data/datum.ts'
import type { Vector } from '../../../data/vector.ts'
import { stringText } from '../json-reader.ts'
import { textOf } from '../text-records.ts'
import { skipString } from './byte-scan.ts'
import { grown, Lane, taken } from './lanes.ts'
import { StringDictionary } from './string-dictionary.ts'

/** From so many distinct strings on, each must have come so often on average. */
const DISTINCT_MIN = 16_384
const DISTINCT_USES_MIN = 2
/** Of a dictionary that filled up: how often each string must have come for another one to be begun. */
const USES_MIN = 4

export type StringForm = 'dictionary' | 'slices'

export class StringLane extends Lane {
  form: StringForm = 'dictionary'
  /** Counts the changes of form and dictionary, for which code was made. */
  version = 0
  dictionary: StringDictionary
  codes = new Int32Array(0)
  offsets = new Int32Array(0)
  lengths = new Int32Array(0)
  /** Rows whose dictionary this is, before this batch. */
  #rows = 0
  #begunAnew = false
  #bytes: Uint8Array = new Uint8Array(0)
  readonly #stringsMax: number | undefined
  readonly #textRows: number[] = []
  readonly #texts: string[] = []

  /** `stringsMax`: of a dictionary, for tests. */
  constructor(stringsMax?: number) {
    super()
    this.#stringsMax = stringsMax
    this.dictionary = new StringDictionary(stringsMax)
  }

  override begin(bytes: Uint8Array): void {
    super.begin(bytes)
    this.#bytes = bytes
    this.rollback(0)
    if (this.#begunAnew) {
      this.#begunAnew = false
      this.form = 'dictionary'
      this.#rows = 0
      this.version++
    }
    if (this.dictionary.size >= DISTINCT_MIN && this.dictionary.size * DISTINCT_USES_MIN > this.#rows) this.#leaveDictionary()
  }
  override reserve(capacity: number): void {
    super.reserve(capacity)
    this.#reserveLanes()
  }
  #reserveLanes(): void {
    const { capacity } = this
    if (this.form === 'dictionary') {
      if (this.codes.length < capacity) this.codes = grown(this.codes, capacity)
    } else if (this.offsets.length < capacity) {
      this.offsets = grown(this.offsets, capacity)
      this.lengths = grown(this.lengths, capacity)
    }
  }

  #leaveDictionary(): void {
    this.form = 'slices'
    this.dictionary = new StringDictionary(this.#stringsMax)
    this.version++
  }

  /** Whether the last string found no room. */
  get isFull(): boolean {
    return this.form === 'dictionary' && this.dictionary.isFull
  }

  /** Goes on with slices from `row` on. */
  slice(row: number): void {
    const strings = this.dictionary.strings()
    this.#begunAnew = this.#rows + row >= strings.length * USES_MIN
    this.#leaveDictionary()
    this.#reserveLanes()
    const codes = this.codes
    for (let before = 0; before < row; before++) this.#putText(before, strings[codes[before] as number] ?? '')
  }

  /** A string that is no plain ASCII, behind the quote at `at - 1`; gives the position behind it. `shift` is what the batch's positions are ahead of these. */
  odd(row: number, bytes: Uint8Array, at: number, end: number, shift: number): number {
    const behind = skipString(bytes, at, end)
    if (behind < 0) return -1
    const inside = bytes.subarray(at, behind - 1)
    const escaped = inside.includes(0x5c)
    if (escaped || !isUtf8(inside)) this.#putText(row, stringText(bytes, at, behind - 1, escaped))
    else {
      this.offsets[row] = at + shift
      this.lengths[row] = inside.length
    }
    return behind
  }

  /** A value of another kind as its raw text; false where it finds no room. */
  raw(row: number, bytes: Uint8Array, at: number, end: number): boolean {
    return this.#place(row, textOf(bytes, at, end))
  }
  protected override put(row: number, datum: Exclude<Datum, null>): void {
    if (this.#place(row, datum as string)) return
    this.slice(row)
    this.#putText(row, datum as string)
  }
  #place(row: number, text: string): boolean {
    if (this.form === 'slices') {
      this.#putText(row, text)
      return true
    }
    const code = this.dictionary.codeOf(text)
    if (code >= 0) this.codes[row] = code
    return code >= 0
  }
  #putText(row: number, text: string): void {
    this.#textRows.push(row)
    this.#texts.push(text)
  }

  override rollback(row: number): void {
    super.rollback(row)
    while ((this.#textRows.at(-1) ?? -1) >= row) {
      this.#textRows.pop()
      this.#texts.pop()
    }
  }

  override finish(rows: number): Vector {
    const validity = this.validity(rows)
    if (this.form === 'dictionary') {
      this.#rows += rows
      return {
        kind: 'string',
        form: 'dictionary',
        length: rows,
        validity,
        codes: taken(this.codes, rows),
        dictionary: this.dictionary.strings(),
      }
    }
    const bytes = this.#withTexts()
    const [offsets, lengths] = [taken(this.offsets, rows), taken(this.lengths, rows)]
    return { kind: 'string', form: 'slices', length: rows, validity, bytes, offsets, lengths }
  }

  /** The batch's bytes, and the texts behind them; equal texts in a row of rows (a dictionary's) are written once. */
  #withTexts(): Uint8Array {
    if (this.#texts.length === 0) return this.#bytes
    const places = new Map<string, { readonly at: number; readonly bytes: Buffer }>()
    let size = this.#bytes.length
    for (const [index, text] of this.#texts.entries()) {
      let place = places.get(text)
      if (place === undefined) {
        place = { at: size, bytes: Buffer.from(text) }
        places.set(text, place)
        size += place.bytes.length
      }
      const row = this.#textRows[index] as number
      this.offsets[row] = place.at
      this.lengths[row] = place.bytes.length
    }
    const all = new Uint8Array(size)
    all.set(this.#bytes)
    for (const { at, bytes } of places.values()) all.set(bytes, at)
    return all
  }
}
