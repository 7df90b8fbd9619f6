/** Delete groups that have no members. */
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
} from '../schema/definition.ts'

export const deleteGroups = api(
  'DeleteGroups',
  42,
  '0-2',
  '2+',
  {
    groupsNames: strings('0+'),
  },
  {
    throttleTimeMs: int32('0+'),
    results: structs('0+', {
      groupId: string('0+'),
      errorCode: int16('0+'),
    }),
  },
)

export type DeleteGroupsRequest = Request<typeof deleteGroups>
export type DeleteGroupsRequestInit = RequestInit<typeof deleteGroups>
export type DeleteGroupsResponse = Response<typeof deleteGroups>
export type DeleteGroupsResponseInit = ResponseInit<typeof deleteGroups>
