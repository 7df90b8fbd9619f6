/** Commit or abort a transaction. From version 5 the epoch is raised by each. */
import {
  api,
  bool,
  int16,
  int32,
  int64,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
} from '../schema/definition.ts'

export const endTxn = api(
  'EndTxn',
  26,
  '0-5',
  '3+',
  {
    transactionalId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    committed: bool('0+'),
  },
  {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    producerId: int64('5+', { default: -1, ignorable: true }),
    producerEpoch: int16('5+', { default: -1, ignorable: true }),
  },
)

export type EndTxnRequest = Request<typeof endTxn>
export type EndTxnRequestInit = RequestInit<typeof endTxn>
export type EndTxnResponse = Response<typeof endTxn>
export type EndTxnResponseInit = ResponseInit<typeof endTxn>
