/** When the next epoch may begin. A processing-time trigger fires on whole multiples of its interval, as in Spark; an epoch that overruns is followed at once. */
import type { TriggerSpec } from '../../plan/contracts/backend.ts'

export interface TriggerPlan {
  /** Milliseconds between epochs, or null: as soon as there is data. */
  readonly intervalMs: number | null
  /** The query ends by itself: `once` after one epoch, `availableNow` after what was there at the start. */
  readonly bounded: 'once' | 'availableNow' | null
  /** Set: closed epochs, each as long as this. */
  readonly realTimeMs: number | null
}

export function triggerPlan(trigger: TriggerSpec, sinkIntervalMs: number | undefined): TriggerPlan {
  switch (trigger.kind) {
    case 'default':
      return { intervalMs: sinkIntervalMs ?? null, bounded: null, realTimeMs: null }
    case 'processingTime':
      return { intervalMs: trigger.intervalMs > 0 ? trigger.intervalMs : null, bounded: null, realTimeMs: null }
    case 'once':
    case 'availableNow':
      return { intervalMs: null, bounded: trigger.kind, realTimeMs: null }
    case 'realTime':
      return { intervalMs: null, bounded: null, realTimeMs: trigger.checkpointIntervalMs }
  }
}

/**
 * The wall-clock time at which the trigger fires next, after having fired at `firedMs`; `nowMs` where that time has passed. It is never further away than one
 * interval: the clock may have been set back since.
 */
export function nextTriggerMs(firedMs: number, nowMs: number, intervalMs: number): number {
  const next = Math.floor(firedMs / intervalMs) * intervalMs + intervalMs
  return Math.min(Math.max(next, nowMs), nowMs + intervalMs)
}
