/** Which versions of which requests a broker speaks. A broker that does not know the version answers in version 0, with error 35. */
import {
  api,
  bool,
  int16,
  int32,
  int64,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  structs,
} from '../schema/definition.ts'

export const apiVersions = api(
  'ApiVersions',
  18,
  '0-4',
  '3+',
  {
    clientSoftwareName: string('3+', { default: '', ignorable: true }),
    clientSoftwareVersion: string('3+', { default: '', ignorable: true }),
  },
  {
    errorCode: int16('0+'),
    apiKeys: structs('0+', {
      apiKey: int16('0+'),
      minVersion: int16('0+'),
      maxVersion: int16('0+'),
    }),
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    supportedFeatures: structs(
      '3+',
      {
        name: string('3+'),
        minVersion: int16('3+'),
        maxVersion: int16('3+'),
      },
      { tag: 0, ignorable: true },
    ),
    finalizedFeaturesEpoch: int64('3+', { tag: 1, default: -1, ignorable: true }),
    finalizedFeatures: structs(
      '3+',
      {
        name: string('3+'),
        maxVersionLevel: int16('3+'),
        minVersionLevel: int16('3+'),
      },
      { tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool('3+', { tag: 3, default: false, ignorable: true }),
  },
)

export type ApiVersionsRequest = Request<typeof apiVersions>
export type ApiVersionsRequestInit = RequestInit<typeof apiVersions>
export type ApiVersionsResponse = Response<typeof apiVersions>
export type ApiVersionsResponseInit = ResponseInit<typeof apiVersions>
