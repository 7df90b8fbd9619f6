import { expect, test } from 'vitest'
import { SeededRandom } from '../../../io/seeded-random.ts'
import { partitionOfKey } from '../murmur2.ts'
import type { TopicInfo } from '../topology.ts'
import { Partitioner } from './partitioner.ts'

const topic = (...leaders: readonly number[]): TopicInfo => ({
  name: 't',
  id: null,
  isInternal: false,
  partitions: leaders.map((leaderId, index) => ({ index, leaderId, leaderEpoch: 0, replicas: [], inSync: [] })),
})

test('records without a key stay together until there is a batch of them, and spread over time', () => {
  const partitioner = new Partitioner(new SeededRandom(1), 1_000)
  partitioner.learn(topic(1, 1, 1, 1))
  const chosen = Array.from({ length: 4_000 }, () => partitioner.any(100))
  for (let at = 0; at < chosen.length; at += 10) expect(new Set(chosen.slice(at, at + 10)).size).toBe(1)
  for (const partition of [0, 1, 2, 3]) expect(chosen.filter((one) => one === partition).length).toBeGreaterThan(500)
})

test('a partition without a leader gets only what belongs there', () => {
  const partitioner = new Partitioner(new SeededRandom(1), 1_000)
  partitioner.learn(topic(1, -1, 1))
  expect(new Set(Array.from({ length: 100 }, () => partitioner.any(1_000)))).toEqual(new Set([0, 2]))
  const key = Buffer.from('21')
  expect(partitioner.ofKey(key, 0, key.length)).toBe(partitionOfKey(key, 3))
  partitioner.learn(topic(-1, -1))
  expect([0, 1]).toContain(partitioner.any(1_000))
})
