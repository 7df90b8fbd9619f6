/** Each message of Kafka's protocol, in each version: what is written is read again, by frames too, and one byte less is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MillraceError } from '../../src/error.ts'
import { apiList } from '../../src/kafka/protocol/apis.ts'
import {
  decodeMessage,
  decodeRequestBody,
  decodeRequestHeader,
  decodeResponse,
  encodeMessage,
  encodeRequest,
  encodeResponse,
} from '../../src/kafka/protocol/frames.ts'
import { consumerAssignment, consumerSubscription } from '../../src/kafka/protocol/messages/consumer-protocol.ts'
import type { Message } from '../../src/kafka/protocol/schema/definition.ts'
import { WireReader } from '../../src/kafka/protocol/wire/wire-reader.ts'
import { messageArbitrary, versionsOf } from './kafka-message-arbitraries.ts'
import { propertyOptions } from './property-options.ts'

/** Read bytes as Buffers, so that toEqual compares them with those that were written. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
}
const messages: readonly Message[] = [...apiList.flatMap((api) => [api.request, api.response]), consumerSubscription, consumerAssignment]

describe('messages', () => {
  test.each(messages.map((one) => [one.name, one] as const))('%s', (_, message) => {
    for (const version of versionsOf(message))
      fc.assert(
        fc.property(messageArbitrary(message, version), fc.nat(), ({ written, read }, cut) => {
          const bytes = encodeMessage(message, version, written)
          expect(plain(decodeMessage(message, version, bytes))).toEqual(plain(read))
          if (bytes.length === 0) return
          expect(() => decodeMessage(message, version, bytes.subarray(0, cut % bytes.length))).toThrow(MillraceError)
        }),
        propertyOptions(20),
      )
  })
})

test('frames of all requests and responses', () => {
  for (const api of apiList)
    for (const version of versionsOf(api.request))
      fc.assert(
        fc.property(
          messageArbitrary(api.request, version),
          messageArbitrary(api.response, version),
          fc.integer(),
          fc.option(fc.string()),
          (request, response, correlationId, clientId) => {
            const { parts, byteLength } = encodeRequest(api, version, { correlationId, clientId }, request.written)
            const frame = Buffer.concat(parts)
            expect(frame.length).toBe(byteLength)
            expect(frame.readInt32BE()).toBe(byteLength - 4)
            const reader = new WireReader(frame.subarray(4))
            expect(decodeRequestHeader(reader)).toEqual({ apiKey: api.key, apiVersion: version, correlationId, clientId })
            expect(plain(decodeRequestBody(api, version, reader))).toEqual(plain(request.read))
            if (api.name === 'ApiVersions' && response.read['errorCode'] === 35) return
            const answer = Buffer.concat(encodeResponse(api, version, correlationId, response.written).parts).subarray(4)
            expect(answer.readInt32BE()).toBe(correlationId)
            expect(plain(decodeResponse(api, version, answer))).toEqual(plain(response.read))
          },
        ),
        propertyOptions(3),
      )
})
