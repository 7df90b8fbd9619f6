/** The session's time zone on float64 lanes: one number where its offset never changes, else a function with a memory. */
import type { TimeZone } from '../../../data/time-zone.ts'
import type { Emission } from './emission.ts'

/** The offset in µs; only where the zone is fixed. */
export const zoneOffset = (emission: Emission): string => emission.once('offset', 'Number(zone.fixedMicros)')

/** The local time of an instant: a safe integer, or an overflow of the lane. */
export function localText(emission: Emission, micros: string): string {
  const offset = emission.fixedZone
    ? zoneOffset(emission)
    : `${emission.once('offsetAt', `${emission.code.hoist(offsetsOf)}(zone)`)}(${micros})`
  const local = emission.local('local', `${micros} + ${offset}`)
  emission.checkSafe(local)
  return local
}

const QUARTER = 900_000_000
const known = new WeakMap<TimeZone, (micros: number) => number>()

/** Offsets change on quarter hours at the finest (data/time-zone.ts), and rows that follow each other are mostly near in time. */
function offsetsOf(zone: TimeZone): (micros: number) => number {
  const found = known.get(zone)
  if (found !== undefined) return found
  let lastQuarter = Number.NaN
  let lastOffset = 0
  const offsetAt = (micros: number): number => {
    const quarter = Math.floor(micros / QUARTER)
    if (quarter === lastQuarter) return lastOffset
    lastOffset = Number(zone.offsetMicros(BigInt(micros)))
    lastQuarter = quarter
    return lastOffset
  }
  known.set(zone, offsetAt)
  return offsetAt
}
