/** Any type and any datums of it, with the values that codecs and indexes get wrong: zeros, NaN, unsafe longs, empty and long texts. */
import fc from 'fast-check'
import * as types from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'

const leaves: readonly types.DataType[] = [
  types.nullType,
  types.booleanType,
  types.intType,
  types.longType,
  types.doubleType,
  types.stringType,
  types.binaryType,
  types.timestampType,
  types.dateType,
]

export const dataType: fc.Arbitrary<types.DataType> = fc.letrec<{ type: types.DataType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 5, arbitrary: fc.constantFrom(...leaves) },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('type'), { maxLength: 3 })
        .map((fields) => types.structType(fields.map((type, index) => types.field(`f${index}`, type)))),
    },
  ),
})).type

const int = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer())
const long = fc.oneof(
  fc.bigInt({ min: -5n, max: 5n }),
  fc.constantFrom(2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n, 1n - 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
)
const double = fc.oneof(fc.constantFrom(0, -0, Number.NaN, 1.5, Number.NEGATIVE_INFINITY), fc.double())
const text = fc
  .oneof(
    fc.string({ maxLength: 3 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.nat(200).map((length) => 'é'.repeat(length)),
  )
  .map((one) => one.toWellFormed())

/** `mayBeNull`: also within structs. */
export function datumOf(type: types.DataType, mayBeNull = true): fc.Arbitrary<Datum> {
  const present = presentDatum(type, mayBeNull)
  return mayBeNull ? fc.option(present, { freq: 4 }) : present
}

function presentDatum(type: types.DataType, mayBeNull: boolean): fc.Arbitrary<Datum> {
  switch (type.kind) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'int':
    case 'date':
      return int
    case 'double':
      return double
    case 'long':
      return long
    case 'timestamp':
      // Few, so that rows share them.
      return fc.oneof({ weight: 5, arbitrary: fc.bigInt({ min: 0n, max: 4n }) }, { weight: 1, arbitrary: long })
    case 'string':
      return text
    case 'binary':
      return fc.uint8Array({ maxLength: 60 })
    case 'struct':
      return fc.tuple(...type.fields.map((one) => datumOf(one.type, mayBeNull)))
  }
}
