/** The producers that a partition keeps state of. */
import {
  api,
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
} from '../schema/definition.ts'

export const describeProducers = api(
  'DescribeProducers',
  61,
  '0',
  '0+',
  {
    topics: structs('0+', {
      name: string('0+'),
      partitionIndexes: int32s('0+'),
    }),
  },
  {
    throttleTimeMs: int32('0+'),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
        activeProducers: structs('0+', {
          producerId: int64('0+'),
          producerEpoch: int32('0+'),
          lastSequence: int32('0+', { default: -1 }),
          lastTimestamp: int64('0+', { default: -1 }),
          coordinatorEpoch: int32('0+'),
          currentTxnStartOffset: int64('0+', { default: -1 }),
        }),
      }),
    }),
  },
)

export type DescribeProducersRequest = Request<typeof describeProducers>
export type DescribeProducersRequestInit = RequestInit<typeof describeProducers>
export type DescribeProducersResponse = Response<typeof describeProducers>
export type DescribeProducersResponseInit = ResponseInit<typeof describeProducers>
