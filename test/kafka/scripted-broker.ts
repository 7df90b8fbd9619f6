/**
 * A broker that answers as a test tells it, on real sockets: for answers that a real one gives seldom or never. It speaks the versions that it is given, knows one
 * topic, and looks for an answer of the test's first.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { apiOfKey, apis } from '../../src/kafka/protocol/apis.ts'
import { decodeRequestBody, decodeRequestHeader, encodeResponse } from '../../src/kafka/protocol/frames.ts'
import type { Api, Fields, ReadOf, WriteOf } from '../../src/kafka/protocol/schema/definition.ts'
import { versionRange } from '../../src/kafka/protocol/schema/version-range.ts'
import { WireReader } from '../../src/kafka/protocol/wire/wire-reader.ts'

export const TOPIC = 'scripted'
export const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'

export interface Question<Q> {
  readonly body: Q
  readonly version: number
  readonly correlationId: number
  readonly socket: Socket
}
type Answer = WriteOf<Fields> | null
type AnyAnswerer = (question: Question<never>) => Answer | Promise<Answer>

export class ScriptedBroker {
  readonly #server: Server
  readonly port: number
  readonly #answerers = new Map<number, AnyAnswerer>()
  readonly #ranges = new Map<number, readonly [min: number, max: number]>()
  readonly #sockets = new Set<Socket>()
  /** Names of the requests that came, in order, with their versions. */
  readonly asked: string[] = []
  /** The oldest that there is: it knows ApiVersions in version 0 alone. */
  isOld = false
  partitions = 1

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
    for (const api of Object.values(apis)) {
      const { min, max } = versionRange(api.versions)
      this.#ranges.set(api.key, [min, max])
    }
    this.on(apis.metadata, () => this.metadata())
    this.on(apis.initProducerId, () => ({ throttleTimeMs: 0, errorCode: 0, producerId: 7, producerEpoch: 0 }))
  }

  static async start(): Promise<ScriptedBroker> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const broker = new ScriptedBroker(server, (server.address() as { readonly port: number }).port)
    server.on('connection', (socket) => broker.#serve(socket))
    return broker
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** How requests of a kind are answered; null says nothing. */
  on<Q extends Fields, A extends Fields>(
    api: Api<Q, A>,
    answer: (question: Question<ReadOf<Q>>) => WriteOf<A> | null | Promise<WriteOf<A> | null>,
  ): void {
    this.#answerers.set(api.key, answer as unknown as AnyAnswerer)
  }

  /** Answers one after the other, the last one again and again. */
  inTurn<Q extends Fields, A extends Fields>(
    api: Api<Q, A>,
    answers: readonly ((question: Question<ReadOf<Q>>) => WriteOf<A> | null)[],
  ): void {
    let turn = 0
    this.on(api, (question) => answers[Math.min(turn++, answers.length - 1)]?.(question) ?? null)
  }

  speaks(api: Api, min: number, max: number): void {
    this.#ranges.set(api.key, [min, max])
  }
  doesNotKnow(api: Api): void {
    this.#ranges.delete(api.key)
  }

  metadata(
    change: { readonly leaderId?: number; readonly errorCode?: number; readonly withoutBrokers?: boolean } = {},
  ): WriteOf<(typeof apis.metadata)['response']['fields']> {
    const { leaderId = 1, errorCode = 0, withoutBrokers = false } = change
    return {
      brokers: withoutBrokers ? [] : [{ nodeId: 1, host: '127.0.0.1', port: this.port }],
      controllerId: 1,
      topics: [
        {
          errorCode,
          name: TOPIC,
          topicId: TOPIC_ID,
          partitions: Array.from({ length: errorCode === 0 ? this.partitions : 0 }, (_, partitionIndex) => ({
            errorCode: leaderId < 0 ? 5 : 0,
            partitionIndex,
            leaderId,
            leaderEpoch: 3,
            replicaNodes: [1],
            isrNodes: [1],
          })),
          topicAuthorizedOperations: -2147483648,
        },
      ],
      clusterAuthorizedOperations: -2147483648,
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    let bytes = Buffer.alloc(0)
    let answered = Promise.resolve()
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const frame = bytes.subarray(4, 4 + bytes.readInt32BE(0))
        bytes = bytes.subarray(4 + frame.length)
        answered = answered.then(() => this.#answer(socket, frame))
      }
    })
  }

  async #answer(socket: Socket, frame: Uint8Array): Promise<void> {
    const reader = new WireReader(frame)
    const { apiKey, apiVersion: version, correlationId } = decodeRequestHeader(reader)
    const api = apiOfKey(apiKey)
    if (api === undefined) throw new Error(`request ${apiKey} is not defined`)
    this.asked.push(`${api.name} ${version}`)
    const body = decodeRequestBody(api, version, reader) as never
    const answerer = this.#answerers.get(apiKey)
    if (api.key === apis.apiVersions.key && answerer === undefined) {
      const apiKeys = [...this.#ranges].map(([key, [minVersion, maxVersion]]) => ({ apiKey: key, minVersion, maxVersion }))
      const spoken = this.isOld ? 0 : version
      const answer = encodeResponse(apis.apiVersions, spoken, correlationId, { errorCode: spoken === version ? 0 : 35, apiKeys })
      socket.write(Buffer.concat(answer.parts))
      return
    }
    const answer = (await answerer?.({ body, version, correlationId, socket })) ?? null
    if (answer !== null) socket.write(Buffer.concat(encodeResponse(api, version, correlationId, answer).parts))
  }
}
