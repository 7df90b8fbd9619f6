/** Frames byte by byte, in both encodings; what a client meets in a broker of another age. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import { apis, commonVersion } from './apis.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'
import { decodeRequestBody, decodeRequestHeader, decodeResponse, encodeRequest, encodeResponse } from './frames.ts'
import type { FetchRequestInit, FetchResponse } from './messages/fetch.ts'
import { UUID_ZERO } from './schema/definition.ts'
import { WireReader } from './wire/wire-reader.ts'
import type { WireParts } from './wire/wire-writer.ts'

const hex = ({ parts }: WireParts): string => Buffer.concat(parts).toString('hex')
const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const joined = (text: string): string => text.replaceAll(' ', '')
const header = { correlationId: 7, clientId: 'ping' }

describe('requests', () => {
  test('with fixed lengths', () => {
    expect(hex(encodeRequest(apis.apiVersions, 0, header, {}))).toBe(joined('0000000e 0012 0000 00000007 0004 70696e67'))
    expect(hex(encodeRequest(apis.metadata, 1, { ...header, clientId: null }, { topics: [{ name: 'a' }] }))).toBe(
      joined('00000011 0003 0001 00000007 ffff 00000001 0001 61'),
    )
  })
  test('with compact lengths and tagged fields', () => {
    const body = { clientSoftwareName: 'mr', clientSoftwareVersion: '1' }
    expect(hex(encodeRequest(apis.apiVersions, 3, header, body))).toBe(
      joined('00000015 0012 0003 00000007 0004 70696e67 00 03 6d72 02 31 00'),
    )
  })
  test('null topics ask for all', () => {
    expect(hex(encodeRequest(apis.metadata, 1, { ...header, clientId: null }, { topics: null }))).toBe(
      joined('0000000e 0003 0001 00000007 ffff ffffffff'),
    )
  })
  test('are read by a broker', () => {
    const reader = new WireReader(bytes('0003 0009 00000007 0004 70696e67 00 02 02 61 00 01 00 01 00'))
    const { apiKey, apiVersion, correlationId, clientId } = decodeRequestHeader(reader)
    expect({ apiKey, apiVersion, correlationId, clientId }).toEqual({ apiKey: 3, apiVersion: 9, correlationId: 7, clientId: 'ping' })
    expect(decodeRequestBody(apis.metadata, 9, reader)).toEqual({
      topics: [{ topicId: UUID_ZERO, name: 'a' }],
      allowAutoTopicCreation: true,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: true,
    })
  })
  test('record batches are parts of their own', () => {
    const records = new Uint8Array(20_000)
    const { parts } = encodeRequest(apis.produce, 9, header, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 'a', partitionData: [{ index: 0, records: [records, records] }] }],
    })
    expect(parts.filter((one) => one === records)).toHaveLength(2)
  })
})

describe('fields that a version lacks', () => {
  const fetch = { maxWaitMs: 1, minBytes: 1, topics: [{ partitions: [{ partition: 0, fetchOffset: 3, partitionMaxBytes: 9 }] }] }
  test('are left out where they may be', () => {
    const reader = new WireReader(
      Buffer.concat(encodeRequest(apis.fetch, 4, header, { ...fetch, rackId: 'r', sessionEpoch: 0 }).parts).subarray(4),
    )
    decodeRequestHeader(reader)
    expect(decodeRequestBody(apis.fetch, 4, reader)).toMatchObject({ rackId: '', sessionEpoch: -1, maxWaitMs: 1 })
  })
  test('are refused where they change the meaning', () => {
    const body = { topics: [{ name: 'a' }], allowAutoTopicCreation: false }
    expect(() => encodeRequest(apis.metadata, 3, header, body)).toThrow(expect.objectContaining({ code: 'KAFKA_VERSION_UNSUPPORTED' }))
    expect(hex(encodeRequest(apis.metadata, 4, header, body))).toMatch(/00$/)
  })
  test('must be given where they have no default', () => {
    const body: unknown = { topics: [] }
    expect(() => encodeRequest(apis.fetch, 4, header, body as typeof fetch)).toThrow(/FetchRequest\.maxWaitMs is not given/)
  })
})

describe('versions', () => {
  test('the highest that both know', () => {
    expect(commonVersion(apis.fetch, 0, 11)).toBe(11)
    expect(commonVersion(apis.fetch, 4, 99)).toBe(18)
    expect(commonVersion(apis.fetch, 4, 99, 12)).toBe(12)
    for (const [min, max] of [
      [19, 20],
      [-1, -1],
    ] as const)
      expect(() => commonVersion(apis.fetch, min, max)).toThrow(expect.objectContaining({ code: 'KAFKA_VERSION_UNSUPPORTED' }))
  })
  test('one that is not defined is refused', () => {
    for (const version of [-1, 19, 1.5, Number.NaN])
      expect(() => decodeRequestBody(apis.fetch, version, new WireReader(bytes('00')))).toThrow(
        expect.objectContaining({ code: 'KAFKA_VERSION_UNSUPPORTED' }),
      )
  })
  test('a broker that does not know the version of ApiVersions answers in the oldest', () => {
    const answer = bytes('00000007 0023 00000001 0012 0000 0003')
    expect(decodeResponse(apis.apiVersions, 4, answer)).toMatchObject({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }],
    })
  })
  test('the response to ApiVersions has the old header', () => {
    expect(hex(encodeResponse(apis.apiVersions, 3, 7, { errorCode: 0, apiKeys: [] }))).toBe(joined('0000000c 00000007 0000 01 00000000 00'))
  })
})

describe('what members of a group tell each other', () => {
  test('comes back', () => {
    const subscription = { topics: ['a', 'b'], ownedPartitions: [{ topic: 'a', partitions: [0, 2] }], generationId: 4, rackId: 'r' }
    expect(decodeSubscription(encodeSubscription(subscription))).toEqual({ ...subscription, userData: null })
    expect(decodeSubscription(encodeSubscription(subscription, 0))).toMatchObject({ topics: ['a', 'b'], ownedPartitions: [], rackId: null })
    const assignment = { assignedPartitions: [{ topic: 'a', partitions: [1] }] }
    expect(decodeAssignment(encodeAssignment(assignment))).toEqual({ ...assignment, userData: null })
  })
  test('of a newer version is read as far as ours goes', () => {
    const newer = Buffer.concat([encodeSubscription({ topics: ['a'] }), Buffer.from('more')])
    newer.writeInt16BE(9)
    expect(decodeSubscription(newer)).toMatchObject({ topics: ['a'], generationId: -1 })
  })
})

describe('types', () => {
  test('come from the definitions', () => {
    type Partition = FetchResponse['responses'][number]['partitions'][number]
    expectTypeOf<Partition['records']>().toEqualTypeOf<Uint8Array | null>()
    expectTypeOf<Partition['highWatermark']>().toEqualTypeOf<number>()
    expectTypeOf<Partition['abortedTransactions']>().toEqualTypeOf<
      readonly { readonly producerId: number; readonly firstOffset: number }[] | null
    >()
  })
  test('refuse what is wrong', () => {
    const topics: FetchRequestInit['topics'] = []
    const requests: FetchRequestInit[] = [
      { maxWaitMs: 1, minBytes: 1, topics },
      // @ts-expect-error a field that is not there
      { maxWaitMs: 1, minBytes: 1, topics, maxWait: 1 },
      // @ts-expect-error a field of another type
      { maxWaitMs: '1', minBytes: 1, topics },
      // @ts-expect-error null where it is in no version
      { maxWaitMs: 1, minBytes: 1, topics: null },
      // @ts-expect-error a field that has no default is left out
      { maxWaitMs: 1, topics },
      // @ts-expect-error a field of a partition that has no default is left out
      { maxWaitMs: 1, minBytes: 1, topics: [{ partitions: [{ partition: 0 }] }] },
    ]
    expect(requests).toHaveLength(6)
  })
})
