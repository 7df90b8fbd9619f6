/** The name of a partition in positions, progress and journals: `topic-3`. Topics may have hyphens of their own, so the last one counts. */
import { assert } from '../../error.ts'
import { nameOf, type TopicPartition } from '../../kafka/client/topic-partition.ts'
import type { Json, SourceOffset } from '../../plan/contracts/source.ts'

export { nameOf }

export function partitionOf(name: string): TopicPartition {
  const at = name.lastIndexOf('-')
  const partition = Number(name.slice(at + 1))
  assert(at > 0 && Number.isInteger(partition), `'${name}' is no partition of a topic`)
  return { topic: name.slice(0, at), partition }
}

/** A position: the offset of the next record to be read. Null where the partition has not been begun. */
export function offsetIn(position: SourceOffset, name: string): number | null {
  const offset: Json | undefined = Object.hasOwn(position, name) ? position[name] : undefined
  if (offset === undefined) return null
  assert(typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0, `the position of ${name} is no offset`)
  return offset
}

/** By topic, then by number: the order in which partitions are read. */
export const byName = (a: string, b: string): number => {
  const [one, other] = [partitionOf(a), partitionOf(b)]
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1
  return one.partition - other.partition
}
