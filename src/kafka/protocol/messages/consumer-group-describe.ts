/** State and members of groups of the newer protocol. */
import {
  api,
  bool,
  int8,
  int16,
  int32,
  int32s,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  strings,
  struct,
  structs,
  uuid,
} from '../schema/definition.ts'

export const consumerGroupDescribe = api(
  'ConsumerGroupDescribe',
  69,
  '0-1',
  '0+',
  {
    groupIds: strings('0+'),
    includeAuthorizedOperations: bool('0+'),
  },
  {
    throttleTimeMs: int32('0+'),
    groups: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
      groupId: string('0+'),
      groupState: string('0+'),
      groupEpoch: int32('0+'),
      assignmentEpoch: int32('0+'),
      assignorName: string('0+'),
      members: structs('0+', {
        memberId: string('0+'),
        instanceId: string('0+', { nullable: '0+', default: null }),
        rackId: string('0+', { nullable: '0+', default: null }),
        memberEpoch: int32('0+'),
        clientId: string('0+'),
        clientHost: string('0+'),
        subscribedTopicNames: strings('0+'),
        subscribedTopicRegex: string('0+', { nullable: '0+', default: null }),
        assignment: struct('0+', {
          topicPartitions: structs('0+', {
            topicId: uuid('0+'),
            topicName: string('0+'),
            partitions: int32s('0+'),
          }),
        }),
        targetAssignment: struct('0+', {
          topicPartitions: structs('0+', {
            topicId: uuid('0+'),
            topicName: string('0+'),
            partitions: int32s('0+'),
          }),
        }),
        memberType: int8('1+', { default: -1, ignorable: true }),
      }),
      authorizedOperations: int32('0+', { default: -2147483648 }),
    }),
  },
)

export type ConsumerGroupDescribeRequest = Request<typeof consumerGroupDescribe>
export type ConsumerGroupDescribeRequestInit = RequestInit<typeof consumerGroupDescribe>
export type ConsumerGroupDescribeResponse = Response<typeof consumerGroupDescribe>
export type ConsumerGroupDescribeResponseInit = ResponseInit<typeof consumerGroupDescribe>
