/**
 * Sends the batches of a producer: one loop that closes batches which are due, puts those of one leader together in a request, and deals with the answers. Up to
 * five requests are on their way to each broker, as many batches as a broker remembers of a partition to know them again.
 */
import { setMaxListeners } from 'node:events'
import { MillraceError } from '../../../error.ts'
import { apis } from '../../protocol/apis.ts'
import { type BrokerErrorName, brokerErrorOf } from '../../protocol/broker-errors.ts'
import type { ProduceResponse } from '../../protocol/messages/produce.ts'
import { Backoff } from '../backoff.ts'
import type { Cluster } from '../cluster.ts'
import { brokerFailure, isRetriable } from '../failure.ts'
import { byTopic, nameOf } from '../topic-partition.ts'
import { newIdentity } from './identity-source.ts'
import type { Batch, PartitionQueue, ProducerIdentity } from './partition-queue.ts'
import type { ProducerSettings } from './producer.ts'

export interface SenderListener {
  /** A batch is written, or will not be. */
  settled(queue: PartitionQueue, batch: Batch, baseOffset: number, error: MillraceError | null): void
  /** Nothing can be written any more. */
  failed(error: MillraceError): void
  /** The topics may have other partitions now. */
  learnt(): void
}
interface Sending {
  readonly queue: PartitionQueue
  readonly batch: Batch
}
type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number]

const ON_THE_WAY_MAX = 5
const REQUEST_BYTES_MAX = 4 << 20
/** Beyond the time for replicas: that an answer which says they were late still comes. */
const ANSWER_MS = 1_000
/** From the next version on, topics are named by id. */
const TOPICS_BY_NAME = 12
/** The numbers of an identity do not go on any more, as the broker sees them. */
const brokenNumbers: ReadonlySet<BrokerErrorName> = new Set<BrokerErrorName>([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
])
/** Why a sleep ends early; made once, since reasons with a stack are dear. */
const WOKEN = 'woken'

let senders = 0

export class Sender {
  readonly #cluster: Cluster
  readonly #settings: ProducerSettings
  readonly #listener: SenderListener
  readonly #lane = `produce-${++senders}`
  readonly #active = new Set<PartitionQueue>()
  readonly #requests = new Map<number, number>()
  readonly #closing = new AbortController()
  #identity: ProducerIdentity | null = null
  /** Whether a new identity is needed before anything is sent. */
  #wantsIdentity: boolean
  #asking = false
  #newsUnderWay = false
  #flushing = false
  #running = false
  #wake: (() => void) | null = null
  #woken = false

