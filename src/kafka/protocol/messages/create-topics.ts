/** Create topics, with their partitions and configuration. */
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
  structs,
  UUID_ZERO,
  uuid,
} from '../schema/definition.ts'

export const createTopics = api(
  'CreateTopics',
  19,
  '2-7',
  '5+',
  {
    topics: structs('0+', {
      name: string('0+'),
      numPartitions: int32('0+'),
      replicationFactor: int16('0+'),
      assignments: structs('0+', {
        partitionIndex: int32('0+'),
        brokerIds: int32s('0+'),
      }),
      configs: structs('0+', {
        name: string('0+'),
        value: string('0+', { nullable: '0+' }),
      }),
    }),
    timeoutMs: int32('0+', { default: 60000 }),
    validateOnly: bool('1+', { default: false }),
  },
  {
    throttleTimeMs: int32('2+', { ignorable: true }),
    topics: structs('0+', {
      name: string('0+'),
      topicId: uuid('7+', { default: UUID_ZERO, ignorable: true }),
      errorCode: int16('0+'),
      errorMessage: string('1+', { nullable: '0+', ignorable: true }),
      topicConfigErrorCode: int16('5+', { tag: 0, ignorable: true }),
      numPartitions: int32('5+', { default: -1, ignorable: true }),
      replicationFactor: int16('5+', { default: -1, ignorable: true }),
      configs: structs(
        '5+',
        {
          name: string('5+'),
          value: string('5+', { nullable: '5+' }),
          readOnly: bool('5+'),
          configSource: int8('5+', { default: -1, ignorable: true }),
          isSensitive: bool('5+'),
        },
        { nullable: '5+', default: [], ignorable: true },
      ),
    }),
  },
)

export type CreateTopicsRequest = Request<typeof createTopics>
export type CreateTopicsRequestInit = RequestInit<typeof createTopics>
export type CreateTopicsResponse = Response<typeof createTopics>
export type CreateTopicsResponseInit = ResponseInit<typeof createTopics>
