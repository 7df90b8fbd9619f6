/**
 * From event times to small numbers, their buckets: open addressing, in shards that grow one by one. A Map would box each time, and stop everything when it
 * grows. A time is a number where that is exact, else a bigint.
 */
export type Time = number | bigint

const SHARDS = 64
const SHARD_MASK = SHARDS - 1
const SHARD_BITS = 6
const FIRST_SLOTS = 4
const TWO_32 = 0x100000000

export class TimeBuckets {
  /** By bucket. What stands there for a free bucket means nothing. */
  readonly times: Time[] = []
  readonly #free: number[] = []
  /** A bucket and 1; 0: free. */
  readonly #shards: Int32Array[] = Array.from({ length: SHARDS }, () => new Int32Array(FIRST_SLOTS))
  readonly #counts = new Int32Array(SHARDS)

  /** −1 where the time has none. */
  find(time: Time): number {
    const hash = hashOf(time)
    const slots = this.#shards[hash & SHARD_MASK] as Int32Array
    const mask = slots.length - 1
    for (let at = (hash >>> SHARD_BITS) & mask; ; at = (at + 1) & mask) {
      const bucket = (slots[at] as number) - 1
      if (bucket === -1 || this.times[bucket] === time) return bucket
    }
  }

  /** A new bucket for a time that has none. */
  add(time: Time): number {
    const bucket = this.#free.pop() ?? this.times.length
    this.times[bucket] = time
    const hash = hashOf(time)
    const shard = hash & SHARD_MASK
    const count = (this.#counts[shard] as number) + 1
    this.#counts[shard] = count
    let slots = this.#shards[shard] as Int32Array
    if (count * 4 > slots.length * 3) {
      const old = slots
      slots = new Int32Array(2 * old.length)
      for (let at = 0; at < old.length; at++) if (old[at] !== 0) this.#write(slots, (old[at] as number) - 1)
      this.#shards[shard] = slots
    }
    this.#write(slots, bucket)
    return bucket
  }

  remove(bucket: number): void {
    const hash = hashOf(this.times[bucket] as Time)
    const shard = hash & SHARD_MASK
    const slots = this.#shards[shard] as Int32Array
    const mask = slots.length - 1
    let gap = (hash >>> SHARD_BITS) & mask
    while (slots[gap] !== bucket + 1) gap = (gap + 1) & mask
    // As in key-index.ts: what is behind moves up, so that no marks stay.
    for (let at = (gap + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const wanted = (hashOf(this.times[(slots[at] as number) - 1] as Time) >>> SHARD_BITS) & mask
      if (((at - wanted) & mask) < ((at - gap) & mask)) continue
      slots[gap] = slots[at] as number
      gap = at
    }
    slots[gap] = 0
    this.#counts[shard] = (this.#counts[shard] as number) - 1
    this.#free.push(bucket)
  }

  #write(slots: Int32Array, bucket: number): void {
    const mask = slots.length - 1
    let at = (hashOf(this.times[bucket] as Time) >>> SHARD_BITS) & mask
    while (slots[at] !== 0) at = (at + 1) & mask
    slots[at] = bucket + 1
  }
}

/** Times are multiples of seconds, minutes and days: every bit has to reach the low ones. */
function hashOf(time: Time): number {
  const number = Number(time)
  let hash = Math.imul((number | 0) ^ Math.imul((number / TWO_32) | 0, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
