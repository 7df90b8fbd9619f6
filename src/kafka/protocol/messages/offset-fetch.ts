/** What a group has committed. Several groups at once from 8, topics by id from 10. */
import {
  api,
  bool,
  int16,
  int32,
  int32s,
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

export const offsetFetch = api(
  'OffsetFetch',
  9,
  '1-10',
  '6+',
  {
    groupId: string('0-7', { default: '' }),
    topics: structs(
      '0-7',
      {
        name: string('0-7'),
        partitionIndexes: int32s('0-7'),
      },
      { nullable: '2-7', default: [] },
    ),
    groups: structs(
      '8+',
      {
        groupId: string('8+'),
        memberId: string('9+', { nullable: '9+', default: null, ignorable: true }),
        memberEpoch: int32('9+', { default: -1, ignorable: true }),
        topics: structs(
          '8+',
          {
            name: string('8-9', { default: '', ignorable: true }),
            topicId: uuid('10+', { default: UUID_ZERO, ignorable: true }),
            partitionIndexes: int32s('8+'),
          },
          { nullable: '8+' },
        ),
      },
      { default: [] },
    ),
    requireStable: bool('7+', { default: false }),
  },
  {
    throttleTimeMs: int32('3+', { default: 0, ignorable: true }),
    topics: structs(
      '0-7',
      {
        name: string('0-7'),
        partitions: structs('0-7', {
          partitionIndex: int32('0-7'),
          committedOffset: int64('0-7'),
          committedLeaderEpoch: int32('5-7', { default: -1, ignorable: true }),
          metadata: string('0-7', { nullable: '0-7' }),
          errorCode: int16('0-7'),
        }),
      },
      { default: [] },
    ),
    errorCode: int16('2-7', { default: 0, ignorable: true }),
    groups: structs(
      '8+',
      {
        groupId: string('8+'),
        topics: structs('8+', {
          name: string('8-9', { default: '', ignorable: true }),
          topicId: uuid('10+', { default: UUID_ZERO, ignorable: true }),
          partitions: structs('8+', {
            partitionIndex: int32('8+'),
            committedOffset: int64('8+'),
            committedLeaderEpoch: int32('8+', { default: -1, ignorable: true }),
            metadata: string('8+', { nullable: '8+' }),
            errorCode: int16('8+'),
          }),
        }),
        errorCode: int16('8+', { default: 0 }),
      },
      { default: [] },
    ),
  },
)

export type OffsetFetchRequest = Request<typeof offsetFetch>
export type OffsetFetchRequestInit = RequestInit<typeof offsetFetch>
export type OffsetFetchResponse = Response<typeof offsetFetch>
export type OffsetFetchResponseInit = ResponseInit<typeof offsetFetch>
