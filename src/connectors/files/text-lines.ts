/** The rows of one string column as lines. A null is an empty line, as in Spark. */
import { Buffer } from 'node:buffer'
import { GrowingBytes } from '../../data/number-bytes.ts'
import type { Batch } from '../../data/vector.ts'
import { readerOf } from '../../data/vector-reader.ts'
import type { RowLines } from './part-writer.ts'

export class TextLines implements RowLines {
  readonly #out = new GrowingBytes()
  readonly #end: Uint8Array

  constructor(lineSeparator: string) {
    this.#end = Buffer.from(lineSeparator)
  }

  get length(): number {
    return this.#out.at
  }

  add({ columns, length }: Batch, from: number, bytesMax: number): number {
    const read = columns[0] === undefined ? () => null : readerOf(columns[0])
    let row = from
    while (row < length && this.#out.at < bytesMax) {
      this.#out.put(Buffer.from(String(read(row++) ?? '')))
      this.#out.put(this.#end)
    }
    return row
  }

  take(): Uint8Array {
    return this.#out.take()
  }
}
