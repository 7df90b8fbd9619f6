/**
 * The wall clock is set while a query with a checkpoint runs: by an hour and by ten years, forward and back, between epochs and in the middle of them. The
 * answer is that of a run that nobody disturbed, and nothing waits for the clock to come back to where it was. In this process: only the clock is not real.
 */
import { afterEach, expect, test } from 'vitest'
import { count, t, window } from '../../src/index.ts'
import { armCrashPoints, type CrashPoint } from '../../src/io/crash-point.ts'
import { realIo } from '../../src/io/real.ts'
import { MemoryStream, simulatedIo, testSession } from '../../src/testing/index.ts'

const HOUR_MS = 3_600_000
const TEN_YEARS_MS = 10 * 365 * 24 * HOUR_MS
const WAIT_MS_MAX = 10_000
const ROUNDS = 12
const START_MS = Date.UTC(2026, 0, 1)

/** Time passes as it does, and the wall clock shows what the test wants. */
class SetClock {
  offsetMs = 0
  readonly monotonicMs = realIo.clock.monotonicMs
  readonly yieldNow = realIo.clock.yieldNow
  readonly sleep = realIo.clock.sleep
  nowMs(): number {
    return realIo.clock.nowMs() + this.offsetMs
  }
}

/** Rows of two partitions, of which one is an hour behind: if it ever counted as idle, its rows would be late. */
const rowsOf = (round: number) => ({
  ahead: [{ at: new Date(START_MS + HOUR_MS + round * 4000), key: 'ahead' }],
  behind: round % 3 === 2 ? [0, 1, 2].map((row) => ({ at: new Date(START_MS + round * 4000 + row * 1000), key: 'behind' })) : [],
})

async function answer(
  trigger: 'default' | 'processingTime' | 'realTime',
  jump: ((clock: SetClock, moment: CrashPoint | 'between') => void) | null,
) {
  const clock = new SetClock()
  const io = { ...simulatedIo({ seed: 1 }), clock }
  const { session } = testSession({ io })
  const stream = new MemoryStream({ at: t.timestamp, key: t.string }, { partitions: ['ahead', 'behind'] })
  const writer = session.readStream
    .source(stream)
    .withWatermark('at', '1 second')
    .groupBy(window('at', '10 seconds'), 'key')
    .agg(count('*').alias('rows'))
    .writeStream.format('memory')
    .queryName('windows')
    .option('checkpointLocation', '/checkpoint')
  if (trigger !== 'default')
    writer.trigger(trigger === 'realTime' ? { realTime: '20 milliseconds' } : { processingTime: '20 milliseconds' })
  const query = writer.start()
  if (jump !== null) armCrashPoints((point) => jump(clock, point))
  let rows = 0
  const processed = (): number => query.recentProgress.reduce((sum, one) => sum + one.numInputRows, 0)
  const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
    for (const from = performance.now(); !(await done()); ) {
      expect(query.exception).toBeNull()
      if (performance.now() - from > WAIT_MS_MAX)
        throw new Error(`It stalls: ${processed()} of ${rows} rows, ${JSON.stringify(query.status)}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    const { ahead, behind } = rowsOf(round)
    stream.addData(ahead, { partition: 'ahead' })
    if (behind.length > 0) stream.addData(behind, { partition: 'behind' })
    rows += ahead.length + behind.length
    await until(() => processed() === rows)
    jump?.(clock, 'between')
    // Idleness is looked at once a second, or when something comes.
    if (round === ROUNDS / 2) await new Promise((resolve) => setTimeout(resolve, 1100))
  }
  const closing = [{ at: new Date(START_MS + 10 * HOUR_MS), key: 'closing' }]
  stream.addData(closing, { partition: 'ahead' })
  stream.addData(closing, { partition: 'behind' })
  const table = (): Promise<unknown[]> => session.table('windows').collect()
  const windows = new Set(
    Array.from({ length: ROUNDS }, (_, round) => rowsOf(round))
      .flatMap(({ ahead, behind }) => [...ahead, ...behind])
      .map(({ at, key }) => `${key} ${Math.floor(at.getTime() / 10_000)}`),
  )
  await until(async () => (await table()).length >= windows.size)
  armCrashPoints(null)
  await query.stop()
  const late = query.recentProgress.flatMap((one) => one.stateOperators.map((operator) => operator.numRowsDroppedByWatermark))
  await session.stop()
  return { late: late.reduce((sum, one) => sum + one, 0), table: (await table()).map((row) => JSON.stringify(row)).sort() }
}

afterEach(() => armCrashPoints(null))

const moments: readonly (CrashPoint | 'between')[] = ['between', 'begin.synced', 'epoch.read', 'sink.committed', 'commit.written']
const triggers = ['default', 'processingTime', 'realTime'] as const
test.each(triggers)('the wall clock is set under a query with trigger %s', { timeout: 240_000 }, async (trigger) => {
  const undisturbed = await answer(trigger, null)
  expect(undisturbed.late).toBe(0)
  for (const jumps of [
    [HOUR_MS, -HOUR_MS, TEN_YEARS_MS, -TEN_YEARS_MS],
    [-HOUR_MS, HOUR_MS, -TEN_YEARS_MS, TEN_YEARS_MS],
  ]) {
    let turn = 0
    const disturbed = await answer(trigger, (clock, moment) => {
      if (!moments.includes(moment)) return
      clock.offsetMs += jumps[Math.floor(turn / moments.length) % jumps.length] as number
      turn++
    })
    expect({ jumps, ...disturbed }).toEqual({ jumps, ...undisturbed })
    expect(turn).toBeGreaterThan(2 * ROUNDS)
  }
})
