/**
 * Requests and responses as they travel: four bytes of length, a header, a body. A client writes requests and reads responses, a broker the other way round.
 * Which connection the bytes take, and which response belongs to which request, is left to those who have the connection.
 */
import { isFlexible } from './apis.ts'
import { apiVersions } from './messages/api-versions.ts'
import { requestHeader, responseHeader } from './messages/headers.ts'
import { codecOf } from './schema/codec.ts'
import type { Api, Fields, Message, ReadOf, WriteOf } from './schema/definition.ts'
import { protocolFault } from './wire/fault.ts'
import { WireReader } from './wire/wire-reader.ts'
import { type WireParts, WireWriter } from './wire/wire-writer.ts'

/** Bytes of the length before each frame. */
export const FRAME_PREFIX_BYTES = 4
/** A broker that does not know the version of ApiVersions says so in version 0. */
const UNSUPPORTED_VERSION = 35

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

/** The frame of a request, with its length. */
export function encodeRequest<Q extends Fields, A extends Fields>(
  api: Api<Q, A>,
  version: number,
  header: { readonly correlationId: number; readonly clientId: string | null },
  body: WriteOf<Q>,
): WireParts {
  const writer = new WireWriter()
  writer.int32(0)
  const { correlationId, clientId } = header
  codecOf(requestHeader, 1).write(writer, { requestApiKey: api.key, requestApiVersion: version, correlationId, clientId })
  if (isFlexible(api, version)) writer.uvarint(0)
  codecOf(api.request, version).write(writer, body)
  return withLength(writer)
}

/** The header of a request; `frame` is what follows the length. The reader stands on the body afterwards; see `decodeRequestBody`. */
export function decodeRequestHeader(reader: WireReader): RequestHeader {
  const { requestApiKey, requestApiVersion, correlationId, clientId } = codecOf(requestHeader, 1).read(reader)
  return { apiKey: requestApiKey, apiVersion: requestApiVersion, correlationId, clientId }
}

/** The body of a request behind its header. Throws KAFKA_VERSION_UNSUPPORTED if the version is not one that is defined. */
export function decodeRequestBody<Q extends Fields, A extends Fields>(api: Api<Q, A>, version: number, reader: WireReader): ReadOf<Q> {
  const codec = codecOf(api.request, version)
  if (isFlexible(api, version)) reader.taggedFields(() => false)
  const body = codec.read(reader)
  reader.end()
  return body
}

/** The frame of a response, with its length. */
export function encodeResponse<Q extends Fields, A extends Fields>(
  api: Api<Q, A>,
  version: number,
  correlationId: number,
  body: WriteOf<A>,
): WireParts {
  const writer = new WireWriter()
  writer.int32(0)
  codecOf(responseHeader, responseHeaderVersion(api, version)).write(writer, { correlationId })
  codecOf(api.response, version).write(writer, body)
  return withLength(writer)
}

/** The correlation id of a response; `frame` is what follows the length. */
export function correlationIdOf(frame: Uint8Array): number {
  return new WireReader(frame).int32()
}

/** The response in `frame`, which is what follows the length. Byte ranges in it share memory with the frame. */
export function decodeResponse<Q extends Fields, A extends Fields>(api: Api<Q, A>, version: number, frame: Uint8Array): ReadOf<A> {
  const reader = new WireReader(frame)
  codecOf(responseHeader, responseHeaderVersion(api, version)).read(reader)
  const inOldest = api.key === apiVersions.key && new WireReader(frame, reader.position).int16() === UNSUPPORTED_VERSION
  const body = codecOf(api.response, inOldest ? 0 : version).read(reader)
  reader.end()
  return body
}

/** Any message on its own, without length or header. */
export function encodeMessage<F extends Fields>(message: Message<F>, version: number, value: WriteOf<F>): Uint8Array {
  const writer = new WireWriter()
  codecOf(message, version).write(writer, value)
  return writer.concat()
}
export function decodeMessage<F extends Fields>(message: Message<F>, version: number, bytes: Uint8Array): ReadOf<F> {
  const reader = new WireReader(bytes)
  const value = codecOf(message, version).read(reader)
  reader.end()
  return value
}

/** The response to ApiVersions has the old header in all versions: who asks does not know yet what the broker can. */
const responseHeaderVersion = (api: Api, version: number): number => (api.key !== apiVersions.key && isFlexible(api, version) ? 1 : 0)

function withLength(writer: WireWriter): WireParts {
  const frame = writer.finish()
  const [first] = frame.parts
  const length = frame.byteLength - FRAME_PREFIX_BYTES
  if (first === undefined || length > 0x7fff_ffff) protocolFault(`a frame has ${length} bytes`)
  new DataView(first.buffer, first.byteOffset, first.byteLength).setInt32(0, length)
  return frame
}
