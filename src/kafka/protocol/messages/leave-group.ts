/** Leave a classic group. Several members at once from 3. */
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

export const leaveGroup = api(
  'LeaveGroup',
  13,
  '0-5',
  '4+',
  {
    groupId: string('0+'),
    memberId: string('0-2', { default: '' }),
    members: structs(
      '3+',
      {
        memberId: string('3+'),
        groupInstanceId: string('3+', { nullable: '3+', default: null }),
        reason: string('5+', { nullable: '5+', default: null, ignorable: true }),
      },
      { default: [] },
    ),
  },
  {
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
    members: structs(
      '3+',
      {
        memberId: string('3+'),
        groupInstanceId: string('3+', { nullable: '3+' }),
        errorCode: int16('3+'),
      },
      { default: [] },
    ),
  },
)

export type LeaveGroupRequest = Request<typeof leaveGroup>
export type LeaveGroupRequestInit = RequestInit<typeof leaveGroup>
export type LeaveGroupResponse = Response<typeof leaveGroup>
export type LeaveGroupResponseInit = ResponseInit<typeof leaveGroup>
