/**
 * One connection to one broker. Requests are sent at once, one behind the other, and answered in the order in which they were sent; each has a time in which it
 * must be answered. A request that is not ends the connection: what would come after it is lost anyway, and a network that swallows everything looks like this
 * and like nothing else. After a failure nothing is known of the requests that were on their way; whoever sent them decides what to do again.
 */
import { assert, MillraceError } from '../../error.ts'
import type { Channel, Io, TlsSettings } from '../../io/io.ts'
import { apis, commonVersion } from '../protocol/apis.ts'
import { correlationIdOf, decodeResponse, encodeRequest } from '../protocol/frames.ts'
import type { Api, Fields, ReadOf, WriteOf } from '../protocol/schema/definition.ts'
import { dialBroker } from './dialing.ts'
import { brokerFailure, passingFailure, systemCodeOf } from './failure.ts'
import { FrameMemory } from './frame-memory.ts'
import { FrameReader } from './frame-reader.ts'
import { authenticate } from './sasl/authentication.ts'
import type { SaslSettings } from './sasl/exchange.ts'

export interface ConnectionOptions {
  readonly io: Pick<Io, 'net' | 'clock' | 'random'>
  readonly host: string
  readonly port: number
  readonly clientId: string
  readonly tls?: TlsSettings | undefined
  readonly sasl?: SaslSettings | undefined
  /** For the answer to a request, beyond what the request lets the broker wait. */
  readonly requestTimeoutMs: number
  readonly connectTimeoutMs: number
  /** The largest answer that is taken. */
  readonly frameBytesMax: number
}

/** The answer to a request, as bytes that are used again after `release`. */
export interface Frame {
  readonly bytes: Uint8Array
  release(): void
}

interface Pending {
  readonly correlationId: number
  readonly name: string
  readonly deadlineMs: number
  readonly resolve: (frame: Uint8Array) => void
  readonly reject: (error: unknown) => void
}
export interface VersionRange {
  readonly min: number
  readonly max: number
}

const LOOK_EVERY_MS = 200
const CLIENT_NAME = 'millrace'
/** Tried first; a broker that is older says so, and in which versions it answers. */
const API_VERSIONS_VERSION = 3
const UNSUPPORTED_VERSION = 35

export class Connection {
  readonly address: string
  readonly #options: ConnectionOptions
  readonly #memory = new FrameMemory()
  readonly #pending: Pending[] = []
  #channel: Channel | null = null
  #ranges: ReadonlyMap<number, VersionRange> = new Map()
  #correlationId = 0
  #failure: MillraceError | null = null
  #watching = false
  #answers = 0
  #heardAtMs = Number.NEGATIVE_INFINITY
  /** When the broker will want a new proof of who this is, on the monotonic clock. */
  #expiresAtMs = Number.POSITIVE_INFINITY
  #onClosed: ((failure: MillraceError) => void) | null = null

  private constructor(options: ConnectionOptions) {
    this.#options = options
    this.address = `${options.host}:${options.port}`
  }

