/** The brokers and the controller of a cluster. */
import {
  api,
  bool,
  int8,
  int16,
  int32,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  structs,
} from '../schema/definition.ts'

export const describeCluster = api(
  'DescribeCluster',
  60,
  '0-2',
  '0+',
  {
    includeClusterAuthorizedOperations: bool('0+'),
    endpointType: int8('1+', { default: 1 }),
    includeFencedBrokers: bool('2+', { default: false }),
  },
  {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    endpointType: int8('1+', { default: 1 }),
    clusterId: string('0+'),
    controllerId: int32('0+', { default: -1 }),
    brokers: structs('0+', {
      brokerId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: string('0+', { nullable: '0+', default: null }),
      isFenced: bool('2+', { default: false }),
    }),
    clusterAuthorizedOperations: int32('0+', { default: -2147483648 }),
  },
)

export type DescribeClusterRequest = Request<typeof describeCluster>
export type DescribeClusterRequestInit = RequestInit<typeof describeCluster>
export type DescribeClusterResponse = Response<typeof describeCluster>
export type DescribeClusterResponseInit = ResponseInit<typeof describeCluster>
