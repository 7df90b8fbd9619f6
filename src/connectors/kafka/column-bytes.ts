/** The bytes of one column's values, as keys and values of records have them: binaries and texts as they are, numbers and booleans as texts. */
import { Buffer } from 'node:buffer'
import type { DataType } from '../../data/data-type.ts'
import { type GrowingBytes, putNumber } from '../../data/number-bytes.ts'
import type { Vector } from '../../data/vector.ts'
import { isValid } from '../../data/vector-reader.ts'

export const hasBytes = ({ kind }: DataType): boolean => kind === 'string' || kind === 'binary'
/** Beside those that have bytes. */
export const hasText = ({ kind }: DataType): boolean => kind === 'int' || kind === 'long' || kind === 'double' || kind === 'boolean'

export class ColumnBytes {
  readonly #out: GrowingBytes
  #vector: Vector = { kind: 'null', length: 0, validity: null }
  #dictionary: readonly string[] = []
  #encoded: Uint8Array[] = []

  constructor(out: GrowingBytes) {
    this.#out = out
  }

  begin(vector: Vector): void {
    this.#vector = vector
    if (vector.kind !== 'string' || vector.form !== 'dictionary' || vector.dictionary === this.#dictionary) return
    this.#dictionary = vector.dictionary
    this.#encoded = []
  }

  /** Appends the value of a row; false if it is null. */
  write(row: number): boolean {
    const vector = this.#vector
    if (vector.kind === 'null' || !isValid(vector.validity, row)) return false
    const out = this.#out
    switch (vector.kind) {
      case 'string':
        if (vector.form === 'dictionary') out.put(this.#text(vector.codes[row] as number))
        else out.put(slice(vector, row))
        break
      case 'binary':
        out.put(slice(vector, row))
        break
      case 'boolean':
        out.ascii(vector.values[row] === 0 ? 'false' : 'true')
        break
      case 'int':
        putNumber(out, vector.values[row] as number)
        break
      default:
        out.ascii(String((vector as Extract<Vector, { kind: 'long' | 'double' }>).values[row]))
    }
    return true
  }

  #text(code: number): Uint8Array {
    let bytes = this.#encoded[code]
    if (bytes === undefined) {
      bytes = Buffer.from(this.#dictionary[code] as string)
      this.#encoded[code] = bytes
    }
    return bytes
  }
}

function slice({ bytes, offsets, lengths }: { bytes: Uint8Array; offsets: Int32Array; lengths: Int32Array }, row: number): Uint8Array {
  const start = offsets[row] as number
  return bytes.subarray(start, start + (lengths[row] as number))
}
