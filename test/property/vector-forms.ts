/** The same columns in other forms: strings as slices or in shared, growing and repeating dictionaries, longs on BigInt64 lanes, rubbish under nulls. */
import type { StringDictionaryVector, Vector } from '../../src/data/vector.ts'
import { isValid, readerOf } from '../../src/data/vector-reader.ts'

/** Draws a whole number below `limit`. */
export type Draw = (limit: number) => number

/** Vectors of one column of a stream: its dictionary lives from batch to batch. */
export class VectorForms {
  readonly #draw: Draw
  #dictionary: string[] = []
  readonly #children: VectorForms[] = []

  constructor(draw: Draw) {
    this.#draw = draw
  }

  of(vector: Vector): Vector {
    switch (vector.kind) {
      case 'string':
        return this.#text(vector as StringDictionaryVector)
      case 'long':
      case 'timestamp':
        if (this.#draw(4) !== 0 || !(vector.values instanceof Float64Array)) return spoilt(vector)
        return { ...vector, values: BigInt64Array.from(vector.values, (value) => BigInt(value)) }
      case 'struct':
        return { ...vector, children: vector.children.map((child, index) => this.#child(index).of(child)) }
      default:
        return vector
    }
  }

  #child(index: number): VectorForms {
    this.#children[index] ??= new VectorForms(this.#draw)
    return this.#children[index]
  }
  #text(vector: StringDictionaryVector): Vector {
    const { length, validity } = vector
    const read = readerOf(vector)
    const texts = Array.from({ length }, (_, row) => (read(row) as string | null) ?? '')
    if (this.#draw(3) === 0) return slices(texts, validity)
    if (this.#draw(4) === 0) this.#dictionary = []
    const dictionary = this.#dictionary
    const codes = Int32Array.from(texts, (text, row) => {
      if (!isValid(validity, row)) return 1_000_000
      const known = dictionary.indexOf(text)
      if (known !== -1 && this.#draw(5) !== 0) return known
      return dictionary.push(text) - 1
    })
    return { kind: 'string', form: 'dictionary', length, validity, codes, dictionary }
  }
}

function spoilt<V extends Vector>(vector: V): V {
  if (vector.validity === null || !('values' in vector) || !(vector.values instanceof Float64Array)) return vector
  return { ...vector, values: vector.values.map((value, row) => (isValid(vector.validity, row) ? value : Number.NaN)) }
}

function slices(texts: readonly string[], validity: Uint8Array | null): Vector {
  const encoded = texts.map((text) => new TextEncoder().encode(text))
  const lengths = Int32Array.from(encoded, (one) => one.length)
  const offsets = new Int32Array(texts.length)
  let end = 3
  for (const [row, one] of encoded.entries()) {
    offsets[row] = end
    end += one.length
  }
  const bytes = new Uint8Array(end)
  for (const [row, one] of encoded.entries()) bytes.set(one, offsets[row])
  return { kind: 'string', form: 'slices', length: texts.length, validity, bytes, offsets, lengths }
}
