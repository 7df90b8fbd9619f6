/** A group whose offsets a transaction will commit. */
import { api, int16, int32, int64, type Request, type RequestInit, type Response, type ResponseInit, string } from '../schema/definition.ts'

export const addOffsetsToTxn = api(
  'AddOffsetsToTxn',
  25,
  '0-4',
  '3+',
  {
    transactionalId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    groupId: string('0+'),
  },
  {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
  },
)

export type AddOffsetsToTxnRequest = Request<typeof addOffsetsToTxn>
export type AddOffsetsToTxnRequestInit = RequestInit<typeof addOffsetsToTxn>
export type AddOffsetsToTxnResponse = Response<typeof addOffsetsToTxn>
export type AddOffsetsToTxnResponseInit = ResponseInit<typeof addOffsetsToTxn>
