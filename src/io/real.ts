/** The real world: the `Io` that every session uses unless a test gives another. Parts are small adapters over Node; nothing is opened at import. */
import { randomFillSync, randomUUID } from 'node:crypto'
import type { Clock, Io, Random } from './io.ts'
import { realDisk } from './real-disk.ts'
import { realNet } from './real-net.ts'
import { realProcesses } from './real-processes.ts'

/** setTimeout takes at most 2^31 − 1 ms; a longer sleep is cut in parts. */
const TIMEOUT_MS_MAX = 2_147_483_647

const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  yieldNow: () => new Promise((resolve) => setImmediate(resolve)),
  async sleep(ms, options = {}) {
    let left = Math.max(0, ms)
    for (; left > TIMEOUT_MS_MAX; left -= TIMEOUT_MS_MAX) await timeout(TIMEOUT_MS_MAX, options)
    await timeout(left, options)
  },
}

function timeout(ms: number, { signal, unref }: { readonly signal?: AbortSignal; readonly unref?: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const aborted = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }, ms)
    if (unref) timer.unref()
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

/** Numbers asked of the system ahead: one call for one of them costs as much as one for all. */
const ahead = new Uint32Array(256)
let aheadLeft = 0
function uint32(): number {
  if (aheadLeft === 0) {
    randomFillSync(ahead)
    aheadLeft = ahead.length
  }
  return ahead[--aheadLeft] as number
}

const realRandom: Random = {
  next: () => Math.random(),
  uint32,
  uuid: () => randomUUID(),
}

export const realIo: Io = Object.freeze({ clock: realClock, random: realRandom, disk: realDisk, net: realNet, processes: realProcesses })
