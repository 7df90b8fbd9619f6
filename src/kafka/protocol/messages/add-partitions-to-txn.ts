/** Partitions that a transaction will write to. Brokers among themselves use versions from 4. */
import {
  api,
  bool,
  int16,
  int32,
  int32s,
  int64,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  string,
  structs,
} from '../schema/definition.ts'

export const addPartitionsToTxn = api(
  'AddPartitionsToTxn',
  24,
  '0-5',
  '3+',
  {
    transactions: structs(
      '4+',
      {
        transactionalId: string('4+'),
        producerId: int64('4+'),
        producerEpoch: int16('4+'),
        verifyOnly: bool('4+', { default: false }),
        topics: structs('4+', {
          name: string('0+'),
          partitions: int32s('0+'),
        }),
      },
      { default: [] },
    ),
    v3AndBelowTransactionalId: string('0-3', { default: '' }),
    v3AndBelowProducerId: int64('0-3', { default: 0 }),
    v3AndBelowProducerEpoch: int16('0-3', { default: 0 }),
    v3AndBelowTopics: structs(
      '0-3',
      {
        name: string('0+'),
        partitions: int32s('0+'),
      },
      { default: [] },
    ),
  },
  {
    throttleTimeMs: int32('0+'),
    errorCode: int16('4+', { default: 0, ignorable: true }),
    resultsByTransaction: structs(
      '4+',
      {
        transactionalId: string('4+'),
        topicResults: structs('4+', {
          name: string('0+'),
          resultsByPartition: structs('0+', {
            partitionIndex: int32('0+'),
            partitionErrorCode: int16('0+'),
          }),
        }),
      },
      { default: [] },
    ),
    resultsByTopicV3AndBelow: structs(
      '0-3',
      {
        name: string('0+'),
        resultsByPartition: structs('0+', {
          partitionIndex: int32('0+'),
          partitionErrorCode: int16('0+'),
        }),
      },
      { default: [] },
    ),
  },
)

export type AddPartitionsToTxnRequest = Request<typeof addPartitionsToTxn>
export type AddPartitionsToTxnRequestInit = RequestInit<typeof addPartitionsToTxn>
export type AddPartitionsToTxnResponse = Response<typeof addPartitionsToTxn>
export type AddPartitionsToTxnResponseInit = ResponseInit<typeof addPartitionsToTxn>
