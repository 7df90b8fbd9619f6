/** What becomes of answers that a broker seldom or never gives: a clear error, another attempt, and never a hang or memory that the broker chooses. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MillraceError } from '../../src/error.ts'
import { SeededRandom } from '../../src/io/seeded-random.ts'
import { KafkaClient, type KafkaClientOptions } from '../../src/kafka/client/client.ts'
import { apis } from '../../src/kafka/protocol/apis.ts'
import { brokerErrorCodes as codes } from '../../src/kafka/protocol/broker-errors.ts'
import { encodeResponse } from '../../src/kafka/protocol/frames.ts'
import { BatchCursor } from '../../src/kafka/protocol/records/batch-cursor.ts'
import { RecordBatchBuilder } from '../../src/kafka/protocol/records/record-batch-builder.ts'
import { RecordLanes } from '../../src/kafka/protocol/records/record-lanes.ts'
import { RecordSetReader } from '../../src/kafka/protocol/records/record-set-reader.ts'
import { versionRange } from '../../src/kafka/protocol/schema/version-range.ts'
import { ScriptedBroker, TOPIC, TOPIC_ID } from './scripted-broker.ts'

let broker: ScriptedBroker
let client: KafkaClient
const clientOf = (options: Partial<KafkaClientOptions> = {}): KafkaClient =>
  new KafkaClient({ bootstrapServers: broker.address, requestTimeoutMs: 300, operationTimeoutMs: 3_000, ...options })
beforeEach(async () => {
  broker = await ScriptedBroker.start()
  client = clientOf()
})
afterEach(async () => {
  await client.close()
  await broker.close()
})

describe('a connection', () => {
  test('speaks with an old broker in its versions', async () => {
    broker.isOld = true
    broker.speaks(apis.metadata, 0, 1)
    expect((await client.topic(TOPIC)).partitions).toMatchObject([{ leaderId: 1, leaderEpoch: -1 }])
    expect(broker.asked.slice(0, 3)).toEqual(['ApiVersions 3', 'ApiVersions 0', 'Metadata 1'])
  })

  test('says which request the broker does not know', async () => {
    broker.doesNotKnow(apis.metadata)
    await expect(client.topics()).rejects.toMatchObject({ code: 'KAFKA_VERSION_UNSUPPORTED', message: expect.stringContaining('Metadata') })
  })

  test('notices silence in the time for an answer', async () => {
    broker.on(apis.metadata, () => null)
    const startMs = Date.now()
    const hasty = clientOf({ operationTimeoutMs: 400 })
    await expect(hasty.topics()).rejects.toMatchObject({ code: expect.stringMatching(/KAFKA_(TIMEOUT|UNREACHABLE)/) })
    expect(Date.now() - startMs).toBeLessThan(3_000)
    await hasty.close()
  })

  const frame = (...bytes: readonly number[]): Buffer => Buffer.from(bytes)
  const odd: readonly (readonly [what: string, bytes: (correlationId: number) => Buffer])[] = [
    ['an answer to another question', () => frame(0, 0, 0, 4, 0, 0, 9, 9)],
    ['a frame of two gigabytes', () => frame(0x7f, 0xff, 0xff, 0xff)],
    ['a frame of a negative length', () => frame(0xff, 0xff, 0xff, 0xff)],
    ['an answer that ends early', (id) => frame(0, 0, 0, 5, 0, 0, 0, id, 0)],
    ['a count that its bytes cannot hold', (id) => frame(0, 0, 0, 14, 0, 0, 0, id, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ]
  test.each(odd)('refuses %s', async (_, bytes) => {
    broker.on(apis.metadata, ({ socket, correlationId }) => {
      socket.write(bytes(correlationId))
      return null
    })
    await expect(client.topics()).rejects.toMatchObject({ code: 'KAFKA_PROTOCOL_ERROR' })
  })

  test('does not believe a broker that does not know the password', async () => {
    broker.on(apis.saslHandshake, () => ({ errorCode: 0, mechanisms: ['SCRAM-SHA-256'] }))
    let nonce = ''
    broker.on(apis.saslAuthenticate, ({ body }) => {
      const said = Buffer.from(body.authBytes).toString()
      nonce = /^n,,.*r=(.*)$/.exec(said)?.[1] ?? nonce
      const answer = said.startsWith('n,,') ? `r=${nonce}server,s=c2FsdA==,i=4096` : `v=${Buffer.alloc(32).toString('base64')}`
      return { errorCode: 0, errorMessage: null, authBytes: Buffer.from(answer) }
    })
    const proud = clientOf({ sasl: { mechanism: 'scram-sha-256', username: 'me', password: 'secret' } })
    await expect(proud.topics()).rejects.toMatchObject({
      code: 'KAFKA_AUTHENTICATION_FAILED',
      message: expect.stringContaining('does not know'),
    })
    await proud.close()
  })
})

describe('a cluster', () => {
  test('that is only starting is asked again', async () => {
    broker.inTurn(apis.metadata, [
      () => broker.metadata({ withoutBrokers: true, errorCode: codes.LEADER_NOT_AVAILABLE }),
      () => broker.metadata(),
    ])
    expect((await client.topic(TOPIC)).partitions.length).toBe(1)
  })

  test('whose coordinator is only loading is asked again', async () => {
    const found = (errorCode: number) => ({
      coordinators: [{ key: 'g', nodeId: 1, host: '127.0.0.1', port: broker.port, errorCode, errorMessage: null }],
    })
    broker.inTurn(apis.findCoordinator, [() => found(codes.COORDINATOR_NOT_AVAILABLE), () => found(0)])
    const committed = (errorCode: number) => ({ topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0, errorCode }] }] })
    broker.inTurn(apis.offsetCommit, [
      () => committed(codes.NOT_COORDINATOR),
      () => committed(codes.COORDINATOR_LOAD_IN_PROGRESS),
      () => committed(0),
    ])
    await client.commitOffsets('g', [{ topic: TOPIC, partition: 0, offset: 1 }])
    expect(broker.asked.filter((one) => one.startsWith('OffsetCommit')).length).toBe(3)
  })
})

describe('a producer', () => {
  type Written = { epoch: number; sequence: number; count: number }
  const written: Written[] = []
  /** Answers with these codes in turn; notes what came. */
  function answers(...errors: readonly number[]): void {
    written.length = 0
    let turn = 0
    broker.on(apis.produce, ({ body }) => {
      const cursor = new BatchCursor()
      const records = body.topicData[0]?.partitionData[0]?.records ?? new Uint8Array(0)
      cursor.begin(records)
      cursor.next()
      cursor.checkCrc()
      written.push({ epoch: cursor.producerEpoch, sequence: cursor.baseSequence, count: cursor.count })
      const errorCode = errors[Math.min(turn++, errors.length - 1)] ?? 0
      return { responses: [{ name: TOPIC, partitionResponses: [{ index: 0, errorCode, baseOffset: errorCode === 0 ? 10 * turn : -1 }] }] }
    })
  }
  async function produce(batches: number): Promise<void> {
    const producer = await client.producer({ batchBytesMax: 100, lingerMs: 0 })
    const writer = await producer.topic(TOPIC)
    for (let i = 0; i < batches; i++) writer.append(i, null, new Uint8Array(100))
    await producer.flush()
    producer.close()
  }

  test('sends again what was late, under the same number', async () => {
    answers(codes.REQUEST_TIMED_OUT, codes.NOT_ENOUGH_REPLICAS, 0)
    await produce(2)
    expect(written.map(({ sequence }) => sequence)).toEqual([0, 0, 0, 1])
  })

  test('keeps the order when the first of five comes back', async () => {
    // The first is written; of the next five the first is not, and those behind it are then out of order.
    const outOfOrder = codes.OUT_OF_ORDER_SEQUENCE_NUMBER
    answers(0, codes.NOT_LEADER_OR_FOLLOWER, outOfOrder, outOfOrder, outOfOrder, outOfOrder, 0)
    await produce(8)
    expect(written.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6, 7])
    expect(written.every(({ epoch }) => epoch === 0)).toBe(true)
  })

  test('takes a batch that the broker has already for written', async () => {
    answers(codes.DUPLICATE_SEQUENCE_NUMBER)
    await produce(1)
  })

  test('begins anew under a new epoch when the numbers do not go on', async () => {
    let epoch = 0
    broker.on(apis.initProducerId, () => ({ throttleTimeMs: 0, errorCode: 0, producerId: 7, producerEpoch: epoch++ }))
    answers(0, codes.OUT_OF_ORDER_SEQUENCE_NUMBER, codes.OUT_OF_ORDER_SEQUENCE_NUMBER, 0)
    await produce(3)
    expect(written.at(-2)).toEqual({ epoch: 1, sequence: 0, count: 1 })
    expect(written.at(-1)).toEqual({ epoch: 1, sequence: 1, count: 1 })
  })

  test('gives up when the time is over, and says why', async () => {
    answers(codes.NOT_ENOUGH_REPLICAS)
    const producer = await client.producer({ deliveryTimeoutMs: 400 })
    const writer = await producer.topic(TOPIC)
    writer.append(0, null, null)
    await expect(producer.flush()).rejects.toMatchObject({
      code: 'KAFKA_DELIVERY_FAILED',
      message: expect.stringContaining('NOT_ENOUGH_REPLICAS'),
    })
    producer.close()
  })

  test('fails as a whole without the right to write', async () => {
    broker.on(apis.initProducerId, () => ({
      throttleTimeMs: 0,
      errorCode: codes.CLUSTER_AUTHORIZATION_FAILED,
      producerId: -1,
      producerEpoch: -1,
    }))
    await expect(produce(1)).rejects.toMatchObject({ code: 'KAFKA_AUTHORIZATION_FAILED' })
  })
})

