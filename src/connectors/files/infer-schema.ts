/** The schema of JSON records, by Spark's rules: whole numbers are bigint, others double, what does not fit together is string; fields in the order of their names. */
import {
  booleanType,
  type DataType,
  doubleType,
  field,
  longType,
  nullType,
  type StructType,
  stringType,
  structType,
} from '../../data/data-type.ts'
import { LONG_MAX, LONG_MIN } from '../../data/datum.ts'

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/g

export class SchemaInference {
  #type: DataType = nullType

  /** Adds a record; one that is no JSON object is passed over. */
  add(text: string): void {
    try {
      JSON.parse(text)
    } catch {
      return
    }
    const tokens = text.match(TOKEN) ?? []
    if (tokens[0] === '{') this.#type = merge(this.#type, new TypeReader(tokens).value())
  }

  result(): StructType {
    const settled = withoutNulls(this.#type)
    return settled.kind === 'struct' ? settled : structType([])
  }
}

/** Types of a valid JSON text, token by token. JSON.parse alone would not tell 1 from 1.0. */
class TypeReader {
  readonly #tokens: readonly string[]
  #next = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  value(): DataType {
    const token = this.#tokens[this.#next++] ?? 'null'
    if (token === '{') return this.#object()
    if (token === '[') return this.#array()
    if (token === 'null') return nullType
    if (token === 'true' || token === 'false') return booleanType
    if (token.startsWith('"')) return stringType
    if (/[.eE]/.test(token)) return doubleType
    const whole = BigInt(token)
    return whole >= LONG_MIN && whole <= LONG_MAX ? longType : doubleType
  }

  #object(): DataType {
    const types = new Map<string, DataType>()
    while (this.#tokens[this.#next] !== '}') {
      const name = JSON.parse(this.#tokens[this.#next] ?? '""') as string
      this.#next += 2
      types.set(name, this.value())
      if (this.#tokens[this.#next] === ',') this.#next++
    }
    this.#next++
    return objectType(types)
  }

  /** There is no array type in this version: the raw text is kept. */
  #array(): DataType {
    while (this.#tokens[this.#next] !== ']') {
      this.value()
      if (this.#tokens[this.#next] === ',') this.#next++
    }
    this.#next++
    return stringType
  }
}

const byName = (a: readonly [string, DataType], b: readonly [string, DataType]): number => (a[0] < b[0] ? -1 : 1)
const objectType = (types: ReadonlyMap<string, DataType>): StructType =>
  structType([...types].sort(byName).map(([name, type]) => field(name, type)))

function merge(a: DataType, b: DataType): DataType {
  if (a.kind === 'null') return b
  if (b.kind === 'null') return a
  if (a.kind === 'struct' && b.kind === 'struct') {
    const types = new Map(a.fields.map((one) => [one.name, one.type]))
    for (const { name, type } of b.fields) types.set(name, merge(types.get(name) ?? nullType, type))
    return objectType(types)
  }
  if (a.kind === b.kind) return a
  const numbers = (type: DataType): boolean => type.kind === 'long' || type.kind === 'double'
  return numbers(a) && numbers(b) ? doubleType : stringType
}

function withoutNulls(type: DataType): DataType {
  if (type.kind === 'null') return stringType
  if (type.kind !== 'struct') return type
  return structType(type.fields.map((one) => field(one.name, withoutNulls(one.type))))
}
