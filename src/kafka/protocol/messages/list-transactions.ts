/** The transactions that a broker coordinates. */
import {
  api,
  int16,
  int32,
  int64,
  int64s,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  strings,
  structs,
} from '../schema/definition.ts'

export const listTransactions = api(
  'ListTransactions',
  66,
  '0-2',
  '0+',
  {
    stateFilters: strings('0+'),
    producerIdFilters: int64s('0+'),
    durationFilter: int64('1+', { default: -1 }),
    transactionalIdPattern: string('2+', { nullable: '2+', default: null }),
  },
  {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    unknownStateFilters: strings('0+'),
    transactionStates: structs('0+', {
      transactionalId: string('0+'),
      producerId: int64('0+'),
      transactionState: string('0+'),
    }),
  },
)

export type ListTransactionsRequest = Request<typeof listTransactions>
export type ListTransactionsRequestInit = RequestInit<typeof listTransactions>
export type ListTransactionsResponse = Response<typeof listTransactions>
export type ListTransactionsResponseInit = ResponseInit<typeof listTransactions>
