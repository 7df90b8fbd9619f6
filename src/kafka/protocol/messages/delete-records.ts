/** Move the start of partitions up to an offset; -1 is the high watermark. */
import {
  api,
  int16,
  int32,
  int64,
  int64Near,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  structs,
} from '../schema/definition.ts'

export const deleteRecords = api(
  'DeleteRecords',
  21,
  '0-2',
  '2+',
  {
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        offset: int64Near('0+'),
      }),
    }),
    timeoutMs: int32('0+'),
  },
  {
    throttleTimeMs: int32('0+'),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        lowWatermark: int64('0+'),
        errorCode: int16('0+'),
      }),
    }),
  },
)

export type DeleteRecordsRequest = Request<typeof deleteRecords>
export type DeleteRecordsRequestInit = RequestInit<typeof deleteRecords>
export type DeleteRecordsResponse = Response<typeof deleteRecords>
export type DeleteRecordsResponseInit = ResponseInit<typeof deleteRecords>
