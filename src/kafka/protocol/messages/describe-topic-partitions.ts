/** Topics and partitions, page by page. */
import {
  api,
  bool,
  int16,
  int32,
  int32s,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  struct,
  structs,
  uuid,
} from '../schema/definition.ts'

export const describeTopicPartitions = api(
  'DescribeTopicPartitions',
  75,
  '0',
  '0+',
  {
    topics: structs('0+', {
      name: string('0+'),
    }),
    responsePartitionLimit: int32('0+', { default: 2000 }),
    cursor: struct(
      '0+',
      {
        topicName: string('0+'),
        partitionIndex: int32('0+'),
      },
      { nullable: '0+', default: null },
    ),
  },
  {
    throttleTimeMs: int32('0+', { ignorable: true }),
    topics: structs('0+', {
      errorCode: int16('0+'),
      name: string('0+', { nullable: '0+' }),
      topicId: uuid('0+', { ignorable: true }),
      isInternal: bool('0+', { default: false, ignorable: true }),
      partitions: structs('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('0+', { default: -1, ignorable: true }),
        replicaNodes: int32s('0+'),
        isrNodes: int32s('0+'),
        eligibleLeaderReplicas: int32s('0+', { nullable: '0+', default: null }),
        lastKnownElr: int32s('0+', { nullable: '0+', default: null }),
        offlineReplicas: int32s('0+', { ignorable: true }),
      }),
      topicAuthorizedOperations: int32('0+', { default: -2147483648 }),
    }),
    nextCursor: struct(
      '0+',
      {
        topicName: string('0+'),
        partitionIndex: int32('0+'),
      },
      { nullable: '0+', default: null },
    ),
  },
)

export type DescribeTopicPartitionsRequest = Request<typeof describeTopicPartitions>
export type DescribeTopicPartitionsRequestInit = RequestInit<typeof describeTopicPartitions>
export type DescribeTopicPartitionsResponse = Response<typeof describeTopicPartitions>
export type DescribeTopicPartitionsResponseInit = ResponseInit<typeof describeTopicPartitions>
