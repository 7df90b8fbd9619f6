/** The functions whose values are drawn by chance. They belong to no row, so they may stand beside columns and beside aggregates. */
import { callOf } from './column.ts'
import type { ColumnOf } from './types/columns.ts'

const drawn = (name: string, seed?: number | bigint): never => callOf(name, seed === undefined ? [] : [seed]) as never

/**
 * A double, uniform in [0, 1): another one in each row, and the same when an epoch is replayed. With a seed the values follow from it alone. A value is drawn
 * for each row that reaches the operation; a column that an operation uses twice is drawn once.
 *
 * @example
 * ```ts
 * import { rand, t } from 'millrace'
 * import { testSession } from 'millrace/testing'
 *
 * const { session } = testSession()
 * const frame = session.createDataFrame([{ n: 1 }, { n: 2 }], { n: t.int }).withColumn('chance', rand(42))
 * console.log(await frame.collect()) // [ { n: 1, chance: 0.619189370225301 }, { n: 2, chance: 0.5096018842446481 } ]
 * ```
 */
export const rand = (seed?: number | bigint): ColumnOf<number, never> => drawn('rand', seed)
/** A double of the standard normal distribution, drawn as `rand` draws. */
export const randn = (seed?: number | bigint): ColumnOf<number, never> => drawn('randn', seed)
/** A UUID of version 4 as a text: another one in each row, and the same when an epoch is replayed. */
export const uuid = (): ColumnOf<string, never> => drawn('uuid')
