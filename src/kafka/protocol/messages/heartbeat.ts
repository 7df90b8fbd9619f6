/** A member of a classic group is alive. */
import { api, int16, int32, type Request, type RequestInit, type Response, type ResponseInit, string } from '../schema/definition.ts'

export const heartbeat = api(
  'Heartbeat',
  12,
  '0-4',
  '4+',
  {
    groupId: string('0+'),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null }),
  },
  {
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
  },
)

export type HeartbeatRequest = Request<typeof heartbeat>
export type HeartbeatRequestInit = RequestInit<typeof heartbeat>
export type HeartbeatResponse = Response<typeof heartbeat>
export type HeartbeatResponseInit = ResponseInit<typeof heartbeat>
