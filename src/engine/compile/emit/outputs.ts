/** How generated code writes the values of an expression into a new vector: typed lanes and a validity bitmap that is made at the first null. */
import type { DataType } from '../../../data/data-type.ts'
import type { Datum } from '../../../data/datum.ts'
import type { Vector } from '../../../data/vector.ts'
import { vectorOf } from '../../../data/vector-builder.ts'
import type { Emission } from './emission.ts'
import { ALWAYS, NEVER, type Value } from './value.ts'

/** Writes the value at the position `at`, and gives the text of the vector for after the loop. */
export function output(emission: Emission, value: Value, at: string): string {
  const { code } = emission
  if (value.type.kind === 'null') return `${code.hoist(nullVector)}(length)`
  if (value.form === 'parts') return structOutput(emission, value.type, value, at)
  const bits = value.isNull === NEVER ? 'null' : emission.allocate('bits', 'null', 'let')
  const { lane, vector, dictionary } = laneOf(emission, value.type, bits)
  const write = (): void => emission.add(`${lane}[${at}] = ${laneText(emission, value, dictionary)}`)
  if (value.isNull === NEVER) {
    write()
    return vector
  }
  writeNull(emission, bits, at, value.isNull)
  emission.close()
  if (value.isNull !== ALWAYS) emission.block('else {', write)
  return vector
}

/** Leaves the block open. */
function writeNull(emission: Emission, bits: string, at: string, isNull: string): void {
  emission.open(`if (${isNull}) {`)
  emission.add(`if (${bits} === null) ${bits} = ${emission.code.hoist(allValid)}(length)`, `${bits}[${at} >> 3] &= ~(1 << (${at} & 7))`)
}

function structOutput(emission: Emission, type: DataType, value: Extract<Value, { form: 'parts' }>, at: string): string {
  const fields = type.kind === 'struct' ? type.fields : []
  const bits = value.isNull === NEVER ? 'null' : emission.allocate('bits', 'null', 'let')
  if (value.isNull !== NEVER) {
    writeNull(emission, bits, at, value.isNull)
    emission.close()
  }
  const children = fields.map((_, index) => output(emission, value.part(index), at))
  return `{ kind: 'struct', length, validity: ${bits}, children: [${children.join(', ')}] }`
}

interface Lane {
  readonly lane: string
  /** The text of the vector. */
  readonly vector: string
  /** Of strings. */
  readonly dictionary: string
}

function laneOf(emission: Emission, type: DataType, bits: string): Lane {
  const { code, lanes } = emission
  const made = (kind: string, array: string): Lane => {
    const lane = emission.allocate('lane', `new ${array}(length)`)
    return { lane, vector: `{ kind: '${kind}', length, validity: ${bits}, values: ${lane} }`, dictionary: '' }
  }
  switch (type.kind) {
    case 'boolean':
      return made('boolean', 'Uint8Array')
    case 'int':
    case 'date':
      return made(type.kind === 'int' ? 'int' : 'date', 'Int32Array')
    case 'double':
      return made('double', 'Float64Array')
    case 'long':
    case 'timestamp': {
      const kind = type.kind === 'long' ? 'long' : 'timestamp'
      if (lanes === 'float64') return made(kind, 'Float64Array')
      const lane = emission.allocate('lane', 'new BigInt64Array(length)')
      return { lane, vector: `${code.hoist(longVector)}('${kind}', ${lane}, ${bits})`, dictionary: '' }
    }
    case 'string': {
      const lane = emission.allocate('lane', 'new Int32Array(length)')
      const dictionary = emission.allocate('dictionary', `new (${code.hoist(TextDictionary)})()`)
      const vector = `{ kind: 'string', form: 'dictionary', length, validity: ${bits}, codes: ${lane}, dictionary: ${dictionary}.texts }`
      return { lane, vector, dictionary }
    }
    default: {
      const lane = emission.allocate('datums', 'new Array(length).fill(null)')
      return { lane, vector: `${code.hoist(vectorOf)}(${code.hoist(type)}, ${lane})`, dictionary: '' }
    }
  }
}

function laneText(emission: Emission, value: Value, dictionary: string): string {
  switch (value.type.kind) {
    case 'boolean':
      return `${emission.text(value)} ? 1 : 0`
    case 'string':
      return codeText(emission, value, dictionary)
    default:
      return emission.text(value)
  }
}

/** The code of a text in the dictionary that is being made. Codes of another dictionary, and constants, are looked up once a batch. */
function codeText(emission: Emission, value: Value, dictionary: string): string {
  if (value.form === 'code') {
    const map = emission.allocate('codes', `new Int32Array(${value.dictionary}.length).fill(-1)`)
    const code = emission.variable('code', `${map}[${value.code}]`)
    emission.add(`if (${code} < 0) ${map}[${value.code}] = ${code} = ${dictionary}.code(${emission.text(value)})`)
    return code
  }
  if (value.form === 'scalar' && value.constant !== undefined) return emission.once('code', `${dictionary}.code(${value.text})`)
  return `${dictionary}.code(${emission.text(value)})`
}

/** Texts by the order in which they came. */
export class TextDictionary {
  readonly texts: string[] = []
  readonly #codes = new Map<string, number>()

  code(text: string): number {
    const known = this.#codes.get(text)
    if (known !== undefined) return known
    const code = this.texts.length
    this.texts.push(text)
    this.#codes.set(text, code)
    return code
  }
}

/** A bitmap that says that all rows are there. Bits beyond the last row are 0, as everywhere. */
function allValid(length: number): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3).fill(255)
  if ((length & 7) !== 0) bits[bits.length - 1] = (1 << (length & 7)) - 1
  return bits
}

function longVector(kind: 'long' | 'timestamp', values: BigInt64Array, validity: Uint8Array | null): Vector {
  const { length } = values
  const narrow = new Float64Array(length)
  for (let row = 0; row < length; row++) {
    if (validity !== null && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0) continue
    const value = Number(values[row])
    if (!Number.isSafeInteger(value)) return { kind, length, validity, values }
    narrow[row] = value
  }
  return { kind, length, validity, values: narrow }
}

const nullVector = (length: number): Vector => vectorOf({ kind: 'null' }, new Array<Datum>(length).fill(null))
