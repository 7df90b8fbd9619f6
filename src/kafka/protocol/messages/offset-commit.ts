/** What a group has processed. Topics by id from 10. */
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
  UUID_ZERO,
  uuid,
} from '../schema/definition.ts'

export const offsetCommit = api(
  'OffsetCommit',
  8,
  '2-10',
  '8+',
  {
    groupId: string('0+'),
    generationIdOrMemberEpoch: int32('1+', { default: -1, ignorable: true }),
    memberId: string('1+', { ignorable: true }),
    groupInstanceId: string('7+', { nullable: '7+', default: null }),
    retentionTimeMs: int64('2-4', { default: -1, ignorable: true }),
    topics: structs('0+', {
      name: string('0-9', { default: '', ignorable: true }),
      topicId: uuid('10+', { default: UUID_ZERO, ignorable: true }),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        committedOffset: int64('0+'),
        committedLeaderEpoch: int32('6+', { default: -1, ignorable: true }),
        committedMetadata: string('0+', { nullable: '0+' }),
      }),
    }),
  },
  {
    throttleTimeMs: int32('3+', { default: 0, ignorable: true }),
    topics: structs('0+', {
      name: string('0-9', { default: '', ignorable: true }),
      topicId: uuid('10+', { default: UUID_ZERO, ignorable: true }),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
      }),
    }),
  },
)

export type OffsetCommitRequest = Request<typeof offsetCommit>
export type OffsetCommitRequestInit = RequestInit<typeof offsetCommit>
export type OffsetCommitResponse = Response<typeof offsetCommit>
export type OffsetCommitResponseInit = ResponseInit<typeof offsetCommit>
