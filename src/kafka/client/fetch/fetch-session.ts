/**
 * A fetch session with one broker (KIP-227): the broker remembers which partitions are fetched and from where, so that a request names those that changed, and
 * an answer those that have something new. Whenever the two may differ, the next request names all of them and begins a new session.
 */
import type { FetchRequestInit } from '../../protocol/messages/fetch.ts'
import { UUID_ZERO } from '../../protocol/wire/uuid.ts'
import { groupedBy, nameOf } from '../topic-partition.ts'
import type { FetchPartition } from './fetch-partition.ts'

interface Sent {
  readonly partition: FetchPartition
  readonly topicId: string | null
  readonly offset: number
  readonly leaderEpoch: number
}
type SessionPart = Pick<FetchRequestInit, 'sessionId' | 'sessionEpoch' | 'topics' | 'forgottenTopicsData'>

const EPOCH_MAX = 0x7fff_ffff
/** From this version on, topics are named by id. */
export const TOPIC_IDS_VERSION = 13

export class FetchSession {
  #id = 0
  /** 0 begins a session. */
  #epoch = 0
  #sent = new Map<string, Sent>()

  /** What a request for these partitions has to say. `leaderEpochOf` is what is known of their leaders. */
  request(
    partitions: readonly FetchPartition[],
    version: number,
    bytesMax: number,
    leaderEpochOf: (one: FetchPartition) => number,
  ): SessionPart {
    const now = new Map<string, Sent>()
    for (const partition of partitions) {
      const { topicId, offset } = partition
      now.set(nameOf(partition), { partition, topicId, offset, leaderEpoch: leaderEpochOf(partition) })
    }
    const isNew = (name: string, { offset, leaderEpoch, topicId }: Sent): boolean => {
      const before = this.#epoch === 0 ? undefined : this.#sent.get(name)
      return before === undefined || before.offset !== offset || before.leaderEpoch !== leaderEpoch || before.topicId !== topicId
    }
    const changed = [...now].filter(([name, one]) => isNew(name, one)).map(([, one]) => one)
    const forgotten =
      this.#epoch === 0 ? [] : [...this.#sent].filter(([name, { topicId }]) => now.get(name)?.topicId !== topicId).map(([, one]) => one)
    this.#sent = now
    const topicOf = ({ partition, topicId }: Sent) =>
      version >= TOPIC_IDS_VERSION ? { topicId: topicId ?? UUID_ZERO } : { topic: partition.topic }
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: grouped(changed).map((some) => ({
        ...topicOf(some[0]),
        partitions: some.map(({ partition: { partition }, offset, leaderEpoch }) => ({
          partition,
          currentLeaderEpoch: leaderEpoch,
          fetchOffset: offset,
          partitionMaxBytes: bytesMax,
        })),
      })),
      ...(forgotten.length === 0
        ? {}
        : {
            forgottenTopicsData: grouped(forgotten).map((some) => ({
              ...topicOf(some[0]),
              partitions: some.map((one) => one.partition.partition),
            })),
          }),
    }
  }

  /** The broker answered, and named its session; 0 if it keeps none. */
  answered(sessionId: number): void {
    this.#id = sessionId
    this.#epoch = sessionId === 0 ? 0 : this.#epoch === EPOCH_MAX ? 1 : this.#epoch + 1
  }

  /** The broker may have another picture: the next request gives the whole one, and ends the session by its id. */
  restart(): void {
    this.#epoch = 0
  }
}

type AtLeastOne = readonly [Sent, ...Sent[]]
const grouped = (some: readonly Sent[]): readonly AtLeastOne[] =>
  [...groupedBy(some, ({ partition }) => partition.topic).values()] as unknown as readonly AtLeastOne[]
