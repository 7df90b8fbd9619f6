/** The fetches from one broker: one after the other, in a session, for all partitions that it leads. */
import { MillraceError } from '../../../error.ts'
import { apis } from '../../protocol/apis.ts'
import { type BrokerErrorName, brokerErrorCodes, brokerErrorOf } from '../../protocol/broker-errors.ts'
import { loadCodec } from '../../protocol/compression/codecs.ts'
import { decodeResponse } from '../../protocol/frames.ts'
import type { FetchResponse } from '../../protocol/messages/fetch.ts'
import type { RecordSetReader } from '../../protocol/records/record-set-reader.ts'
import type { Cluster } from '../cluster.ts'
import type { Connection, Frame } from '../connection.ts'
import { brokerFailure, isRetriable } from '../failure.ts'
import { type BatchSurvey, surveyed } from './batch-survey.ts'
import type { FetchPartition } from './fetch-partition.ts'
import { FetchSession, TOPIC_IDS_VERSION } from './fetch-session.ts'
import type { FetchedPartition } from './fetched.ts'
import type { FetcherSettings } from './fetcher.ts'

export interface BrokerFetchListener {
  /** Resolves when more bytes may be fetched. */
  room(): Promise<void>
  /** What is to be fetched from this broker now. */
  partitions(): readonly FetchPartition[]
  isAssigned(partition: FetchPartition): boolean
  fetched(parts: readonly FetchedPart[], frame: Frame): void
  /** Their leader may be another one. */
  lookAgain(partitions: readonly FetchPartition[]): void
  failed(partition: FetchPartition, error: MillraceError): void
}
type PartitionAnswer = FetchResponse['responses'][number]['partitions'][number]
interface Asked {
  readonly state: FetchPartition
  readonly generation: number
  readonly offset: number
}
/** What came of one partition; of no worth if its position was set anew since it was asked for. */
export interface FetchedPart {
  readonly state: FetchPartition
  readonly generation: number
  readonly fetched: FetchedPartition
}

const NO_BYTES = new Uint8Array(0)

const sessionErrors: ReadonlySet<number> = new Set([
  brokerErrorCodes.FETCH_SESSION_ID_NOT_FOUND,
  brokerErrorCodes.INVALID_FETCH_SESSION_EPOCH,
  brokerErrorCodes.FETCH_SESSION_TOPIC_ID_ERROR,
])
/** These say that the answer is with someone else, or will be there later. */
const leaderErrors: ReadonlySet<BrokerErrorName> = new Set<BrokerErrorName>([
  'NOT_LEADER_OR_FOLLOWER',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
])

export class BrokerFetch {
  readonly #nodeId: number
  readonly #cluster: Cluster
  readonly #settings: FetcherSettings
  readonly #lane: string
  readonly #signal: AbortSignal
  readonly #listener: BrokerFetchListener
  readonly #session = new FetchSession()
  #connection: Connection | null = null
  #running = false

  constructor(
    nodeId: number,
    cluster: Cluster,
    settings: FetcherSettings,
    lane: string,
    signal: AbortSignal,
    listener: BrokerFetchListener,
  ) {
    this.#nodeId = nodeId
    this.#cluster = cluster
    this.#settings = settings
    this.#lane = lane
    this.#signal = signal
    this.#listener = listener
  }

