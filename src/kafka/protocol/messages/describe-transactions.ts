/** State of transactions. */
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
  strings,
  structs,
} from '../schema/definition.ts'

export const describeTransactions = api(
  'DescribeTransactions',
  65,
  '0',
  '0+',
  {
    transactionalIds: strings('0+'),
  },
  {
    throttleTimeMs: int32('0+'),
    transactionStates: structs('0+', {
      errorCode: int16('0+'),
      transactionalId: string('0+'),
      transactionState: string('0+'),
      transactionTimeoutMs: int32('0+'),
      transactionStartTimeMs: int64('0+'),
      producerId: int64('0+'),
      producerEpoch: int16('0+'),
      topics: structs('0+', {
        topic: string('0+'),
        partitions: int32s('0+'),
      }),
    }),
  },
)

export type DescribeTransactionsRequest = Request<typeof describeTransactions>
export type DescribeTransactionsRequestInit = RequestInit<typeof describeTransactions>
export type DescribeTransactionsResponse = Response<typeof describeTransactions>
export type DescribeTransactionsResponseInit = ResponseInit<typeof describeTransactions>
