/**
 * The connections to the brokers of a cluster: one a broker and lane. Lanes keep apart what must not wait for each other: a fetch that waits for records holds
 * up all that is asked behind it.
 */
import { MillraceError } from '../../error.ts'
import type { Io, TlsSettings } from '../../io/io.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { passingFailure } from './failure.ts'
import type { SaslSettings } from './sasl/exchange.ts'
import type { BrokerInfo } from './topology.ts'

export interface ConnectionSettings {
  readonly io: Pick<Io, 'net' | 'clock' | 'random'>
  readonly clientId: string
  readonly tls?: TlsSettings | undefined
  readonly sasl?: SaslSettings | undefined
  /** At first. Each time that a broker does not answer doubles it, up to `REQUEST_TIMEOUT_MS_MAX`, so that a slow broker is not only asked more. */
  readonly requestTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly frameBytesMax: number
  /** Where a broker is reached, if not where it says. */
  readonly brokerAddress?: ((broker: BrokerInfo) => Address) | undefined
}
export interface Address {
  readonly host: string
  readonly port: number
}

const REQUEST_TIMEOUT_MS_MAX = 30_000

export class Connections {
  readonly #settings: ConnectionSettings
  readonly #open = new Map<string, Connection>()
  readonly #opening = new Map<string, Promise<Connection>>()
  /** When an address failed last; not there if it worked. */
  readonly #failures = new Map<string, number>()
  readonly #timeouts = new Map<string, number>()
  /** When a connection to an address was last given up because nothing came. */
  readonly #silences = new Map<string, number>()
  readonly #closing = new AbortController()

  constructor(settings: ConnectionSettings) {
    this.#settings = settings
  }

  /** Connects, unless that is done or on its way. Rejects with KAFKA_UNREACHABLE and the like. */
  to(broker: BrokerInfo, lane: string): Promise<Connection> {
    const { host, port } = this.#settings.brokerAddress?.(broker) ?? broker
    const key = `${lane} ${broker.nodeId}`
    const known = this.#open.get(key)
    if (known !== undefined && this.#isGood(known, `${host}:${port}`)) return Promise.resolve(known)
    if (known !== undefined) {
      this.#open.delete(key)
      void this.#closeWhenIdle(known)
    }
    const underWay = this.#opening.get(key)
    if (underWay !== undefined) return underWay
    const opening = this.#connect(host, port)
      .then((connection) => {
        this.#open.set(key, connection)
        return connection
      })
      .finally(() => this.#opening.delete(key))
    this.#opening.set(key, opening)
    return opening
  }

  /** A connection that nobody else has; whoever asks closes it. */
  toAddress({ host, port }: Address): Promise<Connection> {
    return this.#connect(host, port)
  }

  /** Those first that work, then those that have not failed, or failed longest ago. */
  inOrder(brokers: readonly BrokerInfo[], lane: string): readonly BrokerInfo[] {
    const rank = (broker: BrokerInfo): number => {
      if (this.#open.get(`${lane} ${broker.nodeId}`)?.isOpen) return -1
      const { host, port } = this.#settings.brokerAddress?.(broker) ?? broker
      return this.#failures.get(`${host}:${port}`) ?? 0
    }
    const { random } = this.#settings.io
    const ranked = brokers.map((broker) => ({ broker, rank: rank(broker), chance: random.next() }))
    return ranked.sort((a, b) => a.rank - b.rank || a.chance - b.chance).map(({ broker }) => broker)
  }

  closeLane(lane: string): void {
    for (const [key, connection] of this.#open) {
      if (!key.startsWith(`${lane} `)) continue
      this.#open.delete(key)
      connection.close()
    }
  }

  close(): void {
    this.#closing.abort(new MillraceError('KAFKA_CLIENT_CLOSED', 'The Kafka client was closed.'))
    for (const connection of this.#open.values()) connection.close()
    this.#open.clear()
  }

  async #connect(host: string, port: number): Promise<Connection> {
    const address = `${host}:${port}`
    const { io, requestTimeoutMs } = this.#settings
    const timeoutMs = this.#timeouts.get(address) ?? requestTimeoutMs
    try {
      const options: ConnectionOptions = { ...this.#settings, host, port, requestTimeoutMs: timeoutMs }
      const connection = await Connection.open(options, this.#closing.signal)
      this.#failures.delete(address)
      connection.onClosed((failure) => {
        if (failure.code === 'KAFKA_TIMEOUT') this.#slow(address, timeoutMs)
        else if (connection.hasAnswered) this.#timeouts.delete(address)
      })
      if (this.#closing.signal.aborted) connection.close()
      return connection
    } catch (error) {
      this.#failures.set(address, io.clock.monotonicMs())
      if (MillraceError.is(error, 'KAFKA_TIMEOUT')) this.#slow(address, timeoutMs)
      throw error
    }
  }

  #slow(address: string, timeoutMs: number): void {
    this.#silences.set(address, this.#settings.io.clock.monotonicMs())
    this.#timeouts.set(address, Math.min(2 * timeoutMs, Math.max(REQUEST_TIMEOUT_MS_MAX, this.#settings.requestTimeoutMs)))
  }

  /** Where one connection fell silent, the others to the same address are not believed until something was heard of them. */
  #isGood(connection: Connection, address: string): boolean {
    const { isOpen, isExpiring, heardAtMs } = connection
    return isOpen && !isExpiring && connection.address === address && heardAtMs > (this.#silences.get(address) ?? Number.NEGATIVE_INFINITY)
  }

  async #closeWhenIdle(connection: Connection): Promise<void> {
    const { clock } = this.#settings.io
    while (connection.isOpen && connection.requestsOnTheWay > 0) await clock.sleep(100, { unref: true })
    connection.close()
  }
}

/** Of all the failures of one attempt, as one. */
export function unreachable(what: string, failures: readonly unknown[]): MillraceError {
  const first = failures[0]
  if (failures.length === 1 && MillraceError.is(first)) return first
  const said = failures.map((error) => (error instanceof Error ? error.message.replace(/^\[\w+\] /, '') : String(error)))
  return passingFailure('KAFKA_UNREACHABLE', `${what}: ${said.join(' ')}`, { cause: first })
}
