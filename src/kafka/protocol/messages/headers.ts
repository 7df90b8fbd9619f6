/** What stands before each request and response. The client's id keeps the old encoding in all versions, so that any broker can read the header of any request. */
import { int16, int32, message, string } from '../schema/definition.ts'

export const requestHeader = message('RequestHeader', '1-2', 'none', {
  requestApiKey: int16('0+'),
  requestApiVersion: int16('0+'),
  correlationId: int32('0+'),
  clientId: string('1+', { nullable: '1+' }),
})

export const responseHeader = message('ResponseHeader', '0-1', '1+', {
  correlationId: int32('0+'),
})
