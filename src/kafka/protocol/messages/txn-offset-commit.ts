/** Offsets of a group, committed with a transaction. */
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

export const txnOffsetCommit = api(
  'TxnOffsetCommit',
  28,
  '0-5',
  '3+',
  {
    transactionalId: string('0+'),
    groupId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    generationId: int32('3+', { default: -1 }),
    memberId: string('3+', { default: '' }),
    groupInstanceId: string('3+', { nullable: '3+', default: null }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        committedOffset: int64('0+'),
        committedLeaderEpoch: int32('2+', { default: -1, ignorable: true }),
        committedMetadata: string('0+', { nullable: '0+' }),
      }),
    }),
  },
  {
    throttleTimeMs: int32('0+'),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
      }),
    }),
  },
)

export type TxnOffsetCommitRequest = Request<typeof txnOffsetCommit>
export type TxnOffsetCommitRequestInit = RequestInit<typeof txnOffsetCommit>
export type TxnOffsetCommitResponse = Response<typeof txnOffsetCommit>
export type TxnOffsetCommitResponseInit = ResponseInit<typeof txnOffsetCommit>
