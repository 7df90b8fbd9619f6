/** Which partitions are read: of named topics, of topics whose names fit a pattern, or exactly those that were assigned. */
import { MillraceError } from '../../error.ts'
import type { TopicPartition } from '../../kafka/client/topic-partition.ts'
import type { TopicInfo } from '../../kafka/client/topology.ts'
import type { CheckedOptions, OptionSpecs } from '../../plan/contracts/options.ts'
import { isOffsetText, jsonObject } from './json-options.ts'

export const selectionOptions = {
  subscribe: { type: 'string', doc: 'Topics, several with commas. One of subscribe, subscribePattern and assign is needed.' },
  subscribePattern: { type: 'string', doc: 'A regular expression: topics whose whole name fits are read, those too that are made later.' },
  assign: { type: 'string', doc: 'Partitions by topic, as JSON: {"orders":[0,1]}.' },
} as const satisfies OptionSpecs

export type TopicSelection =
  | { readonly kind: 'subscribe'; readonly topics: readonly string[] }
  | { readonly kind: 'subscribePattern'; readonly pattern: RegExp }
  | { readonly kind: 'assign'; readonly partitions: readonly TopicPartition[] }

/** Throws MISSING_OPTION, INVALID_OPTION. */
export function selectionOf(owner: string, checked: CheckedOptions): TopicSelection {
  const names = ['subscribe', 'subscribePattern', 'assign'] as const
  const given = names.filter((name) => checked.string(name) !== null)
  const [name] = given
  if (name === undefined)
    throw new MillraceError('MISSING_OPTION', `${owner} needs one of the options ${names.map((one) => `'${one}'`).join(', ')}.`, {
      hint: selectionOptions.subscribe.doc,
    })
  if (given.length > 1)
    throw new MillraceError('INVALID_OPTION', `${owner} has ${given.map((one) => `'${one}'`).join(' and ')}.`, { hint: 'Set one of them.' })
  const text = checked.requiredString(name)
  const refuse = (why: string): never => {
    throw new MillraceError('INVALID_OPTION', `${owner}: option '${name}' is '${text}', ${why}.`, { hint: selectionOptions[name].doc })
  }
  if (name === 'subscribe') {
    const topics = [...new Set(text.split(',').map((topic) => topic.trim()))].filter((topic) => topic !== '')
    return topics.length === 0 ? refuse('which names no topic') : { kind: name, topics }
  }
  if (name === 'subscribePattern') {
    try {
      return { kind: name, pattern: new RegExp(`^(?:${text})$`, 'u') }
    } catch {
      return refuse('which is no regular expression')
    }
  }
  const partitions = Object.entries(jsonObject(text) ?? refuse('which is no JSON object')).flatMap(([topic, some]) => {
    if (!Array.isArray(some) || some.some((one) => !isOffsetText(String(one)))) return refuse(`where '${topic}' has no list of partitions`)
    return some.map((partition) => ({ topic, partition: Number(partition) }))
  })
  return partitions.length === 0 ? refuse('which names no partition') : { kind: name, partitions }
}

/** As Spark shows it: `Subscribe[orders]`. */
export function selectionTitle(selection: TopicSelection): string {
  switch (selection.kind) {
    case 'subscribe':
      return `Subscribe[${selection.topics.join(', ')}]`
    case 'subscribePattern':
      return `SubscribePattern[${selection.pattern.source.slice(4, -2)}]`
    case 'assign':
      return `Assign[${selection.partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(', ')}]`
  }
}

/** What can be asked of a client. */
export interface TopicDirectory {
  topic(name: string, options?: { readonly signal?: AbortSignal }): Promise<TopicInfo>
  topics(options?: { readonly signal?: AbortSignal }): Promise<readonly TopicInfo[]>
}
export interface SelectedTopics {
  readonly partitions: readonly TopicPartition[]
  /** By topic; null where the broker is too old to say. */
  readonly ids: ReadonlyMap<string, string | null>
  /** Topics that were named and are not there. */
  readonly missing: readonly string[]
}

export async function selectedTopics(selection: TopicSelection, directory: TopicDirectory, signal: AbortSignal): Promise<SelectedTopics> {
  const missing: string[] = []
  const one = async (topic: string): Promise<TopicInfo | null> => {
    try {
      return await directory.topic(topic, { signal })
    } catch (error) {
      if (!MillraceError.is(error, 'KAFKA_UNKNOWN_TOPIC')) throw error
      missing.push(topic)
      return null
    }
  }
  const named = selection.kind === 'subscribe' ? selection.topics : selection.kind === 'assign' ? topicsOf(selection.partitions) : null
  const infos = named === null ? await directory.topics({ signal }) : (await Promise.all(named.map(one))).filter((info) => info !== null)
  const chosen = selection.kind === 'subscribePattern' ? infos.filter(({ name }) => selection.pattern.test(name)) : infos
  const there = chosen.flatMap(({ name, partitions }) => partitions.map(({ index }) => ({ topic: name, partition: index })))
  const isThere = ({ topic, partition }: TopicPartition): boolean =>
    there.some((other) => other.topic === topic && other.partition === partition)
  const partitions = selection.kind === 'assign' ? selection.partitions.filter(isThere) : there
  return { partitions, ids: new Map(chosen.map(({ name, id }) => [name, id])), missing }
}

const topicsOf = (partitions: readonly TopicPartition[]): readonly string[] => [...new Set(partitions.map(({ topic }) => topic))]