describe('a fetcher', () => {
  const batchOf = (offset: number): Uint8Array => {
    const builder = new RecordBatchBuilder()
    builder.append(0, null, Buffer.from(`record ${offset}`))
    return builder.finish({ baseOffset: offset })
  }
  const partition = (change: object) => ({
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 10,
    lastStableOffset: 10,
    abortedTransactions: null,
    records: null,
    ...change,
  })
  const answer = (sessionId: number, ...partitions: readonly ReturnType<typeof partition>[]) => ({
    errorCode: 0,
    sessionId,
    responses: partitions.length === 0 ? [] : [{ topicId: TOPIC_ID, partitions }],
  })
  const fetcherFrom = (offset: number) => {
    const fetcher = client.fetcher({ maxWaitMs: 10 })
    fetcher.assign([{ topic: TOPIC, partition: 0, offset }])
    return fetcher
  }

  test('begins a new session when the broker has forgotten it', async () => {
    const sessions: [number, number, number][] = []
    let turn = 0
    broker.on(apis.fetch, ({ body }) => {
      sessions.push([body.sessionId, body.sessionEpoch, body.topics.length])
      turn++
      if (turn === 3) return { ...answer(0), errorCode: codes.FETCH_SESSION_ID_NOT_FOUND }
      return turn === 1 || turn === 4 ? answer(5, partition({ records: batchOf(turn - 1) })) : turn > 4 ? null : answer(5)
    })
    const fetcher = fetcherFrom(0)
    ;(await fetcher.next()).release()
    ;(await fetcher.next()).release()
    // The second names what has changed, the third nothing; what follows an error names everything.
    await expect
      .poll(() => sessions.slice(0, 5))
      .toEqual([
        [0, 0, 1],
        [5, 1, 1],
        [5, 2, 0],
        [5, 0, 1],
        [5, 1, 1],
      ])
    fetcher.close()
  })

  test('looks for the leader where it is told that it is another one', async () => {
    broker.inTurn(apis.fetch, [
      () => answer(0, partition({ errorCode: codes.FENCED_LEADER_EPOCH })),
      () => answer(0, partition({ errorCode: codes.NOT_LEADER_OR_FOLLOWER })),
      () => answer(0, partition({ records: batchOf(0) })),
    ])
    const fetcher = fetcherFrom(0)
    expect((await fetcher.next()).partitions).toMatchObject([{ nextOffset: 1 }])
    fetcher.close()
  })

  test('makes a partition fail whose batch is damaged', async () => {
    const damaged = batchOf(0)
    damaged.fill(0xff, 23, 27)
    broker.on(apis.fetch, () => answer(0, partition({ records: damaged })))
    const fetcher = fetcherFrom(0)
    expect((await fetcher.next()).failed).toMatchObject([{ partition: 0, error: { code: 'KAFKA_RECORDS_DAMAGED' } }])
    fetcher.close()
  })

  test('takes nothing that it did not ask for', async () => {
    broker.on(apis.fetch, () => answer(0, partition({ partitionIndex: 9, records: batchOf(0) })))
    const fetcher = fetcherFrom(0)
    await expect(fetcher.next()).rejects.toMatchObject({ code: 'KAFKA_PROTOCOL_ERROR' })
  })

  test('holds back while nobody releases what it has fetched', async () => {
    let offset = 0
    broker.on(apis.fetch, () => answer(0, partition({ records: batchOf(offset++) })))
    const fetcher = client.fetcher({ maxWaitMs: 10, bufferBytesMax: 1_000 })
    fetcher.assign([{ topic: TOPIC, partition: 0, offset: 0 }])
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = offset
    expect(before).toBeLessThan(12)
    for (let i = 0; i < before; i++) (await fetcher.next()).release()
    await expect.poll(() => offset).toBeGreaterThan(before)
    fetcher.close()
  })

  test('meets damaged answers with an error of ours, or with another attempt', async () => {
    const random = new SeededRandom(Number(process.env['MILLRACE_TEST_SEED'] ?? 20_26))
    const whole = answer(
      5,
      partition({ records: Buffer.concat([batchOf(0), batchOf(1)]), abortedTransactions: [{ producerId: 1, firstOffset: 0 }] }),
    )
    const { max } = versionRange(apis.fetch.versions)
    for (let round = 0; round < 60 * Number(process.env['MILLRACE_TEST_RUNS'] ?? 1); round++) {
      broker.on(apis.fetch, ({ socket, correlationId }) => {
        const bytes = Buffer.concat(encodeResponse(apis.fetch, max, correlationId, whole).parts)
        for (let damages = 1 + (random.uint32() % 3); damages > 0; damages--)
          bytes[4 + (random.uint32() % (bytes.length - 4))] = random.uint32()
        socket.write(bytes)
        return null
      })
      const hasty = clientOf()
      const fetcher = hasty.fetcher({ maxWaitMs: 10, isolation: 'read_committed' })
      fetcher.assign([{ topic: TOPIC, partition: 0, offset: 0 }])
      const reader = new RecordSetReader()
      const lanes = new RecordLanes()
      try {
        const fetched = await fetcher.next(AbortSignal.timeout(200))
        for (const { error } of fetched.failed) throw error
        for (const part of fetched.partitions) for (part.open(reader); reader.next(lanes); );
      } catch (error) {
        const passed = MillraceError.is(error) || (error as Error).name === 'TimeoutError'
        expect(passed, `seed ${random.seed}, round ${round}: ${(error as Error).stack}`).toBe(true)
        if (MillraceError.is(error)) expect(error.code).not.toBe('INTERNAL_ERROR')
      }
      await hasty.close()
    }
  }, 60_000)
})
