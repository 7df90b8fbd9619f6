/** Questions about partitions, each put to its leader: grouped by broker, asked at once, and those that came to the wrong broker or to none asked again. */
import type { Cluster, OperationOptions } from './cluster.ts'
import type { Connection } from './connection.ts'
import { brokerFailure, isRetriable, passingFailure } from './failure.ts'
import { byTopic, groupedBy, nameOf, type TopicPartition } from './topic-partition.ts'

/** What the broker says of one partition. */
export interface LeaderAnswer<R> extends TopicPartition {
  /** Kafka's, 0 if it is none. */
  readonly errorCode: number
  readonly result: R
}

/** The results in the order of the questions; rejects if one of them has none. `doing` completes "The broker refused to …". */
export async function askLeaders<P extends TopicPartition, R>(
  cluster: Cluster,
  doing: string,
  questions: readonly P[],
  ask: (connection: Connection, questions: readonly P[]) => Promise<readonly LeaderAnswer<R>[]>,
  options: OperationOptions = {},
): Promise<readonly R[]> {
  const results = new Map<string, R>()
  await cluster.attempt(async (attempt) => {
    const left = questions.filter((question) => !results.has(nameOf(question)))
    const topics = [...byTopic(left).keys()]
    if (attempt > 0 || topics.some((topic) => cluster.topology.topic(topic) === null)) await cluster.refresh(topics)
    const failures: unknown[] = []
    const leaders = groupedBy(left, ({ topic, partition }) => leaderOf(cluster, doing, topic, partition))
    await Promise.all(
      [...leaders].map(async ([leader, some]) => {
        if (typeof leader !== 'number') return failures.push(leader)
        try {
          for (const { topic, partition, errorCode, result } of await ask(await cluster.connection(leader), some)) {
            if (errorCode === 0) results.set(nameOf({ topic, partition }), result)
            else failures.push(brokerFailure(errorCode, `${doing} of ${topic}, partition ${partition}`, { details: { topic, partition } }))
          }
        } catch (error) {
          failures.push(error)
        }
        return undefined
      }),
    )
    const worst = failures.find((error) => !isRetriable(error)) ?? failures[0]
    if (worst !== undefined) throw worst
  }, options)
  return questions.map((question) => results.get(nameOf(question)) as R)
}

/** The leader, or why there is none. */
function leaderOf(cluster: Cluster, doing: string, topic: string, partition: number): number | Error {
  const { topology } = cluster
  const details = { topic, partition }
  const where = `${doing} of ${topic}, partition ${partition}`
  const error = topology.errorOf(topic)
  if (error !== 0) return brokerFailure(error, where, { details })
  if (topology.topic(topic)?.partitions[partition] === undefined) return brokerFailure(3, where, { details })
  return (
    topology.leaderOf(topic, partition)?.leaderId ??
    passingFailure('KAFKA_UNREACHABLE', `Partition ${partition} of ${topic} has no leader at present.`, { details })
  )
}
