/** A partition of a topic, and what can be said of several of them at once. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** In the order in which the groups first appear. */
export function groupedBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

export const byTopic = <T extends { readonly topic: string }>(items: readonly T[]): ReadonlyMap<string, readonly T[]> =>
  groupedBy(items, ({ topic }) => topic)

export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`
