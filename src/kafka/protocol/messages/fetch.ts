/** Read record batches. Fetch sessions from 7, topics by id from 13; before 4 there is no isolation level. */
import {
  api,
  int8,
  int16,
  int32,
  int32s,
  int64,
  int64Near,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  records,
  string,
  struct,
  structs,
  UUID_ZERO,
  uuid,
} from '../schema/definition.ts'

export const fetch = api(
  'Fetch',
  1,
  '0-18',
  '12+',
  {
    clusterId: string('12+', { nullable: '12+', tag: 0, default: null, ignorable: true }),
    replicaId: int32('0-14', { default: -1 }),
    replicaState: struct(
      '15+',
      {
        replicaId: int32('15+', { default: -1 }),
        replicaEpoch: int64('15+', { default: -1 }),
      },
      { tag: 1 },
    ),
    maxWaitMs: int32('0+'),
    minBytes: int32('0+'),
    maxBytes: int32('3+', { default: 0x7fffffff, ignorable: true }),
    isolationLevel: int8('4+', { default: 0, ignorable: true }),
    sessionId: int32('7+', { default: 0, ignorable: true }),
    sessionEpoch: int32('7+', { default: -1, ignorable: true }),
    topics: structs('0+', {
      topic: string('0-12', { default: '', ignorable: true }),
      topicId: uuid('13+', { default: UUID_ZERO, ignorable: true }),
      partitions: structs('0+', {
        partition: int32('0+'),
        currentLeaderEpoch: int32('9+', { default: -1, ignorable: true }),
        fetchOffset: int64Near('0+'),
        lastFetchedEpoch: int32('12+', { default: -1 }),
        logStartOffset: int64('5+', { default: -1, ignorable: true }),
        partitionMaxBytes: int32('0+'),
        replicaDirectoryId: uuid('17+', { tag: 0, ignorable: true }),
        highWatermark: int64Near('18+', { tag: 1, default: Number.MAX_SAFE_INTEGER, ignorable: true }),
      }),
    }),
    forgottenTopicsData: structs(
      '7+',
      {
        topic: string('7-12', { default: '', ignorable: true }),
        topicId: uuid('13+', { default: UUID_ZERO, ignorable: true }),
        partitions: int32s('7+'),
      },
      { default: [] },
    ),
    rackId: string('11+', { default: '', ignorable: true }),
  },
  {
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('7+', { default: 0, ignorable: true }),
    sessionId: int32('7+', { default: 0 }),
    responses: structs('0+', {
      topic: string('0-12', { default: '', ignorable: true }),
      topicId: uuid('13+', { default: UUID_ZERO, ignorable: true }),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        highWatermark: int64('0+'),
        lastStableOffset: int64('4+', { default: -1, ignorable: true }),
        logStartOffset: int64('5+', { default: -1, ignorable: true }),
        divergingEpoch: struct(
          '12+',
          {
            epoch: int32('12+', { default: -1 }),
            endOffset: int64('12+', { default: -1 }),
          },
          { tag: 0 },
        ),
        currentLeader: struct(
          '12+',
          {
            leaderId: int32('12+', { default: -1 }),
            leaderEpoch: int32('12+', { default: -1 }),
          },
          { tag: 1 },
        ),
        snapshotId: struct(
          '12+',
          {
            endOffset: int64('0+', { default: -1 }),
            epoch: int32('0+', { default: -1 }),
          },
          { tag: 2 },
        ),
        abortedTransactions: structs(
          '4+',
          {
            producerId: int64('4+'),
            firstOffset: int64('4+'),
          },
          { nullable: '4+', default: [], ignorable: true },
        ),
        preferredReadReplica: int32('11+', { default: -1 }),
        records: records('0+', { nullable: '0+' }),
      }),
    }),
    nodeEndpoints: structs(
      '16+',
      {
        nodeId: int32('16+'),
        host: string('16+'),
        port: int32('16+'),
        rack: string('16+', { nullable: '16+', default: null }),
      },
      { tag: 0 },
    ),
  },
)

export type FetchRequest = Request<typeof fetch>
export type FetchRequestInit = RequestInit<typeof fetch>
export type FetchResponse = Response<typeof fetch>
export type FetchResponseInit = ResponseInit<typeof fetch>
