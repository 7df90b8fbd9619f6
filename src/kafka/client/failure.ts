/**
 * What goes wrong with a cluster, as MillraceErrors. `details.retriable` says whether the same may succeed later; what brokers answered is in
 * `details.kafkaError`, by Kafka's name.
 */
import { MillraceError, type MillraceErrorOptions } from '../../error.ts'
import type { ErrorCode } from '../../error-codes.ts'
import { type BrokerErrorName, brokerErrorOf } from '../protocol/broker-errors.ts'

const ownCodes: Readonly<Partial<Record<BrokerErrorName, ErrorCode>>> = {
  SASL_AUTHENTICATION_FAILED: 'KAFKA_AUTHENTICATION_FAILED',
  UNSUPPORTED_SASL_MECHANISM: 'KAFKA_AUTHENTICATION_FAILED',
  ILLEGAL_SASL_STATE: 'KAFKA_AUTHENTICATION_FAILED',
  TOPIC_AUTHORIZATION_FAILED: 'KAFKA_AUTHORIZATION_FAILED',
  GROUP_AUTHORIZATION_FAILED: 'KAFKA_AUTHORIZATION_FAILED',
  CLUSTER_AUTHORIZATION_FAILED: 'KAFKA_AUTHORIZATION_FAILED',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'KAFKA_AUTHORIZATION_FAILED',
  UNKNOWN_TOPIC_OR_PARTITION: 'KAFKA_UNKNOWN_TOPIC',
  UNKNOWN_TOPIC_ID: 'KAFKA_UNKNOWN_TOPIC',
  OFFSET_OUT_OF_RANGE: 'KAFKA_OFFSET_OUT_OF_RANGE',
  MESSAGE_TOO_LARGE: 'KAFKA_RECORD_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'KAFKA_RECORD_TOO_LARGE',
  INVALID_PRODUCER_EPOCH: 'KAFKA_PRODUCER_FENCED',
  PRODUCER_FENCED: 'KAFKA_PRODUCER_FENCED',
}

/** What a broker answered to `doing`, which completes "The broker refused to …". */
export function brokerFailure(
  code: number,
  doing: string,
  { message, details = {} }: { readonly message?: string | null; readonly details?: Readonly<Record<string, unknown>> } = {},
): MillraceError {
  const { name, retriable } = brokerErrorOf(code)
  const said = message == null || message === '' ? '' : ` It says: ${message.replace(/\.?$/, '.')}`
  const ownCode = ownCodes[name as BrokerErrorName] ?? 'KAFKA_REQUEST_REFUSED'
  return new MillraceError(ownCode, `The broker refused to ${doing}: ${name}.${said}`, {
    details: { ...details, kafkaError: name, kafkaCode: code, retriable },
  })
}

/** Something between here and the broker, which may pass. */
export function passingFailure(
  code: 'KAFKA_UNREACHABLE' | 'KAFKA_TIMEOUT' | 'KAFKA_CONNECTION_LOST',
  message: string,
  { details = {}, ...options }: MillraceErrorOptions = {},
): MillraceError {
  return new MillraceError(code, message, { ...options, details: { ...details, retriable: true } })
}

export const isRetriable = (error: unknown): error is MillraceError => MillraceError.is(error) && error.details['retriable'] === true

/** Kafka's name of the error that a broker answered with; null if it was none. */
export const kafkaErrorOf = (error: unknown): BrokerErrorName | null =>
  MillraceError.is(error) ? ((error.details['kafkaError'] as BrokerErrorName | undefined) ?? null) : null

/** The system's own code of an error (ECONNREFUSED, DEPTH_ZERO_SELF_SIGNED_CERT …). */
export const systemCodeOf = (error: unknown): string => (error as { readonly code?: unknown } | null)?.code?.toString() ?? ''
