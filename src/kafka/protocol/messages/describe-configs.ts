/** The configuration of topics and brokers, and where each value comes from. */
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
  strings,
  structs,
} from '../schema/definition.ts'

export const describeConfigs = api(
  'DescribeConfigs',
  32,
  '1-4',
  '4+',
  {
    resources: structs('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configurationKeys: strings('0+', { nullable: '0+' }),
    }),
    includeSynonyms: bool('1+', { default: false }),
    includeDocumentation: bool('3+', { default: false }),
  },
  {
    throttleTimeMs: int32('0+'),
    results: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: structs('0+', {
        name: string('0+'),
        value: string('0+', { nullable: '0+' }),
        readOnly: bool('0+'),
        configSource: int8('1+', { default: -1, ignorable: true }),
        isSensitive: bool('0+'),
        synonyms: structs(
          '1+',
          {
            name: string('1+'),
            value: string('1+', { nullable: '0+' }),
            source: int8('1+'),
          },
          { ignorable: true },
        ),
        configType: int8('3+', { default: 0, ignorable: true }),
        documentation: string('3+', { nullable: '0+', default: '', ignorable: true }),
      }),
    }),
  },
)

export type DescribeConfigsRequest = Request<typeof describeConfigs>
export type DescribeConfigsRequestInit = RequestInit<typeof describeConfigs>
export type DescribeConfigsResponse = Response<typeof describeConfigs>
export type DescribeConfigsResponseInit = ResponseInit<typeof describeConfigs>
