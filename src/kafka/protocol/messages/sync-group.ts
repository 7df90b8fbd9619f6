/** The leader hands out the assignments of a generation, and each member gets its own. */
import {
  api,
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

export const syncGroup = api(
  'SyncGroup',
  14,
  '0-5',
  '4+',
  {
    groupId: string('0+'),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null }),
    protocolType: string('5+', { nullable: '5+', default: null, ignorable: true }),
    protocolName: string('5+', { nullable: '5+', default: null, ignorable: true }),
    assignments: structs('0+', {
      memberId: string('0+'),
      assignment: bytes('0+'),
    }),
  },
  {
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
    protocolType: string('5+', { nullable: '5+', default: null, ignorable: true }),
    protocolName: string('5+', { nullable: '5+', default: null, ignorable: true }),
    assignment: bytes('0+'),
  },
)

export type SyncGroupRequest = Request<typeof syncGroup>
export type SyncGroupRequestInit = RequestInit<typeof syncGroup>
export type SyncGroupResponse = Response<typeof syncGroup>
export type SyncGroupResponseInit = ResponseInit<typeof syncGroup>
