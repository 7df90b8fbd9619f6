/** The table of the property tests, and random rows, cuts into epochs, and partitions for it. */
import fc from 'fast-check'
import { booleanType, doubleType, field, intType, longType, stringType, structType, timestampType } from '../../src/data/data-type.ts'
import { doubles, ints, longs, strings } from './expression-arbitraries.ts'
import type { Row, Value } from './naive-model.ts'
import type { ScriptedRow } from './scripted-source.ts'

export const tableSchema = structType([
  field('k', stringType),
  field('s', stringType),
  field('n', intType),
  field('m', intType),
  field('l', longType),
  field('d', doubleType),
  field('b', booleanType),
  field('ts', timestampType),
])
const names = tableSchema.fields.map((one) => one.name)

const sometimesNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 6 })

/** Times: mostly within a few minutes (so that windows fill), sometimes before 1970 or far away. */
export const times: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 300_000 }).map((ms) => 1_767_225_600_000_000n + BigInt(ms) * 1000n) },
  { weight: 2, arbitrary: fc.integer({ min: -400_000, max: 400_000 }).map((ms) => BigInt(ms) * 1000n) },
  { weight: 1, arbitrary: fc.constantFrom(-62_135_596_800_000_000n, 253_402_300_000_000_000n, -1n, 0n, 1n) },
)
/** Times that a watermark makes sense on. */
export const nearTimes: fc.Arbitrary<bigint> = fc.integer({ min: 0, max: 300_000 }).map((ms) => 1_767_225_600_000_000n + BigInt(ms) * 1000n)

export function row(time: fc.Arbitrary<bigint>): fc.Arbitrary<Row> {
  return fc.record({
    k: sometimesNull(fc.constantFrom('a', 'b', 'ab', '')),
    s: sometimesNull(strings),
    n: sometimesNull(ints),
    m: sometimesNull(fc.integer({ min: -3, max: 3 })),
    l: sometimesNull(longs),
    d: sometimesNull(doubles),
    b: sometimesNull(fc.boolean()),
    ts: sometimesNull(time),
  })
}

/** Rows with the epoch and the partition in which each arrives. */
export function epochs(
  time: fc.Arbitrary<bigint>,
  partitions: readonly string[],
  options: { maxEpochs: number; maxRows: number },
): fc.Arbitrary<readonly (readonly { partition: string; row: Row }[])[]> {
  const arrival = fc.record({ partition: fc.constantFrom(...partitions), row: row(time) })
  return fc.array(fc.array(arrival, { maxLength: options.maxRows }), { minLength: 1, maxLength: options.maxEpochs })
}

export const scripted = (arrivals: readonly (readonly { partition: string; row: Row }[])[]): readonly (readonly ScriptedRow[])[] =>
  arrivals.map((epoch) => epoch.map(({ partition, row: one }) => ({ partition, values: names.map((name) => one[name] as Value) })))
