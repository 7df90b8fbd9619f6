/** Least, greatest and mean event time: of a batch, for watermarks, and of an epoch, for progress. */
import type { Vector } from '../../data/vector.ts'
import { isValid } from '../../data/vector-reader.ts'
import { assert } from '../../error.ts'

interface EventTimes {
  readonly count: number
  readonly min: bigint
  readonly max: bigint
  readonly sum: bigint
}

/** Of a timestamp vector; null where it has no time. */
function eventTimesOf(vector: Vector): EventTimes | null {
  if (vector.kind === 'null') return null
  assert(vector.kind === 'timestamp', 'event time is a timestamp')
  const { values, validity } = vector
  return values instanceof Float64Array ? timesOfNumbers(values, validity) : timesOfBigInts(values, validity)
}

function timesOfNumbers(values: Float64Array, validity: Uint8Array | null): EventTimes | null {
  let [min, max, count] = [Infinity, -Infinity, 0]
  for (let row = 0; row < values.length; row++) {
    if (validity !== null && !isValid(validity, row)) continue
    const time = values[row] as number
    if (time < min) min = time
    if (time > max) max = time
    count++
  }
  if (count === 0) return null
  // Distances add up exactly as long as their sum is a safe integer; times themselves would not for six rows.
  if ((max - min) * count > Number.MAX_SAFE_INTEGER) return timesOfBigInts(values, validity)
  let distance = 0
  for (let row = 0; row < values.length; row++) if (validity === null || isValid(validity, row)) distance += (values[row] as number) - min
  return { count, min: BigInt(min), max: BigInt(max), sum: BigInt(min) * BigInt(count) + BigInt(distance) }
}

function timesOfBigInts(values: BigInt64Array | Float64Array, validity: Uint8Array | null): EventTimes | null {
  let [min, max, sum, count] = [0n, 0n, 0n, 0]
  for (let row = 0; row < values.length; row++) {
    if (validity !== null && !isValid(validity, row)) continue
    const time = BigInt(values[row] as number | bigint)
    if (count === 0 || time < min) min = time
    if (count === 0 || time > max) max = time
    sum += time
    count++
  }
  return count === 0 ? null : { count, min, max, sum }
}

export class EventTimeStats {
  #count = 0n
  #sum = 0n
  #min = 0n
  #max = 0n

  reset(): void {
    this.#count = 0n
    this.#sum = 0n
  }

  /** Adds the times of a vector, and gives the greatest; null where it has none. */
  add(times: Vector): bigint | null {
    const found = eventTimesOf(times)
    if (found === null) return null
    const { count, min, max, sum } = found
    if (this.#count === 0n || min < this.#min) this.#min = min
    if (this.#count === 0n || max > this.#max) this.#max = max
    this.#count += BigInt(count)
    this.#sum += sum
    return max
  }

  get value(): { readonly min: bigint; readonly max: bigint; readonly avg: bigint } | null {
    return this.#count === 0n ? null : { min: this.#min, max: this.#max, avg: this.#sum / this.#count }
  }
}
