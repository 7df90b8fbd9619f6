import { afterEach, expect, test } from 'vitest'
import { armCrashPoints, crashPoint, crashPoints } from './crash-point.ts'

afterEach(() => armCrashPoints(null))

test('points reach whoever armed them, until they are turned off', () => {
  const reached: string[] = []
  crashPoint('begin.written')
  armCrashPoints((point) => reached.push(point))
  crashPoint('begin.synced')
  armCrashPoints(null)
  crashPoint('commit.synced')
  expect(reached).toEqual(['begin.synced'])
})
test('what an armed point throws goes through', () => {
  armCrashPoints((point) => {
    throw new Error(point)
  })
  expect(() => crashPoint('sink.committed')).toThrow('sink.committed')
})
test('each point says in a sentence what has happened', () => {
  expect(Object.values(crashPoints).filter((text) => !/^[A-Z].*\.$/.test(text))).toEqual([])
})
