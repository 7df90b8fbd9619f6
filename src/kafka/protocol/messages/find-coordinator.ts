/** Which broker coordinates a group or a transactional id. Several keys at once from 4. */
import {
  api,
  int8,
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

export const findCoordinator = api(
  'FindCoordinator',
  10,
  '0-6',
  '3+',
  {
    key: string('0-3', { default: '' }),
    keyType: int8('1+', { default: 0 }),
    coordinatorKeys: strings('4+', { default: [] }),
  },
  {
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0-3', { default: 0 }),
    errorMessage: string('1-3', { nullable: '1-3', default: '', ignorable: true }),
    nodeId: int32('0-3', { default: 0 }),
    host: string('0-3', { default: '' }),
    port: int32('0-3', { default: 0 }),
    coordinators: structs(
      '4+',
      {
        key: string('4+'),
        nodeId: int32('4+'),
        host: string('4+'),
        port: int32('4+'),
        errorCode: int16('4+'),
        errorMessage: string('4+', { nullable: '4+', ignorable: true }),
      },
      { default: [] },
    ),
  },
)

export type FindCoordinatorRequest = Request<typeof findCoordinator>
export type FindCoordinatorRequestInit = RequestInit<typeof findCoordinator>
export type FindCoordinatorResponse = Response<typeof findCoordinator>
export type FindCoordinatorResponseInit = ResponseInit<typeof findCoordinator>
