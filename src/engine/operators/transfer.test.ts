import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import {
  binaryType,
  booleanType,
  dateType,
  doubleType,
  field,
  intType,
  longType,
  stringType,
  structType,
  timestampType,
} from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { Batch } from '../../data/vector.ts'
import { batchFromDatums, datumRows, takeRows, transferables } from '../../data/vector-builder.ts'
import { BoundCall, BoundColumn, BoundLiteral } from '../../plan/expressions/bound-expression.ts'
import { interpreter } from '../compile/interpreter.ts'

const schema = structType([
  field('b', booleanType),
  field('i', intType),
  field('l', longType),
  field('d', doubleType),
  field('s', stringType),
  field('x', binaryType),
  field('t', timestampType),
  field('y', dateType),
  field('st', structType([field('a', longType), field('b', stringType)])),
])
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const row = fc.tuple(
  nullable(fc.boolean()),
  nullable(fc.integer()),
  nullable(long),
  nullable(fc.double()),
  nullable(fc.string({ unit: 'grapheme' })),
  nullable(fc.uint8Array({ maxLength: 5 })),
  nullable(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })),
  nullable(fc.integer({ min: -1000, max: 1000 })),
  nullable(fc.tuple(nullable(long), nullable(fc.string()))),
) as fc.Arbitrary<Datum[]>

/** What a stage makes: columns passed on, computed and filtered. */
function staged(rows: readonly Datum[][]): Batch {
  const context = () => ({ batchTimeMicros: 0n, timeZone: 'UTC', randomSeed: 0 })
  const batch = batchFromDatums(schema, rows)
  const columns = schema.fields.map((one, index) => BoundColumn.create(index, one.name, one.type, true))
  const seen = BoundCall.create('isnotnull', [columns[1] as BoundColumn], booleanType, false)
  const kept = takeRows(
    batch,
    interpreter.filter(BoundCall.create('or', [seen, BoundLiteral.create(true, booleanType)], booleanType, false), context)(batch),
  )
  const made = BoundCall.create('concat', [columns[4] as BoundColumn, columns[4] as BoundColumn], stringType, true)
  const project = interpreter.projection([...columns, made], context)
  return { schema: structType([...schema.fields, field('made', stringType)]), length: kept.length, columns: project(kept) }
}

test('what stages give can be posted to a worker with its buffers, and is the same there', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const here = datumRows(staged(rows))
      const batch = staged(rows)
      const there = structuredClone(batch, { transfer: transferables(batch) })
      expect(datumRows(there)).toEqual(here)
    }),
    propertyOptions(200),
  )
})
