import { describe, expect, test } from 'vitest'
import { type EpochEnd, type WatermarkPolicy, WatermarkTracker } from './watermark.ts'

const SECOND = 1_000_000n
const policy = (parts: Partial<WatermarkPolicy> = {}): WatermarkPolicy => ({
  policy: 'partitionMin',
  idleTimeoutMs: 30_000,
  closeOnIdle: 'hold',
  bounded: false,
  ...parts,
})
const at = (partition: string) => ({ source: 's', partition })

/** A tracker with a delay of 10 s over the partitions 0 and 1, fed epoch by epoch; times in seconds. */
function bench(parts: Partial<WatermarkPolicy> = {}, partitions: readonly string[] = ['0', '1']) {
  const tracker = new WatermarkTracker('w', 10n * SECOND, ['s'], policy(parts))
  let nowMs = 0
  return {
    tracker,
    /** Rows by partition; `caughtUp` absent: all partitions are. Gives the watermark in seconds. */
    epoch(
      rows: Readonly<Record<string, readonly number[]>>,
      options: { readonly caughtUp?: readonly string[]; readonly afterMs?: number } = {},
    ): number | null {
      nowMs += options.afterMs ?? 1
      for (const [partition, times] of Object.entries(rows)) for (const time of times) tracker.observe(at(partition), BigInt(time) * SECOND)
      const end: EpochEnd = {
        partitions: partitions.map(at),
        caughtUp: (options.caughtUp ?? partitions).map(at),
        active: new Set(Object.keys(rows).map((one) => `s\u0000${one.padStart(20, '0')}`)),
        nowMs,
      }
      tracker.advance(end)
      return tracker.value === null ? null : Number(tracker.value / SECOND)
    },
    idle: () => tracker.progress().partitions.map((one) => one.idle),
  }
}

describe('partitionMin', () => {
  test('the least of the partitions, minus the delay; what an epoch sees counts from its end', () => {
    const { epoch, tracker } = bench()
    expect(tracker.value).toBeNull()
    expect(epoch({ 0: [100], 1: [50, 70, 60] })).toBe(60)
    expect(epoch({ 0: [500] })).toBe(60)
    expect(epoch({ 1: [200] })).toBe(190)
  })
  test('it never goes back, also when an older partition appears', () => {
    const { epoch } = bench({}, ['0'])
    expect(epoch({ 0: [100] })).toBe(90)
    expect(epoch({ 2: [5], 0: [200] })).toBe(90)
    expect(epoch({ 2: [150] })).toBe(140)
  })
  test('a partition that was never seen holds, for one idle timeout', () => {
    const { epoch } = bench()
    expect(epoch({ 0: [100] })).toBeNull()
    expect(epoch({}, { afterMs: 29_998 })).toBeNull()
    expect(epoch({ 0: [110] }, { afterMs: 1 })).toBeNull()
    expect(epoch({ 0: [120] }, { afterMs: 1 })).toBe(110)
  })
  test('a partition is idle only when it is caught up', () => {
    const { epoch, idle } = bench()
    epoch({ 0: [100], 1: [100] })
    epoch({ 0: [200] }, { caughtUp: ['0'], afterMs: 100_000 })
    expect(idle()).toEqual([false, false])
    epoch({ 0: [200] }, { afterMs: 1 })
    expect(epoch({ 0: [300] }, { afterMs: 29_999 })).toBe(90)
    expect(epoch({ 0: [300] }, { afterMs: 1 })).toBe(290)
    expect(idle()).toEqual([false, true])
  })
  test('a returning partition counts again; the value stays', () => {
    const { epoch, idle } = bench()
    epoch({ 0: [100], 1: [100] })
    expect(epoch({ 0: [500] }, { afterMs: 30_000 })).toBe(490)
    expect(epoch({ 1: [150], 0: [600] })).toBe(490)
    expect(idle()).toEqual([false, false])
    expect(epoch({ 1: [550] })).toBe(540)
  })
  test('never, and a bounded run, idle nothing', () => {
    for (const parts of [{ idleTimeoutMs: null }, { bounded: true }]) {
      const { epoch } = bench(parts)
      epoch({ 0: [100], 1: [100] })
      expect(epoch({ 0: [500] }, { afterMs: 1_000_000 })).toBe(90)
    }
  })
  test('all idle: the value holds', () => {
    const { epoch } = bench()
    epoch({ 0: [100], 1: [200] })
    expect(epoch({}, { afterMs: 30_000 })).toBe(90)
    expect(epoch({}, { afterMs: 1_000_000 })).toBe(90)
  })
  test('all idle and closing by the wall clock: it goes on from the greatest time', () => {
    const { epoch } = bench({ closeOnIdle: 'wallClock' })
    epoch({ 0: [100], 1: [200] })
    expect(epoch({}, { afterMs: 29_999 })).toBe(90)
    expect(epoch({}, { afterMs: 1 })).toBe(190)
    expect(epoch({}, { afterMs: 60_000 })).toBe(250)
    expect(epoch({ 0: [205] }, { afterMs: 1 })).toBe(250)
    expect(epoch({}, { afterMs: 60_000 })).toBe(250)
    expect(epoch({}, { afterMs: 61_000 })).toBe(256)
  })
  test('an epoch that is taken back was never seen', () => {
    const { epoch, tracker } = bench({}, ['0'])
    epoch({ 0: [100] })
    tracker.observe(at('0'), 900n * SECOND)
    tracker.rollback()
    expect(epoch({})).toBe(90)
  })
})

test('sparkMax: the greatest of all partitions', () => {
  const { epoch } = bench({ policy: 'sparkMax' })
  expect(epoch({ 0: [100] })).toBe(90)
  expect(epoch({ 1: [50], 0: [80] })).toBe(90)
  expect(epoch({ 1: [500] })).toBe(490)
})
