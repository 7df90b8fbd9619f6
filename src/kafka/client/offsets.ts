/** Offsets of partitions: the ends of their logs, the place of a time, and what simple consumers (without a group's members) have committed. */
import { apis } from '../protocol/apis.ts'
import type { Cluster, OperationOptions } from './cluster.ts'
import { brokerFailure } from './failure.ts'
import { askLeaders } from './leaders.ts'
import { byTopic, nameOf, type TopicPartition } from './topic-partition.ts'

export type Isolation = 'read_uncommitted' | 'read_committed'
export const isolationLevels: Readonly<Record<Isolation, number>> = { read_uncommitted: 0, read_committed: 1 }

/** The first offset, the one behind the last, or that of the first record at or after a time in milliseconds. */
export type OffsetPlace = 'earliest' | 'latest' | number

export interface OffsetQuestion extends TopicPartition {
  readonly at: OffsetPlace
}
export interface FoundOffset extends TopicPartition {
  /** Null where no record is at or after the time. */
  readonly offset: number | null
  /** Of the record, where a time was asked for. */
  readonly timestampMs: number | null
}
export interface ListOffsetsOptions extends OperationOptions {
  /** With `read_committed`, 'latest' is where the first open transaction begins. */
  readonly isolation?: Isolation
}

export async function listOffsets(
  cluster: Cluster,
  questions: readonly OffsetQuestion[],
  { isolation = 'read_uncommitted', ...options }: ListOffsetsOptions = {},
): Promise<readonly FoundOffset[]> {
  return askLeaders<OffsetQuestion, FoundOffset>(
    cluster,
    'find an offset',
    questions,
    async (connection, some) => {
      const version = connection.versionOf(apis.listOffsets)
      const topics = [...byTopic(some)].map(([name, partitions]) => ({
        name,
        partitions: partitions.map(({ topic, partition, at }) => ({
          partitionIndex: partition,
          currentLeaderEpoch: cluster.topology.leaderOf(topic, partition)?.leaderEpoch ?? -1,
          timestamp: at === 'earliest' ? -2 : at === 'latest' ? -1 : at,
        })),
      }))
      const isolationLevel = isolationLevels[isolation]
      const answer = await connection.request(
        apis.listOffsets,
        { replicaId: -1, topics, ...(version >= 2 ? { isolationLevel } : {}) },
        { version },
      )
      return answer.topics.flatMap(({ name: topic, partitions }) =>
        partitions.map(({ partitionIndex: partition, errorCode, offset, timestamp }) => ({
          topic,
          partition,
          errorCode,
          result: { topic, partition, offset: offset < 0 ? null : offset, timestampMs: timestamp < 0 ? null : timestamp },
        })),
      )
    },
    options,
  )
}

export interface CommittedOffset extends TopicPartition {
  /** The next one to be read. */
  readonly offset: number
  readonly leaderEpoch?: number
  readonly metadata?: string
}

/** Keeps offsets under the name of a group that has no members. */
export async function commitOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly CommittedOffset[],
  options: OperationOptions = {},
): Promise<void> {
  await cluster.ofCoordinator(
    'group',
    groupId,
    async (connection) => {
      const topics = [...byTopic(offsets)].map(([name, partitions]) => ({
        name,
        partitions: partitions.map(({ partition, offset, leaderEpoch = -1, metadata = '' }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch,
          committedMetadata: metadata,
        })),
      }))
      const version = connection.versionOf(apis.offsetCommit, OFFSETS_BY_NAME)
      const answer = await connection.request(apis.offsetCommit, { groupId, memberId: '', topics }, { version })
      for (const { name: topic, partitions } of answer.topics)
        for (const { partitionIndex: partition, errorCode } of partitions)
          if (errorCode !== 0)
            throw brokerFailure(errorCode, `commit an offset of ${topic}, partition ${partition}, for the group '${groupId}'`, {
              details: { topic, partition, groupId },
            })
    },
    options,
  )
}

/** What a group has committed; null where it has nothing. `stable` waits for transactions that are about to commit offsets. */
export async function committedOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
  { stable = false, ...options }: OperationOptions & { readonly stable?: boolean } = {},
): Promise<readonly (CommittedOffset | null)[]> {
  const found = new Map<string, CommittedOffset>()
  await cluster.ofCoordinator(
    'group',
    groupId,
    async (connection) => {
      const version = connection.versionOf(apis.offsetFetch, OFFSETS_BY_NAME)
      const topics = [...byTopic(partitions)].map(([name, some]) => ({ name, partitionIndexes: some.map(({ partition }) => partition) }))
      const body = version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics }
      const answer = await connection.request(
        apis.offsetFetch,
        { ...body, ...(version >= 7 ? { requireStable: stable } : {}) },
        { version },
      )
      const group = version >= 8 ? answer.groups[0] : answer
      const doing = `give the offsets of the group '${groupId}'`
      if (group === undefined || group.errorCode !== 0) throw brokerFailure(group?.errorCode ?? -1, doing, { details: { groupId } })
      for (const { name: topic, partitions: some } of group.topics)
        for (const { partitionIndex: partition, errorCode, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata } of some) {
          if (errorCode !== 0) throw brokerFailure(errorCode, doing, { details: { topic, partition, groupId } })
          if (offset >= 0) found.set(nameOf({ topic, partition }), { topic, partition, offset, leaderEpoch, metadata: metadata ?? '' })
        }
    },
    options,
  )
  return partitions.map((one) => found.get(nameOf(one)) ?? null)
}

/** From the next version on, topics are named by id. */
const OFFSETS_BY_NAME = 9
