/** The groups that a broker coordinates. */
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

export const listGroups = api(
  'ListGroups',
  16,
  '0-5',
  '3+',
  {
    statesFilter: strings('4+', { default: [] }),
    typesFilter: strings('5+', { default: [] }),
  },
  {
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
    groups: structs('0+', {
      groupId: string('0+'),
      protocolType: string('0+'),
      groupState: string('4+', { default: '', ignorable: true }),
      groupType: string('5+', { default: '', ignorable: true }),
    }),
  },
)

export type ListGroupsRequest = Request<typeof listGroups>
export type ListGroupsRequestInit = RequestInit<typeof listGroups>
export type ListGroupsResponse = Response<typeof listGroups>
export type ListGroupsResponseInit = ResponseInit<typeof listGroups>