  /** Fetches as long as the broker leads something. Rejects with what no other attempt would mend. */
  async run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    try {
      for (;;) {
        await this.#listener.room()
        const partitions = this.#listener.partitions()
        if (this.#signal.aborted || partitions.length === 0) return
        try {
          await this.#fetch(partitions)
        } catch (error) {
          if (this.#signal.aborted) return
          if (!isRetriable(error)) throw error
          this.#session.restart()
          this.#listener.lookAgain(partitions)
        }
      }
    } finally {
      this.#running = false
    }
  }

  async #fetch(partitions: readonly FetchPartition[]): Promise<void> {
    const connection = await this.#cluster.connection(this.#nodeId, this.#lane)
    if (connection !== this.#connection) this.#session.restart()
    this.#connection = connection
    const { minBytes, maxWaitMs, fetchBytesMax, partitionBytesMax, isolationLevel } = this.#settings
    const haveIds = partitions.every(({ topicId }) => topicId !== null)
    const version = connection.versionOf(apis.fetch, haveIds ? undefined : TOPIC_IDS_VERSION - 1)
    const leaderEpochOf = ({ topic, partition }: FetchPartition): number =>
      this.#cluster.topology.leaderOf(topic, partition)?.leaderEpoch ?? -1
    const session = this.#session.request(partitions, version, partitionBytesMax, leaderEpochOf)
    const asked = new Map<string, Asked>()
    for (const state of partitions) {
      const { topic, topicId, partition, generation, offset } = state
      asked.set(keyOf(version < TOPIC_IDS_VERSION ? topic : (topicId ?? ''), partition), { state, generation, offset })
    }
    const body = { ...session, maxWaitMs, minBytes, maxBytes: fetchBytesMax, isolationLevel }
    const frame = await connection.requestFrame(apis.fetch, body, { version, waitMs: maxWaitMs })
    try {
      const answer = decodeResponse(apis.fetch, version, frame.bytes)
      if (sessionErrors.has(answer.errorCode)) {
        frame.release()
        this.#session.restart()
        return
      }
      if (answer.errorCode !== 0) throw brokerFailure(answer.errorCode, 'give records')
      this.#session.answered(answer.sessionId)
      await this.#take(answer, frame, asked)
      if (answer.throttleTimeMs > 0) await this.#cluster.io.clock.sleep(answer.throttleTimeMs, { signal: this.#signal })
    } catch (error) {
      frame.release()
      throw error
    }
  }

  async #take(answer: FetchResponse, frame: Frame, asked: ReadonlyMap<string, Asked>): Promise<void> {
    const parts: FetchedPart[] = []
    const astray: FetchPartition[] = []
    const silent = new Set(asked.values())
    let compressions = 0
    for (const { topic, topicId, partitions } of answer.responses) {
      for (const one of partitions) {
        const question = asked.get(keyOf(topic || topicId, one.partitionIndex))
        if (question === undefined) throw unasked(topic || topicId, one.partitionIndex)
        const { state, generation } = question
        if (state.generation !== generation || !this.#listener.isAssigned(state)) continue
        if (one.errorCode !== 0) {
          silent.delete(question)
          if (this.#isAstray(state, one)) astray.push(state)
          continue
        }
        state.learn(one)
        const survey = this.#survey(question, one.records)
        if (survey === null || survey.batches === 0) continue
        silent.delete(question)
        compressions |= survey.compressions
        parts.push(this.#partOf(question, one, survey.nextOffset))
      }
    }
    const nowMs = this.#cluster.io.clock.monotonicMs()
    for (const { state, generation } of silent) if (state.generation === generation) state.isSilent(this.#settings.isolation, nowMs)
    for (let number = 1; compressions >> number !== 0; number++) if ((compressions >> number) & 1) await loadCodec(number)
    if (parts.length === 0) frame.release()
    else this.#listener.fetched(parts, frame)
    this.#listener.lookAgain(astray)
  }

  /** Null if the batches are damaged, which makes the partition fail. */
  #survey({ state, offset }: Asked, bytes: Uint8Array | null): BatchSurvey | null {
    if (bytes === null || bytes.length === 0) return null
    try {
      return surveyed(bytes, offset)
    } catch (error) {
      if (!MillraceError.is(error)) throw error
      this.#listener.failed(state, error)
      return null
    }
  }

  /** The partition goes on behind what was fetched. */
  #partOf({ state, generation, offset: fetchOffset }: Asked, one: PartitionAnswer, nextOffset: number): FetchedPart {
    state.offset = nextOffset
    state.emptySinceMs = null
    const { topic, partition, highWatermark, lastStableOffset, logStartOffset } = state
    const aborted = this.#settings.isolationLevel === 0 ? null : (one.abortedTransactions ?? [])
    const bytes = one.records ?? NO_BYTES
    const open = (reader: RecordSetReader): void => reader.begin(bytes, fetchOffset, aborted)
    return {
      state,
      generation,
      fetched: { topic, partition, fetchOffset, nextOffset, highWatermark, lastStableOffset, logStartOffset, bytes, aborted, open },
    }
  }

  /** Whether the leader has to be looked for; otherwise the partition has failed. */
  #isAstray(state: FetchPartition, { errorCode, currentLeader, logStartOffset, highWatermark }: PartitionAnswer): boolean {
    const { topic, partition, offset } = state
    this.#cluster.topology.learnLeader(topic, partition, currentLeader.leaderId, currentLeader.leaderEpoch)
    if (leaderErrors.has(brokerErrorOf(errorCode).name as BrokerErrorName)) return true
    const details = { topic, partition, offset, logStartOffset, highWatermark }
    this.#listener.failed(
      state,
      brokerFailure(errorCode, `give records of ${topic}, partition ${partition}, from offset ${offset}`, { details }),
    )
    return false
  }
}

const keyOf = (topic: string, partition: number): string => `${topic} ${partition}`

const unasked = (topic: string, partition: number): MillraceError =>
  new MillraceError('KAFKA_PROTOCOL_ERROR', `A broker gives records of ${topic}, partition ${partition}, which nobody asked for.`)
