/** Enter the next generation of a classic group; the leader gets the metadata of all members. */
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
  structs,
} from '../schema/definition.ts'

export const joinGroup = api(
  'JoinGroup',
  11,
  '0-9',
  '6+',
  {
    groupId: string('0+'),
    sessionTimeoutMs: int32('0+'),
    rebalanceTimeoutMs: int32('1+', { default: -1, ignorable: true }),
    memberId: string('0+'),
    groupInstanceId: string('5+', { nullable: '5+', default: null }),
    protocolType: string('0+'),
    protocols: structs('0+', {
      name: string('0+'),
      metadata: bytes('0+'),
    }),
    reason: string('8+', { nullable: '8+', default: null, ignorable: true }),
  },
  {
    throttleTimeMs: int32('2+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
    generationId: int32('0+', { default: -1 }),
    protocolType: string('7+', { nullable: '7+', default: null, ignorable: true }),
    protocolName: string('0+', { nullable: '7+' }),
    leader: string('0+'),
    skipAssignment: bool('9+', { default: false }),
    memberId: string('0+'),
    members: structs('0+', {
      memberId: string('0+'),
      groupInstanceId: string('5+', { nullable: '5+', default: null, ignorable: true }),
      metadata: bytes('0+'),
    }),
  },
)

export type JoinGroupRequest = Request<typeof joinGroup>
export type JoinGroupRequestInit = RequestInit<typeof joinGroup>
export type JoinGroupResponse = Response<typeof joinGroup>
export type JoinGroupResponseInit = ResponseInit<typeof joinGroup>
