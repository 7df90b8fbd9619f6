/** Give topics more partitions. */
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
} from '../schema/definition.ts'

export const createPartitions = api(
  'CreatePartitions',
  37,
  '0-3',
  '2+',
  {
    topics: structs('0+', {
      name: string('0+'),
      count: int32('0+'),
      assignments: structs(
        '0+',
        {
          brokerIds: int32s('0+'),
        },
        { nullable: '0+' },
      ),
    }),
    timeoutMs: int32('0+'),
    validateOnly: bool('0+'),
  },
  {
    throttleTimeMs: int32('0+'),
    results: structs('0+', {
      name: string('0+'),
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
    }),
  },
)

export type CreatePartitionsRequest = Request<typeof createPartitions>
export type CreatePartitionsRequestInit = RequestInit<typeof createPartitions>
export type CreatePartitionsResponse = Response<typeof createPartitions>
export type CreatePartitionsResponseInit = ResponseInit<typeof createPartitions>
