/** The subscriptions and assignments of classic consumer groups as bytes: a version, then the message. A newer version than ours is read as far as ours goes. */
import {
  type ConsumerAssignment,
  type ConsumerAssignmentInit,
  type ConsumerSubscription,
  type ConsumerSubscriptionInit,
  consumerAssignment,
  consumerSubscription,
} from './messages/consumer-protocol.ts'
import { codecOf } from './schema/codec.ts'
import type { Fields, Message, ReadOf, WriteOf } from './schema/definition.ts'
import { versionRange } from './schema/version-range.ts'
import { WireReader } from './wire/wire-reader.ts'
import { WireWriter } from './wire/wire-writer.ts'

export const encodeSubscription = (value: ConsumerSubscriptionInit, version = 3): Uint8Array => encode(consumerSubscription, version, value)
export const decodeSubscription = (bytes: Uint8Array): ConsumerSubscription => decode(consumerSubscription, bytes)
export const encodeAssignment = (value: ConsumerAssignmentInit, version = 3): Uint8Array => encode(consumerAssignment, version, value)
export const decodeAssignment = (bytes: Uint8Array): ConsumerAssignment => decode(consumerAssignment, bytes)

function encode<F extends Fields>(message: Message<F>, version: number, value: WriteOf<F>): Uint8Array {
  const writer = new WireWriter()
  writer.int16(version)
  codecOf(message, version).write(writer, value)
  return writer.concat()
}

function decode<F extends Fields>(message: Message<F>, bytes: Uint8Array): ReadOf<F> {
  const reader = new WireReader(bytes)
  const version = reader.int16()
  if (version < 0) reader.fault(`the version is ${version}`)
  return codecOf(message, Math.min(version, versionRange(message.versions).max)).read(reader)
}
