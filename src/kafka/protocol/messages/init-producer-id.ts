/** A producer id and epoch, for idempotence or transactions; shuts out older producers of the same transactional id. */
import { api, int16, int32, int64, type Request, type RequestInit, type Response, type ResponseInit, string } from '../schema/definition.ts'

export const initProducerId = api(
  'InitProducerId',
  22,
  '0-5',
  '2+',
  {
    transactionalId: string('0+', { nullable: '0+' }),
    transactionTimeoutMs: int32('0+'),
    producerId: int64('3+', { default: -1 }),
    producerEpoch: int16('3+', { default: -1 }),
  },
  {
    throttleTimeMs: int32('0+', { ignorable: true }),
    errorCode: int16('0+'),
    producerId: int64('0+', { default: -1 }),
    producerEpoch: int16('0+'),
  },
)

export type InitProducerIdRequest = Request<typeof initProducerId>
export type InitProducerIdRequestInit = RequestInit<typeof initProducerId>
export type InitProducerIdResponse = Response<typeof initProducerId>
export type InitProducerIdResponseInit = ResponseInit<typeof initProducerId>
