/**
 * Numbers for keys: the key columns of a batch become one Int32 lane of codes. Equal codes are equal keys by the identity of state/contract.ts (−0 = 0, NaN =
 * NaN, null = null); unequal codes are mostly, not always, unequal keys, since one text may come in two forms. So codes are good for caches only.
 *
 * Codes are dense and hold until `clear`.
 */
import type { DataType } from '../../../data/data-type.ts'
import type {
  BinaryVector,
  DoubleVector,
  IntVector,
  LongVector,
  StringDictionaryVector,
  StringSliceVector,
  StructVector,
  Vector,
} from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'
import { TextCodes } from './text-codes.ts'
import { WordCodes } from './word-codes.ts'

const TWO_32 = 0x100000000

export class KeyCodes {
  readonly #columns: readonly ColumnCodes[]
  readonly #fold: Fold
  #out = new Int32Array(0)

  constructor(types: readonly DataType[]) {
    this.#columns = types.map(columnCodes)
    this.#fold = new Fold(types.length)
  }

  /** A bound of all codes so far. */
  get max(): number {
    return this.#fold.max(this.#columns)
  }
  clear(): void {
    for (const column of this.#columns) column.clear()
    this.#fold.clear()
  }
  /** The codes of the rows, good until the next call. Without columns there is one key, whose code is 0. */
  code(vectors: readonly Vector[], length: number): Int32Array {
    if (this.#out.length < length) this.#out = new Int32Array(2 * length)
    this.#fold.code(this.#columns, vectors, length, this.#out)
    return this.#out
  }
}

interface ColumnCodes {
  /** A bound of the codes so far. */
  readonly max: number
  clear(): void
  /** One code a row; 0 is null. */
  code(vector: Vector, out: Int32Array): void
}

/** Codes of several columns become codes of their tuples, two at a time. */
class Fold {
  readonly #pairs: readonly WordCodes[]
  #lane = new Int32Array(0)

  constructor(columns: number) {
    this.#pairs = Array.from({ length: Math.max(0, columns - 1) }, () => new WordCodes())
  }
  max(columns: readonly ColumnCodes[]): number {
    return columns.reduce((max, one) => Math.max(max, one.max), this.#pairs.at(-1)?.count ?? 0)
  }
  clear(): void {
    for (const one of this.#pairs) one.clear()
  }
  code(columns: readonly ColumnCodes[], vectors: readonly Vector[], length: number, out: Int32Array): void {
    if (columns.length === 0) out.fill(0, 0, length)
    for (let column = 0; column < columns.length; column++) {
      if (column === 0) {
        columns[0]?.code(vectors[0] as Vector, out)
        continue
      }
      if (this.#lane.length < length) this.#lane = new Int32Array(2 * length)
      const lane = this.#lane
      columns[column]?.code(vectors[column] as Vector, lane)
      foldLanes(this.#pairs[column - 1] as WordCodes, out, lane, length)
    }
  }
}

function foldLanes(pairs: WordCodes, out: Int32Array, lane: Int32Array, length: number): void {
  let [left, right, code] = [-1, -1, 0]
  for (let row = 0; row < length; row++) {
    if (out[row] !== left || lane[row] !== right) {
      left = out[row] as number
      right = lane[row] as number
      code = pairs.codeOf(left, right)
    }
    out[row] = code
  }
}

function columnCodes(type: DataType): ColumnCodes {
  switch (type.kind) {
    case 'null':
      return { max: 0, clear: () => undefined, code: (vector, out) => void out.fill(0, 0, vector.length) }
    case 'boolean':
      return { max: 2, clear: () => undefined, code: codeBooleans }
    case 'string':
    case 'binary':
      return new TextColumnCodes()
    case 'struct':
      return new StructColumnCodes(type.fields.map((one) => one.type))
    default:
      return new NumberColumnCodes()
  }
}

function codeBooleans(vector: Vector, out: Int32Array): void {
  const { values, validity, length } = vector as Extract<Vector, { kind: 'boolean' }>
  for (let row = 0; row < length; row++) out[row] = isValid(validity, row) ? (values[row] as number) + 1 : 0
}

class TextColumnCodes implements ColumnCodes {
  readonly #codes = new TextCodes()
  get max(): number {
    return this.#codes.count
  }
  clear(): void {
    this.#codes.clear()
  }
  code(vector: Vector, out: Int32Array): void {
    this.#codes.code(vector as StringDictionaryVector | StringSliceVector | BinaryVector, out)
  }
}

class StructColumnCodes implements ColumnCodes {
  readonly #fields: readonly ColumnCodes[]
  readonly #fold: Fold
  constructor(types: readonly DataType[]) {
    this.#fields = types.map(columnCodes)
    this.#fold = new Fold(types.length)
  }
  /** Codes are one higher than those of the fields' tuples, since 0 is the null struct. */
  get max(): number {
    return this.#fold.max(this.#fields) + 1
  }
  clear(): void {
    for (const one of this.#fields) one.clear()
    this.#fold.clear()
  }
  code(vector: Vector, out: Int32Array): void {
    const { children, validity, length } = vector as StructVector
    this.#fold.code(this.#fields, children, length, out)
    for (let row = 0; row < length; row++) out[row] = isValid(validity, row) ? (out[row] as number) + 1 : 0
  }
}

export class NumberColumnCodes implements ColumnCodes {
  readonly #codes = new WordCodes()
  get max(): number {
    return this.#codes.count
  }
  clear(): void {
    this.#codes.clear()
  }
  // A loop for each kind of lane, with the last value at hand: neighbours are often the same.
  code(vector: Vector, out: Int32Array): void {
    const lane = vector as IntVector | LongVector | DoubleVector
    if (lane.kind === 'double') codeDoubles(this.#codes, lane, out)
    else if (lane.values instanceof Int32Array) codeInts(this.#codes, lane.values, lane, out)
    else if (lane.values instanceof Float64Array) codeSafeLongs(this.#codes, lane.values, lane, out)
    else codeLongs(this.#codes, lane.values, lane, out)
  }
}

type Rows = Pick<Vector, 'validity' | 'length'>

function codeInts(codes: WordCodes, values: Int32Array, { validity, length }: Rows, out: Int32Array): void {
  let [last, code] = [0, 0]
  for (let row = 0; row < length; row++) {
    if (validity !== null && !isValid(validity, row)) {
      out[row] = 0
      continue
    }
    const value = values[row] as number
    if (value !== last || code === 0) {
      last = value
      code = codes.codeOf(value, value >> 31)
    }
    out[row] = code
  }
}
function codeSafeLongs(codes: WordCodes, values: Float64Array, { validity, length }: Rows, out: Int32Array): void {
  let [last, code] = [0, 0]
  for (let row = 0; row < length; row++) {
    if (validity !== null && !isValid(validity, row)) {
      out[row] = 0
      continue
    }
    const value = values[row] as number
    if (value !== last || code === 0) {
      last = value
      // The words of the BigInt64, so that both lanes of a long give one code.
      code = codes.codeOf(value | 0, Math.floor(value / TWO_32) | 0)
    }
    out[row] = code
  }
}
function codeLongs(codes: WordCodes, values: BigInt64Array, { validity, length }: Rows, out: Int32Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * length)
  for (let row = 0; row < length; row++)
    out[row] = isValid(validity, row) ? codes.codeOf(words[2 * row] as number, words[2 * row + 1] as number) : 0
}
function codeDoubles(codes: WordCodes, { values, validity, length }: DoubleVector, out: Int32Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * length)
  for (let row = 0; row < length; row++) {
    if (validity !== null && !isValid(validity, row)) {
      out[row] = 0
      continue
    }
    const value = values[row] as number
    if (value === 0) out[row] = codes.codeOf(0, 0)
    else if (Number.isNaN(value)) out[row] = codes.codeOf(0, 0x7ff80000)
    else out[row] = codes.codeOf(words[2 * row] as number, words[2 * row + 1] as number)
  }
}
