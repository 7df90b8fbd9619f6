/** Structs by their parts, so that a field of a column is a lane like any other; and hashes over lanes. */
import { HASH_SEED, hashBytes, hashDouble, hashInt, hashLong, hashSafeLong } from '../../../data/hash.ts'
import { type Emission, type Emitter, isLong } from './emission.ts'
import { hashSlice, hashText } from './slices.ts'
import { ALWAYS, either, NEVER, negated, type PartsValue, type Value } from './value.ts'

const getField: Emitter = (emission, call) => {
  const [struct, position] = call.arguments
  if (struct === undefined || position?.kind !== 'BoundLiteral' || typeof position.value !== 'number') return null
  const index = position.value
  const value = emission.value(struct)
  if (value.isNull === ALWAYS) return emission.nothing(call.type)
  if (value.form === 'parts') return field(emission, value, index)
  return emission.strict([struct], call.type, ([whole]) => {
    const datum = emission.local('field', `${emission.text(whole as Value)}[${index}] ?? null`)
    return emission.fromDatum(call.type, datum)
  })
}
/** Null also where the struct is: parts of a struct that became null later do not know it. */
function field(emission: Emission, struct: PartsValue, index: number): Value {
  const value = struct.part(index)
  const isNull = either(struct.isNull, value.isNull)
  return { ...value, isNull: emission.named(isNull) }
}

/** All values are evaluated, also those that nobody asks for: one of them may raise. */
const namedStruct: Emitter = (emission, { arguments: args, type }) => {
  const values = args.filter((_, index) => index % 2 === 1).map((argument) => emission.value(argument))
  return {
    form: 'parts',
    type,
    isNull: NEVER,
    part: (index) => values[index] as Value,
    whole: () => `[${values.map((value) => emission.datumOrNull(value)).join(', ')}]`,
  }
}

const windowTime: Emitter = (emission, { arguments: [window], type }) => {
  if (window === undefined) return null
  const value = emission.value(window)
  if (value.form !== 'parts' || emission.lanes === 'bigint64') return null
  const end = emission.known(`end ${emission.keys.of(window)}`, () => field(emission, value, 1))
  const [isNull, time] = [emission.variable('isNull', 'true'), emission.variable('time', '0')]
  emission.block(`if (${negated(value.isNull)}) {`, () => {
    if (end.isNull !== NEVER) emission.add(`if (${end.isNull}) ${emission.raise}`)
    emission.add(`${time} = ${emission.text(end)} - 1`, `${isNull} = false`)
    emission.checkSafe(time)
  })
  return { form: 'scalar', type, isNull, text: time }
}

/** Nulls leave the hash as it is. */
const hash: Emitter = (emission, { arguments: args, type }) => {
  if (args.some((argument) => argument.type.kind === 'struct')) return null
  const values = args.map((argument) => emission.value(argument))
  const seed = emission.variable('hash', String(HASH_SEED))
  for (const value of values) {
    if (value.isNull === ALWAYS || value.type.kind === 'null') continue
    const write = (): void => emission.add(`${seed} = ${hashTextOf(emission, { ...value, isNull: NEVER }, seed)}`)
    if (value.isNull === NEVER) write()
    else emission.block(`if (${negated(value.isNull)}) {`, write)
  }
  return { form: 'scalar', type, isNull: NEVER, text: seed }
}
function hashTextOf(emission: Emission, value: Value, seed: string): string {
  const { code, lanes } = emission
  if (value.form === 'slice') {
    const run = code.hoist(value.type.kind === 'string' ? hashSlice : hashBinarySlice)
    return `${run}(${value.bytes}, ${value.offset}, ${value.length}, ${seed})`
  }
  if (value.form === 'code') {
    const bytes = emission.once('encoded', `${code.hoist(bytesOfEntries)}(${value.dictionary})`)
    return `${code.hoist(hashEntry)}(${bytes}, ${value.dictionary}, ${value.code}, ${seed})`
  }
  const text = emission.text(value)
  switch (value.type.kind) {
    case 'boolean':
      return `${code.hoist(hashInt)}(${text} ? 1 : 0, ${seed})`
    case 'double':
      return `${code.hoist(hashDouble)}(${text}, ${seed})`
    case 'string':
      return `${code.hoist(hashText)}(${text}, ${seed})`
    case 'binary':
      return `${code.hoist(hashBinary)}(${text}, ${seed})`
    default:
      return `${code.hoist(isLong(value.type) ? (lanes === 'float64' ? hashSafeLong : hashLong) : hashInt)}(${text}, ${seed})`
  }
}
/** The bytes of a dictionary's entries, made when they are asked for. */
const bytesOfEntries = (dictionary: readonly string[]): (Uint8Array | null)[] => new Array<Uint8Array | null>(dictionary.length).fill(null)
const encoder = new TextEncoder()
function hashEntry(entries: (Uint8Array | null)[], dictionary: readonly string[], code: number, seed: number): number {
  const known = entries[code] ?? null
  const bytes = known ?? encoder.encode(dictionary[code])
  if (known === null) entries[code] = bytes
  return hashBytes(bytes, 0, bytes.length, seed)
}
const hashBinary = (bytes: Uint8Array, seed: number): number => hashBytes(bytes, 0, bytes.length, seed)
const hashBinarySlice = (bytes: Uint8Array, offset: number, length: number, seed: number): number =>
  hashBytes(bytes, offset, offset + length, seed)

export const structEmitters: Readonly<Record<string, Emitter>> = {
  get_field: getField,
  named_struct: namedStruct,
  window_time: windowTime,
  hash,
}
