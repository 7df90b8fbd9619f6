/** State and members of classic groups. */
import {
  api,
  bool,
  bytes,
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

export const describeGroups = api(
  'DescribeGroups',
  15,
  '0-6',
  '5+',
  {
    groups: strings('0+'),
    includeAuthorizedOperations: bool('3+', { default: false }),
  },
  {
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    groups: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('6+', { nullable: '6+', default: null }),
      groupId: string('0+'),
      groupState: string('0+'),
      protocolType: string('0+'),
      protocolData: string('0+'),
      members: structs('0+', {
        memberId: string('0+'),
        groupInstanceId: string('4+', { nullable: '4+', default: null, ignorable: true }),
        clientId: string('0+'),
        clientHost: string('0+'),
        memberMetadata: bytes('0+'),
        memberAssignment: bytes('0+'),
      }),
      authorizedOperations: int32('3+', { default: -2147483648 }),
    }),
  },
)

export type DescribeGroupsRequest = Request<typeof describeGroups>
export type DescribeGroupsRequestInit = RequestInit<typeof describeGroups>
export type DescribeGroupsResponse = Response<typeof describeGroups>
export type DescribeGroupsResponseInit = ResponseInit<typeof describeGroups>
