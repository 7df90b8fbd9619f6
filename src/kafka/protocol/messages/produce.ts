/** Append record batches to partitions. Versions before 3 carry older record formats and are listed only because librdkafka looks for them; topics are named by id from 13. */
import {
  api,
  int16,
  int32,
  int64,
  type Request,
  type RequestInit,
  type Response,
  type ResponseInit,
  records,
  string,
  struct,
  structs,
  UUID_ZERO,
  uuid,
} from '../schema/definition.ts'

export const produce = api(
  'Produce',
  0,
  '0-13',
  '9+',
  {
    transactionalId: string('3+', { nullable: '3+', default: null }),
    acks: int16('0+'),
    timeoutMs: int32('0+'),
    topicData: structs('0+', {
      name: string('0-12', { default: '', ignorable: true }),
      topicId: uuid('13+', { default: UUID_ZERO, ignorable: true }),
      partitionData: structs('0+', {
        index: int32('0+'),
        records: records('0+', { nullable: '0+' }),
      }),
    }),
  },
  {
    responses: structs('0+', {
      name: string('0-12', { default: '', ignorable: true }),
      topicId: uuid('13+', { default: UUID_ZERO, ignorable: true }),
      partitionResponses: structs('0+', {
        index: int32('0+'),
        errorCode: int16('0+'),
        baseOffset: int64('0+'),
        logAppendTimeMs: int64('2+', { default: -1, ignorable: true }),
        logStartOffset: int64('5+', { default: -1, ignorable: true }),
        recordErrors: structs(
          '8+',
          {
            batchIndex: int32('8+'),
            batchIndexErrorMessage: string('8+', { nullable: '8+', default: null }),
          },
          { default: [], ignorable: true },
        ),
        errorMessage: string('8+', { nullable: '8+', default: null, ignorable: true }),
        currentLeader: struct(
          '10+',
          {
            leaderId: int32('10+', { default: -1 }),
            leaderEpoch: int32('10+', { default: -1 }),
          },
          { tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    nodeEndpoints: structs(
      '10+',
      {
        nodeId: int32('10+'),
        host: string('10+'),
        port: int32('10+'),
        rack: string('10+', { nullable: '10+', default: null }),
      },
      { tag: 0 },
    ),
  },
)

export type ProduceRequest = Request<typeof produce>
export type ProduceRequestInit = RequestInit<typeof produce>
export type ProduceResponse = Response<typeof produce>
export type ProduceResponseInit = ResponseInit<typeof produce>
