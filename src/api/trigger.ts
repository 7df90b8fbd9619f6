/** Triggers as users write them, by PySpark's keywords. */
import { MillraceError } from '../error.ts'
import type { TriggerSpec } from '../plan/contracts/backend.ts'
import { intervalMicros } from '../plan/interval.ts'
import { type FixedInterval, intervalText } from './interval.ts'

type OneOf<T> = { [K in keyof T]: { [P in K]: T[P] } & { [P in Exclude<keyof T, K>]?: never } }[keyof T]
/** When epochs run: on multiples of an interval; until what is there now is read; once; or continuously with a commit each interval. */
export type Trigger = OneOf<{ processingTime: FixedInterval; availableNow: true; once: true; realTime: FixedInterval }>

/** Throws INVALID_ARGUMENT, INVALID_INTERVAL. */
export function triggerSpec(trigger: Trigger): TriggerSpec {
  const given = Object.entries(trigger ?? {}).filter(([, value]) => value !== undefined)
  const [name, value] = given[0] ?? []
  if (given.length === 1) {
    if (name === 'availableNow' && value === true) return { kind: 'availableNow' }
    if (name === 'once' && value === true) return { kind: 'once' }
    if (name === 'processingTime') return { kind: 'processingTime', intervalMs: milliseconds(value as FixedInterval) }
    if (name === 'realTime') return { kind: 'realTime', checkpointIntervalMs: Math.max(1, milliseconds(value as FixedInterval)) }
  }
  throw new MillraceError('INVALID_ARGUMENT', `trigger: ${JSON.stringify(trigger) ?? 'undefined'} is not a trigger.`, {
    hint: "Give just one of { processingTime: '5 seconds' }, { availableNow: true }, { once: true }, { realTime: '5 seconds' }.",
  })
}

function milliseconds(length: FixedInterval): number {
  const micros = intervalMicros(intervalText(length))
  if (micros < 0n) throw new MillraceError('INVALID_INTERVAL', `trigger: the interval '${String(length)}' is negative.`)
  return Number(micros) / 1000
}
