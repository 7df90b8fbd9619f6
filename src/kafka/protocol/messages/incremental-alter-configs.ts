/** Change single values of a configuration. */
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

export const incrementalAlterConfigs = api(
  'IncrementalAlterConfigs',
  44,
  '0-1',
  '1+',
  {
    resources: structs('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: structs('0+', {
        name: string('0+'),
        configOperation: int8('0+'),
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

export type IncrementalAlterConfigsRequest = Request<typeof incrementalAlterConfigs>
export type IncrementalAlterConfigsRequestInit = RequestInit<typeof incrementalAlterConfigs>
export type IncrementalAlterConfigsResponse = Response<typeof incrementalAlterConfigs>
export type IncrementalAlterConfigsResponseInit = ResponseInit<typeof incrementalAlterConfigs>
