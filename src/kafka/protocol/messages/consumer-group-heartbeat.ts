/** A member of a group of the newer protocol is alive, and learns its assignment. */
import {
  api,
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

export const consumerGroupHeartbeat = api(
  'ConsumerGroupHeartbeat',
  68,
  '0-1',
  '0+',
  {
    groupId: string('0+'),
    memberId: string('0+'),
    memberEpoch: int32('0+'),
    instanceId: string('0+', { nullable: '0+', default: null }),
    rackId: string('0+', { nullable: '0+', default: null }),
    rebalanceTimeoutMs: int32('0+', { default: -1 }),
    subscribedTopicNames: strings('0+', { nullable: '0+', default: null }),
    subscribedTopicRegex: string('1+', { nullable: '1+', default: null }),
    serverAssignor: string('0+', { nullable: '0+', default: null }),
    topicPartitions: structs(
      '0+',
      {
        topicId: uuid('0+'),
        partitions: int32s('0+'),
      },
      { nullable: '0+', default: null },
    ),
  },
  {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    memberId: string('0+', { nullable: '0+', default: null }),
    memberEpoch: int32('0+'),
    heartbeatIntervalMs: int32('0+'),
    assignment: struct(
      '0+',
      {
        topicPartitions: structs('0+', {
          topicId: uuid('0+'),
          partitions: int32s('0+'),
        }),
      },
      { nullable: '0+', default: null },
    ),
  },
)

export type ConsumerGroupHeartbeatRequest = Request<typeof consumerGroupHeartbeat>
export type ConsumerGroupHeartbeatRequestInit = RequestInit<typeof consumerGroupHeartbeat>
export type ConsumerGroupHeartbeatResponse = Response<typeof consumerGroupHeartbeat>
export type ConsumerGroupHeartbeatResponseInit = ResponseInit<typeof consumerGroupHeartbeat>
