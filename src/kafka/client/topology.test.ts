import { expect, test } from 'vitest'
import type { MetadataResponse } from '../protocol/messages/metadata.ts'
import { Topology } from './topology.ts'

const answer = (leaderId: number, leaderEpoch: number, topicId = 'AAAAAAAAAAAAAAAAAAAAAQ', errorCode = 0): MetadataResponse => ({
  throttleTimeMs: 0,
  brokers: [1, 2].map((nodeId) => ({ nodeId, host: 'localhost', port: nodeId, rack: null })),
  clusterId: 'c',
  controllerId: 1,
  errorCode: 0,
  clusterAuthorizedOperations: 0,
  topics: [
    {
      errorCode,
      name: 't',
      topicId,
      isInternal: false,
      topicAuthorizedOperations: 0,
      partitions: [{ errorCode: 0, partitionIndex: 0, leaderId, leaderEpoch, replicaNodes: [1, 2], isrNodes: [1, 2], offlineReplicas: [] }],
    },
  ],
})

test('old news of a leader does not replace newer', () => {
  const topology = new Topology()
  topology.learn(answer(1, 5))
  topology.learn(answer(2, 4))
  expect(topology.leaderOf('t', 0)).toMatchObject({ leaderId: 1, leaderEpoch: 5 })
  topology.learnLeader('t', 0, 2, 5)
  expect(topology.leaderOf('t', 0)?.leaderId).toBe(1)
  topology.learnLeader('t', 0, 2, 6)
  expect(topology.leaderOf('t', 0)).toMatchObject({ leaderId: 2, leaderEpoch: 6 })
})

test('a topic that was created again begins its epochs anew', () => {
  const topology = new Topology()
  topology.learn(answer(1, 5))
  topology.learn(answer(2, 0, 'AAAAAAAAAAAAAAAAAAAAAg'))
  expect(topology.leaderOf('t', 0)).toMatchObject({ leaderId: 2, leaderEpoch: 0 })
})

test('a topic without a leader, unknown, forbidden', () => {
  const topology = new Topology()
  expect(topology.errorOf('t')).toBe(3)
  topology.learn(answer(-1, 7))
  expect([topology.errorOf('t'), topology.leaderOf('t', 0)]).toEqual([0, null])
  topology.learn(answer(1, 8, undefined, 29))
  expect([topology.errorOf('t'), topology.topic('t') !== null]).toEqual([29, true])
  topology.learn(answer(1, 8, undefined, 3))
  expect([topology.errorOf('t'), topology.topic('t')]).toEqual([3, null])
})
