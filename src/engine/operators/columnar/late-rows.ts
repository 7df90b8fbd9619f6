/** Which rows are late, by the lane of their event time alone. */
import type { LongVector, StructVector, Vector } from '../../../data/vector.ts'
import { isValid } from '../../../data/vector-reader.ts'

/** The lane by which a key column's rows expire: the end of a window, or the timestamp itself. */
export interface TimeLane {
  readonly validity: readonly (Uint8Array | null)[]
  readonly values: Float64Array | BigInt64Array
}
export function timeLane(vector: Vector, isWindow: boolean): TimeLane {
  if (!isWindow) return { validity: [vector.validity], values: (vector as LongVector).values }
  const end = (vector as StructVector).children[1] as LongVector
  return { validity: [vector.validity, end.validity], values: end.values }
}

/** The rows that are not late; null: none is. Rows without a time never are. */
export function timelyRows({ validity, values }: TimeLane, lateUpTo: bigint, onLate: (row: number) => void): Int32Array | null {
  // A number beyond the safe integers is on the same side of all of them as the bigint that it stands for.
  const late = values instanceof Float64Array ? lateInNumbers(values, Number(lateUpTo)) : lateInBigInts(values, lateUpTo)
  if (late.length === 0) return null
  const kept: number[] = []
  let next = 0
  for (let row = 0; row < values.length; row++) {
    const isLate = late[next] === row
    if (isLate) next++
    if (isLate && validity.every((one) => isValid(one, row))) onLate(row)
    else kept.push(row)
  }
  return Int32Array.from(kept)
}

function lateInNumbers(values: Float64Array, upTo: number): number[] {
  const late: number[] = []
  for (let row = 0; row < values.length; row++) if ((values[row] as number) <= upTo) late.push(row)
  return late
}
function lateInBigInts(values: BigInt64Array, upTo: bigint): number[] {
  const late: number[] = []
  for (let row = 0; row < values.length; row++) if ((values[row] as bigint) <= upTo) late.push(row)
  return late
}
