/** Delete topics, by id from version 6. */
import {
  api,
  int16,
  int32,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  strings,
  structs,
  UUID_ZERO,
  uuid,
} from '../schema/definition.ts'

export const deleteTopics = api(
  'DeleteTopics',
  20,
  '1-6',
  '4+',
  {
    topics: structs(
      '6+',
      {
        name: string('6+', { nullable: '6+', default: null }),
        topicId: uuid('6+'),
      },
      { default: [] },
    ),
    topicNames: strings('0-5', { default: [], ignorable: true }),
    timeoutMs: int32('0+'),
  },
  {
    throttleTimeMs: int32('1+', { ignorable: true }),
    responses: structs('0+', {
      name: string('0+', { nullable: '6+' }),
      topicId: uuid('6+', { default: UUID_ZERO, ignorable: true }),
      errorCode: int16('0+'),
      errorMessage: string('5+', { nullable: '5+', default: null, ignorable: true }),
    }),
  },
)

export type DeleteTopicsRequest = Request<typeof deleteTopics>
export type DeleteTopicsRequestInit = RequestInit<typeof deleteTopics>
export type DeleteTopicsResponse = Response<typeof deleteTopics>
export type DeleteTopicsResponseInit = ResponseInit<typeof deleteTopics>
