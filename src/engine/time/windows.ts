/** Which windows hold a time. Exact for all times, also before 1970: division rounds towards minus infinity. */
import { floorDivide } from '../../data/time-zone.ts'

export interface WindowSpec {
  readonly sizeMicros: bigint
  /** 0 < slide ≤ size. */
  readonly slideMicros: bigint
  readonly startMicros: bigint
}

/** The starts of all windows [start, start + size) that hold the time, earliest first. */
export function windowStarts(time: bigint, { sizeMicros, slideMicros, startMicros }: WindowSpec): bigint[] {
  const last = floorDivide(time - startMicros, slideMicros) * slideMicros + startMicros
  const starts: bigint[] = []
  for (let start = last; start > time - sizeMicros; start -= slideMicros) starts.push(start)
  return starts.reverse()
}
