/** Replace the whole configuration of topics or brokers. */
import {
  api,
  bool,
  int8,
  int16,
  int32,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  structs,
} from '../schema/definition.ts'

export const alterConfigs = api(
  'AlterConfigs',
  33,
  '0-2',
  '2+',
  {
    resources: structs('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: structs('0+', {
        name: string('0+'),
        value: string('0+', { nullable: '0+' }),
      }),
    }),
    validateOnly: bool('0+'),
  },
  {
    throttleTimeMs: int32('0+'),
    responses: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
    }),
  },
)

export type AlterConfigsRequest = Request<typeof alterConfigs>
export type AlterConfigsRequestInit = RequestInit<typeof alterConfigs>
export type AlterConfigsResponse = Response<typeof alterConfigs>
export type AlterConfigsResponseInit = ResponseInit<typeof alterConfigs>
