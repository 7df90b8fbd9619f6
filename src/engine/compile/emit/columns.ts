/** How generated code reads a vector of a known shape at a row. */
import { type DataType, nullType } from '../../../data/data-type.ts'
import { readerOf } from '../../../data/vector-reader.ts'
import type { VectorShape } from '../batch-shape.ts'
import { CannotGenerate } from '../generated-code.ts'
import type { Emission } from './emission.ts'
import { either, NEVER, type PartsValue, scalar, type Value } from './value.ts'

/** `vector` is the text that gives the vector before the loop, `row` the name of the row under way. */
export function vectorValue(emission: Emission, type: DataType, shape: VectorShape, vector: string, row: string): Value {
  if (shape.kind === 'null') return emission.nothing(type)
  const own = emission.once('vector', vector)
  const isNull = nullCondition(emission, shape, own, row)
  const lane = (name: string): string => `${emission.once('lane', `${own}.${name}`)}[${row}]`
  switch (shape.kind) {
    case 'boolean':
      return scalar(type, emission.local('value', `${lane('values')} !== 0`), isNull)
    case 'int':
    case 'date':
    case 'double':
      return scalar(type, emission.local('value', lane('values')), isNull)
    case 'long':
    case 'timestamp':
      return scalar(type, emission.local('value', longText(emission, shape, lane('values'), isNull)), isNull)
    case 'string':
      if (shape.form === 'dictionary') {
        const dictionary = emission.once('dictionary', `${own}.dictionary`)
        return { form: 'code', type, isNull, code: emission.local('code', lane('codes')), dictionary }
      }
      return slice(emission, type, own, row, isNull)
    case 'binary':
      return slice(emission, type, own, row, isNull)
    case 'struct':
      return struct(emission, type, shape, own, row, isNull)
  }
}

/** The lane of a null row may hold anything, also what is no whole number. */
function longText(emission: Emission, shape: VectorShape, value: string, isNull: string): string {
  if (emission.lanes === 'float64') {
    if (shape.lane === 'bigint64') throw new CannotGenerate('bigint64 lanes are not read on float64 lanes')
    return value
  }
  if (shape.lane === 'bigint64') return value
  return isNull === NEVER ? `BigInt(${value})` : `${isNull} ? 0n : BigInt(${value})`
}

function slice(emission: Emission, type: DataType, vector: string, row: string, isNull: string): Value {
  const lane = (name: string): string => `${emission.once('lane', `${vector}.${name}`)}[${row}]`
  return {
    form: 'slice',
    type,
    isNull,
    bytes: emission.once('bytes', `${vector}.bytes`),
    offset: emission.local('offset', lane('offsets')),
    length: emission.local('length', lane('lengths')),
  }
}

function struct(emission: Emission, type: DataType, shape: VectorShape, vector: string, row: string, isNull: string): PartsValue {
  const fields = type.kind === 'struct' ? type.fields : []
  return {
    form: 'parts',
    type,
    isNull,
    part: (index) => {
      const child = shape.children[index]
      if (child === undefined) throw new CannotGenerate('a struct lacks a field')
      return emission.known(`part ${vector} ${index}`, () => {
        const value = vectorValue(emission, fields[index]?.type ?? nullType, child, `${vector}.children[${index}]`, row)
        const nulls = either(isNull, value.isNull)
        return { ...value, isNull: emission.named(nulls) }
      })
    },
    whole: () => {
      const read = emission.once('reader', `${emission.code.hoist(readerOf)}(${vector})`)
      return `${read}(${row})`
    },
  }
}

function nullCondition(emission: Emission, { validity }: VectorShape, vector: string, row: string): string {
  if (validity === 'none') return NEVER
  const bits = emission.once('validity', `${vector}.validity`)
  const bit = `(${bits}[${row} >> 3] & (1 << (${row} & 7))) === 0`
  return emission.local('isNull', validity === 'some' ? bit : `${bits} !== null && ${bit}`)
}