  constructor(cluster: Cluster, settings: ProducerSettings, listener: SenderListener) {
    this.#cluster = cluster
    this.#settings = settings
    this.#listener = listener
    this.#wantsIdentity = settings.idempotence
    setMaxListeners(0, this.#closing.signal)
  }

  /** Something was appended to a queue. Called for each record. */
  appended(queue: PartitionQueue): void {
    const { builder } = queue
    if (builder.count === 1) queue.openedMs = this.#cluster.io.clock.monotonicMs()
    else if (builder.count > 1 && builder.sizeBytes < this.#settings.batchBytesMax) return
    if (builder.sizeBytes >= this.#settings.batchBytesMax) queue.close(this.#identity)
    this.#active.add(queue)
    this.#stir()
  }

  /** What is there now is sent without waiting for more. */
  flush(): void {
    this.#flushing = true
    this.#stir()
  }

  close(error: MillraceError): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort(error)
    this.#cluster.closeLane(this.#lane)
    for (const queue of this.#active) for (const batch of queue.clear()) this.#listener.settled(queue, batch, -1, error)
    this.#active.clear()
    this.#stir()
  }

  #stir(): void {
    this.#woken = true
    this.#wake?.()
    if (!this.#running) this.#run().catch((error: unknown) => this.#listener.failed(asFailure(error)))
  }

  async #run(): Promise<void> {
    this.#running = true
    const { clock } = this.#cluster.io
    // Whoever appends goes on first, so that what belongs together is sent together.
    await Promise.resolve()
    while (!this.#closing.signal.aborted && this.#active.size > 0) {
      this.#woken = false
      const nextMs = this.#step(clock.monotonicMs())
      if (this.#woken) continue
      const stop = new AbortController()
      this.#wake = () => stop.abort(WOKEN)
      await clock.sleep(Math.max(0, nextMs - clock.monotonicMs()), { signal: stop.signal }).catch(() => undefined)
      this.#wake = null
    }
    this.#flushing = false
    this.#running = false
  }

  /** Does all that can be done now; gives when there will be more to do by itself. */
  #step(nowMs: number): number {
    const { lingerMs, deliveryTimeoutMs, idempotence } = this.#settings
    let nextMs = nowMs + deliveryTimeoutMs
    const unled = new Set<string>()
    const ready = new Map<number, PartitionQueue[]>()
    if (this.#cluster.isStale) void this.#askNews([])
    for (const queue of this.#active) {
      if (queue.builder.count > 0) {
        const dueMs = queue.openedMs + lingerMs
        if (this.#flushing || nowMs >= dueMs) queue.close(this.#identity)
        else nextMs = Math.min(nextMs, dueMs)
      }
      for (const batch of queue.expire(nowMs - deliveryTimeoutMs)) this.#expired(queue, batch)
      if (queue.isIdle) this.#active.delete(queue)
      else if (queue.waiting.length > 0) {
        nextMs = Math.min(nextMs, nowMs >= queue.retryAtMs ? (queue.waiting[0]?.createdMs ?? nowMs) + deliveryTimeoutMs : queue.retryAtMs)
        const leader = this.#cluster.topology.leaderOf(queue.topic, queue.partition)
        if (leader === null) unled.add(queue.topic)
        else if (queue.canSend(nowMs, idempotence ? ON_THE_WAY_MAX : 1)) put(ready, leader.leaderId, queue)
      }
    }
    if (unled.size > 0) void this.#askNews([...unled])
    if (this.#wantsIdentity) this.#askIdentity()
    else for (const [nodeId, queues] of ready) this.#fill(nodeId, queues, nowMs)
    return nextMs
  }

  /** Sends what a broker leads, as many requests as it may have. */
  #fill(nodeId: number, queues: readonly PartitionQueue[], nowMs: number): void {
    const onTheWayMax = this.#settings.idempotence ? ON_THE_WAY_MAX : 1
    while ((this.#requests.get(nodeId) ?? 0) < ON_THE_WAY_MAX) {
      const sendings: Sending[] = []
      let sizeBytes = 0
      for (const queue of queues) {
        const next = queue.waiting[0]
        if (next === undefined || !queue.canSend(nowMs, onTheWayMax)) continue
        if (sizeBytes > 0 && sizeBytes + next.bytes.length > REQUEST_BYTES_MAX) break
        const batch = queue.send(this.#identity)
        if (batch === undefined) continue
        sizeBytes += batch.bytes.length
        sendings.push({ queue, batch })
      }
      if (sendings.length === 0) return
      this.#requests.set(nodeId, (this.#requests.get(nodeId) ?? 0) + 1)
      void this.#send(nodeId, sendings)
    }
  }

  async #send(nodeId: number, sendings: readonly Sending[]): Promise<void> {
    try {
      const connection = await this.#cluster.connection(nodeId, this.#lane)
      const version = connection.versionOf(apis.produce, TOPICS_BY_NAME)
      const { acks } = this.#settings
      const timeoutMs = this.#cluster.settings.requestTimeoutMs
      const topicData = [...byTopic(sendings.map(({ queue, batch }) => ({ topic: queue.topic, queue, batch })))].map(([name, some]) => ({
        name,
        partitionData: some.map(({ queue, batch }) => ({ index: queue.partition, records: batch.bytes })),
      }))
      const body = { acks: acks === 'all' ? -1 : 1, timeoutMs, topicData }
      const answer = await connection.request(apis.produce, body, { version, waitMs: ANSWER_MS })
      const byName = new Map(
        answer.responses.flatMap(({ name, partitionResponses }) =>
          partitionResponses.map((one) => [nameOf({ topic: name, partition: one.index }), one] as const),
        ),
      )
      for (const { queue, batch } of sendings) this.#answered(queue, batch, byName.get(nameOf(queue)))
      if (answer.throttleTimeMs > 0) await this.#cluster.io.clock.sleep(answer.throttleTimeMs, { signal: this.#closing.signal })
    } catch (error) {
      if (this.#closing.signal.aborted) return
      if (isRetriable(error)) for (const { queue, batch } of sendings) this.#again(queue, batch, error)
      else this.#listener.failed(asFailure(error))
    } finally {
      this.#requests.set(nodeId, (this.#requests.get(nodeId) ?? 1) - 1)
      this.#stir()
    }
  }

  #answered(queue: PartitionQueue, batch: Batch, answer: PartitionAnswer | undefined): void {
    if (this.#closing.signal.aborted || !queue.onTheWay.includes(batch)) return
    const { topic, partition } = queue
    const code = answer?.errorCode ?? -1
    const { name, retriable } = brokerErrorOf(code)
    if (code === 0 || name === 'DUPLICATE_SEQUENCE_NUMBER') {
      queue.backoff.reset()
      queue.retryAtMs = 0
      queue.settle(batch, true)
      this.#listener.settled(queue, batch, code === 0 ? (answer?.baseOffset ?? -1) : -1, null)
      return
    }
    if (answer !== undefined)
      this.#cluster.topology.learnLeader(topic, partition, answer.currentLeader.leaderId, answer.currentLeader.leaderEpoch)
    const { firstIndex, count } = batch
    const reasons = answer?.recordErrors.map(({ batchIndexErrorMessage }) => batchIndexErrorMessage).find((text) => text !== null)
    const error = brokerFailure(code, `write ${count} records to ${topic}, partition ${partition}`, {
      message: reasons ?? answer?.errorMessage ?? null,
      details: { topic, partition, firstIndex, count },
    })
    const numbersBroke = this.#settings.idempotence && brokenNumbers.has(name as BrokerErrorName)
    // Where an earlier batch is missing, later ones are out of order: they only have to wait for it.
    if (numbersBroke && (queue.isFirst(batch) || name !== 'OUT_OF_ORDER_SEQUENCE_NUMBER')) this.#wantsIdentity = true
    if (retriable || numbersBroke) this.#again(queue, batch, error)
    else this.#giveUp(queue, batch, error)
  }

  #again(queue: PartitionQueue, batch: Batch, error: MillraceError): void {
    if (!queue.onTheWay.includes(batch)) return
    batch.lastError = error
    queue.comeBack(batch, this.#cluster.io.clock.monotonicMs() + queue.backoff.nextMs())
    void this.#askNews([queue.topic])
  }

  #giveUp(queue: PartitionQueue, batch: Batch, error: MillraceError): void {
    queue.settle(batch, false)
    // The batches behind it would leave a gap in the numbers.
    if (this.#settings.idempotence) this.#wantsIdentity = true
    this.#listener.settled(queue, batch, -1, error)
  }

  #expired(queue: PartitionQueue, batch: Batch): void {
    const { topic, partition } = queue
    const { firstIndex, count, lastError } = batch
    const why = lastError === null ? 'its leader was not known' : lastError.message
    const message = `${count} records could not be written to ${topic}, partition ${partition}: ${why}`
    const details = { topic, partition, firstIndex, count }
    this.#giveUp(queue, batch, new MillraceError('KAFKA_DELIVERY_FAILED', message, { cause: lastError, details }))
  }

  /** Once nothing is on its way any more: what is, has the numbers of the old identity. */
  #askIdentity(): void {
    if (this.#asking || [...this.#active].some(({ onTheWay }) => onTheWay.length > 0)) return
    this.#asking = true
    newIdentity(this.#cluster, this.#identity)
      .then((identity) => {
        this.#identity = identity
        this.#wantsIdentity = false
      })
      .catch((error: unknown) => {
        if (!this.#closing.signal.aborted && !isRetriable(error)) this.#listener.failed(asFailure(error))
      })
      .finally(() => {
        this.#asking = false
        this.#stir()
      })
  }

  async #askNews(topics: readonly string[]): Promise<void> {
    if (this.#newsUnderWay) return
    this.#newsUnderWay = true
    const backoff = new Backoff(this.#cluster.io)
    try {
      await this.#cluster.refresh(topics)
      this.#listener.learnt()
      // A leader that is not there yet is asked for again, but not at once.
      await backoff.wait(this.#closing.signal)
    } catch (error) {
      if (this.#closing.signal.aborted) return
      if (!isRetriable(error)) this.#listener.failed(asFailure(error))
      else await backoff.wait(this.#closing.signal).catch(() => undefined)
    } finally {
      this.#newsUnderWay = false
      this.#stir()
    }
  }
}

const asFailure = (error: unknown): MillraceError =>
  MillraceError.is(error) ? error : new MillraceError('INTERNAL_ERROR', `The producer broke: ${String(error)}.`, { cause: error })

function put<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const there = map.get(key)
  if (there === undefined) map.set(key, [value])
  else there.push(value)
}
