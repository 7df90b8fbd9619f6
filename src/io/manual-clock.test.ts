import { describe, expect, test } from 'vitest'
import { ManualClock } from './manual-clock.ts'

describe('ManualClock', () => {
  test('wakes sleepers in the order of their times, each at its own time, and runs what they do next in between', async () => {
    const clock = new ManualClock(1000)
    const seen: string[] = []
    const nap = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms)
      seen.push(`${name}@${clock.nowMs()}`)
    }
    const naps = [nap('late', 30), nap('early', 10).then(() => nap('again', 10)), nap('same', 30)]
    await clock.advance(29)
    expect(seen).toEqual(['early@1010', 'again@1020'])
    await clock.advance(1)
    await Promise.all(naps)
    expect(seen).toEqual(['early@1010', 'again@1020', 'late@1030', 'same@1030'])
    expect(clock.sleepers).toBe(0)
  })

  test('an aborted sleep rejects with the reason and is forgotten', async () => {
    const clock = new ManualClock()
    const stop = new AbortController()
    const nap = clock.sleep(10, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(nap).rejects.toThrow('enough')
    await expect(clock.sleep(10, { signal: stop.signal })).rejects.toThrow('enough')
    expect(clock.sleepers).toBe(0)
  })

  test('set goes forward with the time and back without it', async () => {
    const clock = new ManualClock(5000)
    await clock.set(6000)
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([6000, 1000])
    await clock.set(10)
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([10, 1000])
  })
})
