/** Brokers, topics, partitions and their leaders. No topics asks for all of them (in version 0: the empty list). */
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
  structs,
  UUID_ZERO,
  uuid,
} from '../schema/definition.ts'

export const metadata = api(
  'Metadata',
  3,
  '0-13',
  '9+',
  {
    topics: structs(
      '0+',
      {
        topicId: uuid('10+', { default: UUID_ZERO, ignorable: true }),
        name: string('0+', { nullable: '10+' }),
      },
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool('4+', { default: true }),
    includeClusterAuthorizedOperations: bool('8-10', { default: false }),
    includeTopicAuthorizedOperations: bool('8+', { default: false }),
  },
  {
    throttleTimeMs: int32('3+', { default: 0, ignorable: true }),
    brokers: structs('0+', {
      nodeId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: string('1+', { nullable: '1+', default: null, ignorable: true }),
    }),
    clusterId: string('2+', { nullable: '2+', default: null, ignorable: true }),
    controllerId: int32('1+', { default: -1, ignorable: true }),
    topics: structs('0+', {
      errorCode: int16('0+'),
      name: string('0+', { nullable: '12+' }),
      topicId: uuid('10+', { default: UUID_ZERO, ignorable: true }),
      isInternal: bool('1+', { default: false, ignorable: true }),
      partitions: structs('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('7+', { default: -1, ignorable: true }),
        replicaNodes: int32s('0+'),
        isrNodes: int32s('0+'),
        offlineReplicas: int32s('5+', { default: [], ignorable: true }),
      }),
      topicAuthorizedOperations: int32('8+', { default: -2147483648 }),
    }),
    clusterAuthorizedOperations: int32('8-10', { default: -2147483648 }),
    errorCode: int16('13+', { default: 0, ignorable: true }),
  },
)

export type MetadataRequest = Request<typeof metadata>
export type MetadataRequestInit = RequestInit<typeof metadata>
export type MetadataResponse = Response<typeof metadata>
export type MetadataResponseInit = ResponseInit<typeof metadata>
