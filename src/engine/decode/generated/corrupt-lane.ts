/** The column that has the raw text of malformed records, which are few: null in every other row. */
import type { Vector } from '../../../data/vector.ts'

export class CorruptLane {
  #rows: number[] = []
  #texts: string[] = []

  begin(): void {
    this.#rows = []
    this.#texts = []
  }

  put(row: number, text: string): void {
    this.#rows.push(row)
    this.#texts.push(text)
  }

  finish(length: number): Vector {
    const codes = new Int32Array(length)
    const validity = new Uint8Array((length + 7) >> 3)
    const dictionary = [...new Set(this.#texts)]
    const codeOf = new Map(dictionary.map((text, code) => [text, code]))
    for (const [index, row] of this.#rows.entries()) {
      codes[row] = codeOf.get(this.#texts[index] as string) as number
      validity[row >> 3] = (validity[row >> 3] as number) | (1 << (row & 7))
    }
    return { kind: 'string', form: 'dictionary', length, validity, codes, dictionary }
  }
}
