/**
 * Where a query without checkpoint begins: at the first records, behind the last, at an offset or at a time; for all partitions, or for each its own. Spark's
 * options and their order: startingTimestamp before startingOffsetsByTimestamp before startingOffsets.
 */
import { MillraceError } from '../../error.ts'
import type { ListOffsetsOptions, OffsetPlace, OffsetQuestion } from '../../kafka/client/offsets.ts'
import type { TopicPartition } from '../../kafka/client/topic-partition.ts'
import type { CheckedOptions, OptionSpecs } from '../../plan/contracts/options.ts'
import { jsonObject } from './json-options.ts'
import type { KafkaAccess } from './kafka-access.ts'
import { nameOf } from './partition-name.ts'

export const startingOptions = {
  startingOffsets: {
    type: 'string',
    default: 'latest',
    doc: 'Where a query without checkpoint begins: \'earliest\', \'latest\', or offsets by topic and partition as JSON, {"orders":{"0":23,"1":-2}}, where -2 is earliest and -1 latest. Partitions that are found later begin at earliest.',
  },
  startingTimestamp: { type: 'integer', min: 0, doc: 'Begin at the first record at or after this time, in milliseconds since 1970.' },
  startingOffsetsByTimestamp: { type: 'string', doc: 'The same by topic and partition, as JSON: {"orders":{"0":1700000000000}}.' },
  startingOffsetsByTimestampStrategy: {
    type: 'string',
    default: 'error',
    oneOf: ['error', 'latest'],
    doc: "Where no record is at or after the time: 'error' fails the query, 'latest' begins behind the last.",
  },
} as const satisfies OptionSpecs

type Start = { readonly offset: number } | { readonly place: OffsetPlace }
export interface StartingOffsets {
  /** For all partitions, or by name. */
  readonly at: Start | ReadonlyMap<string, Start>
  readonly noneAtTime: 'error' | 'latest'
}

/** Throws INVALID_OPTION. */
export function startingOffsetsOf(owner: string, checked: CheckedOptions): StartingOffsets {
  const noneAtTime = checked.requiredString('startingOffsetsByTimestampStrategy').toLowerCase() as 'error' | 'latest'
  const timestamp = checked.integer('startingTimestamp')
  if (timestamp !== null) return { at: { place: timestamp }, noneAtTime }
  const byTimestamp = checked.string('startingOffsetsByTimestamp')
  if (byTimestamp !== null) {
    const at = byPartition(owner, 'startingOffsetsByTimestamp', byTimestamp, (value) => (value < 0 ? null : { place: value }))
    return { at, noneAtTime }
  }
  const text = checked.requiredString('startingOffsets')
  const place = text.trim().toLowerCase()
  if (place === 'earliest' || place === 'latest') return { at: { place }, noneAtTime }
  return { at: byPartition(owner, 'startingOffsets', text, startAt), noneAtTime }
}

const startAt = (value: number): Start | null =>
  value >= 0 ? { offset: value } : value === -2 ? { place: 'earliest' } : value === -1 ? { place: 'latest' } : null

function byPartition(
  owner: string,
  option: 'startingOffsets' | 'startingOffsetsByTimestamp',
  text: string,
  read: (value: number) => Start | null,
): ReadonlyMap<string, Start> {
  const starts = new Map<string, Start>()
  const refuse = (why: string): never => {
    throw new MillraceError('INVALID_OPTION', `${owner}: option '${option}' is '${text}', ${why}.`, { hint: startingOptions[option].doc })
  }
  for (const [topic, partitions] of Object.entries(jsonObject(text) ?? refuse('which is no JSON object'))) {
    if (typeof partitions !== 'object' || partitions === null) return refuse(`where '${topic}' has no partitions`)
    for (const [partition, value] of Object.entries(partitions)) {
      const start = typeof value === 'number' && Number.isSafeInteger(value) ? read(value) : null
      if (start === null || !/^\d+$/.test(partition))
        return refuse(`where partition ${partition} of '${topic}' has ${JSON.stringify(value)}`)
      starts.set(nameOf({ topic, partition: Number(partition) }), start)
    }
  }
  return starts
}

/** Asks the brokers for those offsets that are not given as numbers. */
export async function resolveStarts(
  owner: string,
  { at, noneAtTime }: StartingOffsets,
  partitions: readonly TopicPartition[],
  client: Pick<KafkaAccess, 'listOffsets'>,
  options: ListOffsetsOptions,
): Promise<ReadonlyMap<string, number>> {
  const starts = at instanceof Map ? at : new Map(partitions.map((one) => [nameOf(one), at as Start]))
  checkCovers(owner, starts, partitions)
  const resolved = new Map<string, number>()
  const questions: OffsetQuestion[] = []
  for (const one of partitions) {
    const start = starts.get(nameOf(one)) as Start
    if ('offset' in start) resolved.set(nameOf(one), start.offset)
    else questions.push({ ...one, at: start.place })
  }
  const latest: OffsetQuestion[] = []
  const found = questions.length === 0 ? [] : await client.listOffsets(questions, options)
  for (const [index, { topic, partition, offset }] of found.entries()) {
    const name = nameOf({ topic, partition })
    if (offset !== null) resolved.set(name, offset)
    else if (noneAtTime === 'latest') latest.push({ topic, partition, at: 'latest' })
    else
      throw new MillraceError('SOURCE_FAILED', `${owner}: ${name} has no record at or after ${questions[index]?.at} ms.`, {
        hint: "Set 'startingOffsetsByTimestampStrategy' to 'latest' to begin behind the last record there.",
      })
  }
  if (latest.length > 0) for (const { offset, ...one } of await client.listOffsets(latest, options)) resolved.set(nameOf(one), offset ?? 0)
  return resolved
}

/** As in Spark, offsets by partition must name those that are read, all of them and no others. */
function checkCovers(owner: string, starts: ReadonlyMap<string, Start>, partitions: readonly TopicPartition[]): void {
  const names = new Set(partitions.map(nameOf))
  const unnamed = [...names].filter((name) => !starts.has(name))
  const unknown = [...starts.keys()].filter((name) => !names.has(name))
  if (unnamed.length + unknown.length === 0) return
  const what = unnamed.length > 0 ? `have none for ${unnamed.join(', ')}` : `name ${unknown.join(', ')}, which are not read`
  throw new MillraceError('INVALID_OPTION', `${owner}: the starting offsets ${what}.`, { hint: 'Name every partition that is read.' })
}