  /** Connected, versions agreed on, and let in. */
  static async open(options: ConnectionOptions, signal?: AbortSignal): Promise<Connection> {
    const connection = new Connection(options)
    try {
      const reader = new FrameReader(connection.#memory, options.frameBytesMax, {
        frame: (bytes) => connection.#answered(bytes),
        fault: (error) => connection.#end(error),
        closed: (error) => connection.#end(connection.#lost(error)),
      })
      connection.#channel = await dialBroker(options, reader, signal)
      await connection.#agree()
      if (options.sasl !== undefined) {
        const lifetimeMs = await authenticate(connection, options.sasl, options.io.random)
        if (lifetimeMs > 0) connection.#expiresAtMs = options.io.clock.monotonicMs() + 0.8 * lifetimeMs
      }
      return connection
    } catch (error) {
      connection.close()
      connection.#channel?.close()
      throw error
    }
  }

  get isOpen(): boolean {
    return this.#channel !== null && this.#failure === null
  }
  /** Whether new requests should take a new connection, because this one will soon not be believed any more. */
  get isExpiring(): boolean {
    return this.#options.io.clock.monotonicMs() >= this.#expiresAtMs
  }
  /** Whether it was of use, beyond agreeing on versions. */
  get hasAnswered(): boolean {
    return this.#answers > 1
  }
  /** When the last answer came. */
  get heardAtMs(): number {
    return this.#heardAtMs
  }
  get requestsOnTheWay(): number {
    return this.#pending.length
  }

  /** Is called once when the connection is of no use any more. */
  onClosed(listener: (failure: MillraceError) => void): void {
    this.#onClosed = listener
    if (this.#failure !== null) listener(this.#failure)
  }

  /** What the broker speaks of a request; null if it does not know it. */
  rangeOf(api: Api): VersionRange | null {
    return this.#ranges.get(api.key) ?? null
  }

  /** The newest version that both sides speak. Throws KAFKA_VERSION_UNSUPPORTED. */
  versionOf(api: Api, atMost?: number): number {
    const range = this.rangeOf(api)
    if (range === null)
      throw new MillraceError('KAFKA_VERSION_UNSUPPORTED', `The broker ${this.address} does not know the request ${api.name}.`)
    return commonVersion(api, range.min, range.max, atMost)
  }

  /** Sends a request and gives its answer. `waitMs` is what the broker may take by itself. */
  async request<Q extends Fields, A extends Fields>(
    api: Api<Q, A>,
    body: WriteOf<Q>,
    { version = this.versionOf(api), waitMs = 0 }: { readonly version?: number; readonly waitMs?: number } = {},
  ): Promise<ReadOf<A>> {
    return decodeResponse(api, version, await this.#send(api, version, body, waitMs))
  }

  /** The same, with the bytes of the answer, which may share memory with what is read from them. */
  async requestFrame<Q extends Fields, A extends Fields>(
    api: Api<Q, A>,
    body: WriteOf<Q>,
    { version, waitMs }: { readonly version: number; readonly waitMs: number },
  ): Promise<Frame> {
    const bytes = await this.#send(api, version, body, waitMs)
    let released = false
    return {
      bytes,
      release: () => {
        if (!released) this.#memory.give(bytes)
        released = true
      },
    }
  }

  close(): void {
    this.#end(new MillraceError('KAFKA_CLIENT_CLOSED', `The connection to ${this.address} was closed.`))
  }

  #send<Q extends Fields, A extends Fields>(api: Api<Q, A>, version: number, body: WriteOf<Q>, waitMs: number): Promise<Uint8Array> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const channel = this.#channel
    assert(channel !== null, 'a request is sent before its connection is open')
    this.#correlationId = (this.#correlationId + 1) & 0x7fffffff
    const correlationId = this.#correlationId
    const { parts } = encodeRequest(api, version, { correlationId, clientId: this.#options.clientId }, body)
    return new Promise((resolve, reject) => {
      const deadlineMs = this.#options.io.clock.monotonicMs() + waitMs + this.#options.requestTimeoutMs
      this.#pending.push({ correlationId, name: api.name, deadlineMs, resolve, reject })
      channel.send(parts)
      void this.#watch()
    })
  }

  #answered(bytes: Uint8Array): void {
    const correlationId = correlationIdOf(bytes)
    const pending = this.#pending[0]
    if (pending?.correlationId !== correlationId) {
      const expected = pending === undefined ? 'nothing was asked' : `${pending.correlationId} is next`
      this.#end(new MillraceError('KAFKA_PROTOCOL_ERROR', `${this.address} answers request ${correlationId}, and ${expected}.`))
      return
    }
    this.#answers++
    this.#heardAtMs = this.#options.io.clock.monotonicMs()
    this.#pending.shift()
    pending.resolve(bytes)
  }

  /** Looks at the oldest request, while there is one: those behind it have at least as much time left, or wait for it. */
  async #watch(): Promise<void> {
    if (this.#watching) return
    this.#watching = true
    const { clock } = this.#options.io
    while (this.#pending.length > 0) {
      await clock.sleep(LOOK_EVERY_MS, { unref: true })
      const oldest = this.#pending[0]
      if (oldest !== undefined && clock.monotonicMs() >= oldest.deadlineMs)
        this.#end(
          passingFailure('KAFKA_TIMEOUT', `${this.address} did not answer the request ${oldest.name} in time.`, {
            details: { address: this.address },
          }),
        )
    }
    this.#watching = false
  }

  #end(failure: MillraceError): void {
    if (this.#failure !== null) return
    this.#failure = failure
    this.#channel?.close()
    for (const { reject } of this.#pending.splice(0)) reject(failure)
    this.#onClosed?.(failure)
  }

  #lost(error: Error | null): MillraceError {
    const { sasl, tls } = this.#options
    if (systemCodeOf(error).startsWith('ERR_SSL'))
      return new MillraceError('KAFKA_TLS_FAILED', `${this.address} ended the secure connection: ${error?.message}.`, { cause: error })
    const early = this.#answers <= 1 && sasl === undefined
    return passingFailure(
      'KAFKA_CONNECTION_LOST',
      `The connection to ${this.address} ${error === null ? 'was ended by the broker' : `broke: ${error.message}`}.`,
      {
        ...(early
          ? {
              hint: `Check the log of the broker, and whether the listener at this port wants ${tls === undefined ? 'TLS or SASL' : 'SASL'}.`,
            }
          : {}),
        ...(error === null ? {} : { cause: error }),
        details: { address: this.address },
      },
    )
  }

  async #agree(): Promise<void> {
    const software = { clientSoftwareName: CLIENT_NAME, clientSoftwareVersion: '0' }
    let answer = await this.request(apis.apiVersions, software, { version: API_VERSIONS_VERSION })
    if (answer.errorCode === UNSUPPORTED_VERSION) answer = await this.request(apis.apiVersions, {}, { version: 0 })
    if (answer.errorCode !== 0) throw brokerFailure(answer.errorCode, 'say which versions it speaks')
    this.#ranges = new Map(answer.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
  }
}
