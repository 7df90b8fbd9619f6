/** Where an epoch of a leader ended: how a reader sees that a log was cut behind it. */
import {
  api,
  int16,
  int32,
  int64,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  structs,
} from '../schema/definition.ts'

export const offsetForLeaderEpoch = api(
  'OffsetForLeaderEpoch',
  23,
  '2-4',
  '4+',
  {
    replicaId: int32('3+', { default: -2, ignorable: true }),
    topics: structs('0+', {
      topic: string('0+'),
      partitions: structs('0+', {
        partition: int32('0+'),
        currentLeaderEpoch: int32('2+', { default: -1, ignorable: true }),
        leaderEpoch: int32('0+'),
      }),
    }),
  },
  {
    throttleTimeMs: int32('2+', { ignorable: true }),
    topics: structs('0+', {
      topic: string('0+'),
      partitions: structs('0+', {
        errorCode: int16('0+'),
        partition: int32('0+'),
        leaderEpoch: int32('1+', { default: -1, ignorable: true }),
        endOffset: int64('0+', { default: -1 }),
      }),
    }),
  },
)

export type OffsetForLeaderEpochRequest = Request<typeof offsetForLeaderEpoch>
export type OffsetForLeaderEpochRequestInit = RequestInit<typeof offsetForLeaderEpoch>
export type OffsetForLeaderEpochResponse = Response<typeof offsetForLeaderEpoch>
export type OffsetForLeaderEpochResponseInit = ResponseInit<typeof offsetForLeaderEpoch>
