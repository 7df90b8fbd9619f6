/**
 * Kafka's default partitioner: records with a key go where the key says, the others stay with one partition until it has got a batch, and then with another one
 * that is chosen by chance, so that batches are full and partitions equal.
 */
import type { Random } from '../../../io/io.ts'
import { partitionOfKey } from '../murmur2.ts'
import type { TopicInfo } from '../topology.ts'

export class Partitioner {
  readonly #random: Random
  readonly #stickyBytes: number
  #count = 0
  #available: readonly number[] = []
  #sticky = -1
  #bytesLeft = 0

  constructor(random: Random, stickyBytes: number) {
    this.#random = random
    this.#stickyBytes = stickyBytes
  }

  /** Partitions without a leader get no records but those whose key belongs there, unless none has one. */
  learn({ partitions }: TopicInfo): void {
    const led = partitions.filter(({ leaderId }) => leaderId >= 0)
    this.#count = partitions.length
    this.#available = (led.length === 0 ? partitions : led).map(({ index }) => index)
    if (!this.#available.includes(this.#sticky)) this.#bytesLeft = 0
  }

  ofKey(key: Uint8Array, from: number, to: number): number {
    return partitionOfKey(key, this.#count, from, to)
  }

  /** For a record of so many bytes without a key. */
  any(sizeBytes: number): number {
    if (this.#bytesLeft <= 0) {
      this.#sticky = this.#available[Math.floor(this.#random.next() * this.#available.length)] as number
      this.#bytesLeft = this.#stickyBytes
    }
    this.#bytesLeft -= sizeBytes
    return this.#sticky
  }
}
