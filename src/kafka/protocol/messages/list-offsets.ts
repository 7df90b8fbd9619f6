/** The offset at a point in time, or at an end of the log: see `specialTimestamps`. */
import {
  api,
  int8,
  int16,
  int32,
  int64,
  int64Near,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  structs,
} from '../schema/definition.ts'

/** What asks for an end of the log in place of a time. */
export const specialTimestamps = { latest: -1, earliest: -2, maxTimestamp: -3, earliestLocal: -4, latestTiered: -5 } as const

export const listOffsets = api(
  'ListOffsets',
  2,
  '1-11',
  '6+',
  {
    replicaId: int32('0+'),
    isolationLevel: int8('2+', { default: 0 }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        currentLeaderEpoch: int32('4+', { default: -1, ignorable: true }),
        timestamp: int64Near('0+'),
      }),
    }),
    timeoutMs: int32('10+', { default: 0, ignorable: true }),
  },
  {
    throttleTimeMs: int32('2+', { default: 0, ignorable: true }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        timestamp: int64('1+', { default: -1 }),
        offset: int64('1+', { default: -1 }),
        leaderEpoch: int32('4+', { default: -1 }),
      }),
    }),
  },
)

export type ListOffsetsRequest = Request<typeof listOffsets>
export type ListOffsetsRequestInit = RequestInit<typeof listOffsets>
export type ListOffsetsResponse = Response<typeof listOffsets>
export type ListOffsetsResponseInit = ResponseInit<typeof listOffsets>
