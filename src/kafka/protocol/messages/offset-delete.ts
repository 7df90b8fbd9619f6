/** Delete committed offsets of a group. */
import {
  api,
  int16,
  int32,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  structs,
} from '../schema/definition.ts'

export const offsetDelete = api(
  'OffsetDelete',
  47,
  '0',
  'none',
  {
    groupId: string('0+'),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
      }),
    }),
  },
  {
    errorCode: int16('0+'),
    throttleTimeMs: int32('0+', { ignorable: true }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
      }),
    }),
  },
)

export type OffsetDeleteRequest = Request<typeof offsetDelete>
export type OffsetDeleteRequestInit = RequestInit<typeof offsetDelete>
export type OffsetDeleteResponse = Response<typeof offsetDelete>
export type OffsetDeleteResponseInit = ResponseInit<typeof offsetDelete>
